'use client';
import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { PartHealth, PartState } from '#server/health/read-health.ts';
import { useTRPC } from '../_client/trpc.ts';
import { ErrorState } from '../_parts/error-state.tsx';
import { useFormat } from '../_parts/format.ts';
import classes from './_admin.module.css';

const ICONS: Readonly<Record<PartState, typeof IconCircleCheck>> = {
  ok: IconCircleCheck,
  degraded: IconAlertTriangle,
  down: IconCircleX,
};
const COLOURS: Readonly<Record<PartState, string>> = { ok: 'var(--mw-dim)', degraded: 'var(--mw-p2)', down: 'var(--mw-p1)' };
const PARTS = ['database', 'queue', 'workers', 'gateways', 'historian'] as const;

/** What `GET /api/health` tells, in words. */
export function HealthSection() {
  const t = useTranslations('admin.health');
  const trpc = useTRPC();
  const health = useQuery(trpc.health.read.queryOptions(undefined, { refetchInterval: 5_000 }));
  return (
    <div className={classes.stack}>
      {health.error && <ErrorState error={health.error} retry={() => health.refetch()} />}
      <Text c="dimmed">{t('hint')}</Text>
      <div className={classes.health}>
        {health.data && PARTS.map((part) => <Part key={part} part={part} health={health.data.parts[part]} />)}
      </div>
    </div>
  );
}

function Part({ part, health }: { part: (typeof PARTS)[number]; health: PartHealth }) {
  const t = useTranslations('admin.health');
  const format = useFormat();
  const Icon = ICONS[health.state];
  return (
    <div className={classes.part} data-state={health.state}>
      <div className={classes.state}>
        <Icon size={17} color={COLOURS[health.state]} />
        {t(`parts.${part}`)}
        <Text span c="dimmed">
          {t(`state.${health.state}`)}
        </Text>
      </div>
      {typeof health.alive === 'number' && <Text c="dimmed">{t('alive', { count: health.alive })}</Text>}
      {health.reasons?.map((reason) => (
        <Text key={`${reason.code} ${reason.step}`} mt={4}>
          {format.text(reason)}
        </Text>
      ))}
      {health.state === 'down' && <Text mt={4}>{t(`meaning.${part}`)}</Text>}
    </div>
  );
}
