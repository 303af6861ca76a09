'use client';
import { Button, Loader } from '@mantine/core';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { ConnectionRow } from '#server/sources/list-connections.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { PageHeader } from '../../_parts/page-header.tsx';
import { useMay } from '../../_shell/me.tsx';
import { BrowseDialog } from './browse-dialog.tsx';
import { CertificateDialog } from './certificate-dialog.tsx';
import { ConnectionCard } from './connection-card.tsx';
import { ConnectionDialog } from './connection-dialog.tsx';
import classes from './sources.module.css';
import { TestDialog } from './test-dialog.tsx';

export type SourceDialog = { readonly kind: 'edit' | 'test' | 'browse' | 'certificates'; readonly row?: ConnectionRow };

export function SourcesPage() {
  const t = useTranslations('sources');
  const may = useMay();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const list = useQuery(trpc.sources.list.queryOptions());
  const connectors = useQuery({ ...trpc.sources.connectors.queryOptions(), staleTime: Number.POSITIVE_INFINITY });
  const [clockAhead, setClockAhead] = useState(0);
  useSubscription(
    trpc.sources.live.subscriptionOptions(undefined, {
      onData: (news) => {
        setClockAhead(news.now - Date.now());
        queries.setQueryData(trpc.sources.list.queryKey(), [...news.connections]);
      },
    }),
  );
  const [dialog, setDialog] = useState<SourceDialog>();
  const write = may('source.write');
  const close = () => setDialog(undefined);
  // The newest facts, also while a dialog is open.
  const row = dialog?.row && (list.data?.find((r) => r.id === dialog.row?.id) ?? dialog.row);
  return (
    <>
      <PageHeader
        title={t('title')}
        hint={t('hint')}
        actions={
          write && (
            <Button leftSection={<IconPlus size={15} />} onClick={() => setDialog({ kind: 'edit' })} disabled={!connectors.data}>
              {t('add')}
            </Button>
          )
        }
      />
      {list.isPending && <Loader role="status" size="sm" m="md" aria-label={t('loading')} />}
      {list.error && !list.data && <ErrorState error={list.error} retry={() => list.refetch()} />}
      {list.data?.length === 0 && (
        <EmptyState
          icon={<IconPlugConnected size={36} stroke={1.4} />}
          title={t('emptyTitle')}
          text={t('emptyText')}
          actions={write && <Button onClick={() => setDialog({ kind: 'edit' })}>{t('addFirst')}</Button>}
        />
      )}
      <ul className={classes.list}>
        {list.data?.map((one) => (
          <ConnectionCard
            key={one.id}
            row={one}
            card={connectors.data?.find((c) => c.id === one.connector)}
            clockAhead={clockAhead}
            onDialog={setDialog}
          />
        ))}
      </ul>
      {dialog?.kind === 'edit' && connectors.data && (
        <ConnectionDialog connectors={connectors.data} {...(row ? { row } : {})} onClose={close} />
      )}
      {dialog?.kind === 'test' && row && <TestDialog row={row} onClose={close} />}
      {dialog?.kind === 'browse' && row && <BrowseDialog row={row} onClose={close} />}
      {dialog?.kind === 'certificates' && row && <CertificateDialog row={row} onClose={close} />}
    </>
  );
}
