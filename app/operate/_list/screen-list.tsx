'use client';
import { Button, Loader } from '@mantine/core';
import { IconDeviceDesktopAnalytics } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../_client/trpc.ts';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { PageHeader } from '../../_parts/page-header.tsx';
import { useMay } from '../../_shell/me.tsx';
import classes from './list.module.css';

export function ScreenList() {
  const t = useTranslations('operate');
  const format = useFormat();
  const may = useMay();
  const trpc = useTRPC();
  const list = useQuery(trpc.operate.list.queryOptions());
  const apps = list.data?.filter((app) => app.screens.length > 0) ?? [];
  return (
    <>
      <PageHeader title={t('title')} hint={t('hint')} />
      {list.isPending && <Loader role="status" m="md" size="sm" aria-label={t('loading')} />}
      {list.error && <ErrorState error={list.error} retry={() => list.refetch()} />}
      {list.data && apps.length === 0 && (
        <EmptyState
          icon={<IconDeviceDesktopAnalytics size={36} stroke={1.4} />}
          title={t('emptyTitle')}
          text={t('emptyText')}
          actions={
            <>
              {may('market.install') && (
                <Button component={Link} href="/market">
                  {t('toMarket')}
                </Button>
              )}
              {may('app.write') && (
                <Button component={Link} href="/apps" variant="default">
                  {t('toApps')}
                </Button>
              )}
            </>
          }
        />
      )}
      <ul className={classes.list}>
        {apps.map((app) => (
          <li key={app.id} className={classes.app}>
            <h2>{format.text(app.name)}</h2>
            <p>
              {app.instances.length === 0
                ? t('noInstance')
                : app.instances.map((i) => `${i.key} · ${t(`status.${i.status}`)}`).join(' / ')}
            </p>
            <div>
              {app.screens.map((screen) => (
                <Button
                  key={screen.id}
                  component={Link}
                  href={`/operate/${app.id}/${encodeURIComponent(screen.id)}`}
                  variant="default"
                >
                  {format.text(screen.title)}
                </Button>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
