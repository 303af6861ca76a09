'use client';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../_client/trpc.ts';
import { ErrorState } from '../_parts/error-state.tsx';
import { PageHeader } from '../_parts/page-header.tsx';
import { useMay, useMe } from '../_shell/me.tsx';
import { AlarmsCard } from './alarms-card.tsx';
import { AppsCard } from './apps-card.tsx';
import { FirstSteps } from './first-steps.tsx';
import classes from './home.module.css';
import { SourcesCard } from './sources-card.tsx';

/** Long enough not to burden the server, short enough for a page that stays open on a wall. */
const REFRESH_MS = 5_000;

/** The organization at a glance: what is wrong, what runs, what arrives, and what to do next. */
export function Home() {
  const t = useTranslations('home');
  const me = useMe();
  const may = useMay();
  const trpc = useTRPC();
  const glance = useQuery(trpc.organization.glance.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  return (
    <>
      <PageHeader title={me?.org?.name ?? t('title')} hint={t('hint')} />
      {glance.error && !glance.data && <ErrorState error={glance.error} retry={() => glance.refetch()} />}
      {glance.isPending && (
        <div className={classes.grid} role="status" aria-label={t('loading')}>
          <Skeleton h={180} />
          <Skeleton h={180} />
          <Skeleton h={180} />
        </div>
      )}
      {glance.data && (
        <div className={classes.page}>
          <FirstSteps glance={glance.data} />
          <div className={classes.grid}>
            {may('alarm.read') && <AlarmsCard alarms={glance.data.alarms} />}
            {may('app.read') && <AppsCard installations={glance.data.installations} drafts={glance.data.drafts} />}
            {may('source.read') && <SourcesCard connections={glance.data.connections} tags={glance.data.tags} />}
          </div>
        </div>
      )}
    </>
  );
}
