'use client';
import { Button, Table, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { AppRouter } from '#server/root.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { PageHeader } from '../../_parts/page-header.tsx';
import { Panel } from '../../_parts/panel.tsx';
import { tally } from '../../market/_market/proof-table.tsx';
import classes from './review.module.css';

type Row = inferRouterOutputs<AppRouter>['review']['list']['waiting'][number];

/** What waits for a decision, and what was decided lately. */
export function ReviewList() {
  const t = useTranslations('review');
  const trpc = useTRPC();
  const list = useQuery({ ...trpc.review.list.queryOptions(), refetchInterval: 5_000 });
  return (
    <>
      <PageHeader title={t('title')} hint={t('hint')} />
      {list.isError && <ErrorState error={list.error} retry={() => void list.refetch()} />}
      {list.data && (
        <div className={classes.column}>
          {list.data.waiting.length === 0 ? (
            <EmptyState title={t('none')} text={t('noneText')} />
          ) : (
            <Panel title={t('waiting')} flush>
              <Releases rows={list.data.waiting} />
            </Panel>
          )}
          {list.data.decided.length > 0 && (
            <Panel title={t('decided')} flush>
              <Releases rows={list.data.decided} />
            </Panel>
          )}
        </div>
      )}
    </>
  );
}

function Releases({ rows }: { rows: readonly Row[] }) {
  const t = useTranslations('review');
  const tPublish = useTranslations('publish');
  const tMarket = useTranslations('market');
  const format = useFormat();
  return (
    <Table.ScrollContainer minWidth={620} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{tPublish('app')}</Table.Th>
            <Table.Th>{tPublish('version')}</Table.Th>
            <Table.Th>{tPublish('state')}</Table.Th>
            <Table.Th>{tPublish('figures')}</Table.Th>
            <Table.Th>{tPublish('when')}</Table.Th>
            <Table.Th>
              <VisuallyHidden>{t('open')}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id} data-testid={`release-${row.slug}-${row.version}`}>
              <Table.Td>
                {format.text(row.title)} · {tMarket('by', { publisher: row.publisher })}
              </Table.Td>
              <Table.Td>{row.version}</Table.Td>
              <Table.Td>{tPublish(`status.${row.status}`)}</Table.Td>
              <Table.Td>{row.proof ? tMarket('proven', tally(row.proof)) : '–'}</Table.Td>
              <Table.Td>{format.dateTime(row.createdAt)}</Table.Td>
              <Table.Td ta="right">
                <Button component={Link} href={`/review/${row.id}`} variant="default" size="xs">
                  {t(row.status === 'in-review' ? 'open' : 'look')}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
