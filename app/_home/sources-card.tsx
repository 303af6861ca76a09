'use client';
import { Anchor, Button } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleX,
  IconClockPause,
  IconLoader,
  IconPlayerPause,
  IconPlugConnected,
  IconPointFilled,
} from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { EmptyState } from '../_parts/empty-state.tsx';
import { useFormat } from '../_parts/format.ts';
import { Panel } from '../_parts/panel.tsx';
import { SimulatedBadge } from '../_parts/simulated-badge.tsx';
import { useNow } from '../_parts/use-now.ts';
import { useMay } from '../_shell/me.tsx';
import type { Glance } from './glance.ts';
import classes from './home.module.css';

type Connection = Glance['connections'][number];
type State = NonNullable<Connection['status']>['state'];

const LOOKS: Readonly<Record<State, { icon: typeof IconPointFilled; colour: string }>> = {
  live: { icon: IconPointFilled, colour: 'var(--mw-running)' },
  connecting: { icon: IconLoader, colour: 'var(--mw-dim)' },
  idle: { icon: IconPlugConnected, colour: 'var(--mw-dim)' },
  off: { icon: IconPlayerPause, colour: 'var(--mw-dim)' },
  degraded: { icon: IconAlertTriangle, colour: 'var(--mw-p2)' },
  stale: { icon: IconClockPause, colour: 'var(--mw-p2)' },
  failed: { icon: IconCircleX, colour: 'var(--mw-p1)' },
};

export function SourcesCard({ connections, tags }: { connections: Glance['connections']; tags: number }) {
  const t = useTranslations('home.sources');
  const may = useMay();
  return (
    <Panel
      flush
      title={t('title')}
      actions={
        <Anchor component={Link} href="/sources" underline="always">
          {t('all', { tags })}
        </Anchor>
      }
    >
      {connections.length === 0 && (
        <EmptyState
          title={t('none')}
          text={t('noneText')}
          actions={
            may('source.write') && (
              <Button component={Link} href="/sources">
                {t('connect')}
              </Button>
            )
          }
        />
      )}
      {connections.map((connection) => (
        <Source key={connection.id} connection={connection} />
      ))}
    </Panel>
  );
}

function Source({ connection }: { connection: Connection }) {
  const t = useTranslations('home.sources');
  const format = useFormat();
  const now = useNow(1_000);
  const state: State = connection.enabled ? (connection.status?.state ?? 'connecting') : 'off';
  const { icon: Icon, colour } = LOOKS[state];
  const last = connection.status?.lastValueAt;
  return (
    <Link href="/sources" className={classes.row}>
      <Icon size={16} color={colour} />
      <span className={classes.name}>
        {connection.name} {connection.simulated && <SimulatedBadge />}
      </span>
      <span className={classes.side}>
        {t(`state.${state}`)}
        {last && now !== undefined && ` · ${t('age', { age: format.duration(now - Date.parse(last)) })}`}
      </span>
    </Link>
  );
}
