'use client';
import { Anchor, Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import type { CSSProperties } from 'react';
import { readFailure } from '../_client/failure.ts';
import { useTRPC } from '../_client/trpc.ts';
import { useFormat } from '../_parts/format.ts';
import { PriorityMark } from '../_parts/priority-mark.tsx';
import { useMay } from '../_shell/me.tsx';
import { InTopBar } from '../_shell/slots.tsx';
import { needsAcknowledgement, useAlarmValue } from './_list/alarm-table.tsx';
import classes from './_list/alarms.module.css';
import { Bell } from './_list/bell.tsx';
import { useAlarmStream, useAlarms } from './_list/use-alarms.ts';

/** Above every page: the most urgent alarm that nobody has acknowledged, and how many more there are. Nothing when all is well. */
export function AlarmBanner() {
  const t = useTranslations('alarms');
  const locale = useLocale();
  const format = useFormat();
  const value = useAlarmValue();
  const may = useMay();
  const trpc = useTRPC();
  const allowed = may('alarm.read');
  useAlarmStream(allowed);
  const news = useAlarms();
  const acknowledge = useMutation(trpc.alarms.acknowledge.mutationOptions());
  if (!allowed) return null;
  const open = news?.alarms.filter((a) => needsAcknowledgement(a.state)) ?? [];
  const first = open[0];
  return (
    <>
      <InTopBar side="right">
        <Bell unread={news?.unread ?? 0} />
      </InTopBar>
      <div role="alert">
        {first && (
          <div className={classes.banner} style={{ '--colour': `var(--mw-p${Math.min(4, first.priority)})` } as CSSProperties}>
            <PriorityMark priority={first.priority} size={16} hollow={!first.active} />
            <div className={classes.bannerText}>
              <span className="mw-mono">{first.key}</span>
              <strong>{format.text(first.message)}</strong>
              <span>{value(first)}</span>
              <span className={classes.dim}>{format.time(first.since)}</span>
              {first.simulated && <span className={classes.dim}>{t('simulated')}</span>}
            </div>
            {acknowledge.error && <span>{readFailure(acknowledge.error, locale).message}</span>}
            {may('alarm.acknowledge') && (
              <Button
                variant="default"
                className={classes.ack}
                disabled={acknowledge.isPending}
                onClick={() => acknowledge.mutate({ ids: [first.id] })}
              >
                {t('acknowledge')}
              </Button>
            )}
            <Anchor component={Link} href="/alarms">
              {open.length > 1 ? t('more', { count: open.length - 1 }) : t('toList')}
            </Anchor>
          </div>
        )}
      </div>
    </>
  );
}
