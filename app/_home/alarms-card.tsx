'use client';
import { Anchor } from '@mantine/core';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useFormat } from '../_parts/format.ts';
import { Panel } from '../_parts/panel.tsx';
import { PriorityMark } from '../_parts/priority-mark.tsx';
import { SimulatedBadge } from '../_parts/simulated-badge.tsx';
import type { Glance } from './glance.ts';
import classes from './home.module.css';

export function AlarmsCard({ alarms }: { alarms: Glance['alarms'] }) {
  const t = useTranslations('home.alarms');
  const format = useFormat();
  return (
    <Panel
      flush
      title={t('title')}
      actions={
        <Anchor component={Link} href="/alarms" underline="always">
          {t('all')}
        </Anchor>
      }
    >
      {alarms.byPriority.length === 0 && <div className={classes.quiet}>{t('none')}</div>}
      {alarms.byPriority.length > 0 && (
        <div className={classes.counts}>
          {alarms.byPriority.map((row) => (
            <span key={row.priority} className={classes.count}>
              <PriorityMark priority={row.priority} />
              <strong>{format.integer(row.all)}</strong>
              <span className={classes.side}>{t('unacknowledged', { count: row.unacknowledged })}</span>
            </span>
          ))}
        </div>
      )}
      {alarms.top.map((row) => (
        <Link key={row.id} href="/alarms" className={classes.row}>
          <PriorityMark priority={row.priority} text={false} hollow={row.state === 'unack-cleared'} />
          <span className={classes.name}>
            {format.text(row.message)} {row.simulated && <SimulatedBadge />}
          </span>
          <span className={classes.side}>{format.time(row.since)}</span>
        </Link>
      ))}
    </Panel>
  );
}
