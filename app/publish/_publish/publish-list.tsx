'use client';
import { Button, Table, Text, VisuallyHidden } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useTRPC } from '../../_client/trpc.ts';
import { ConfirmByTyping } from '../../_parts/confirm-by-typing.tsx';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { PageHeader } from '../../_parts/page-header.tsx';
import { Panel } from '../../_parts/panel.tsx';
import { useMe } from '../../_shell/me.tsx';
import { tally } from '../../market/_market/proof-table.tsx';
import classes from './publish.module.css';
import { PublisherName } from './publisher-name.tsx';

/** The organization's releases with their state, newest first. */
export function PublishList() {
  const t = useTranslations('publish');
  const tMarket = useTranslations('market');
  const trpc = useTRPC();
  const format = useFormat();
  const queries = useQueryClient();
  const me = useMe();
  const publisher = useQuery(trpc.publish.publisher.queryOptions());
  // a proof ends on a worker: the list follows until it has
  const releases = useQuery({
    ...trpc.publish.releases.queryOptions(),
    refetchInterval: (query) => (query.state.data?.some((row) => row.status === 'proving') ? 1_000 : 10_000),
  });
  const [yanking, setYanking] = useState<{ id: string; name: string }>();
  const yank = useMutation(
    trpc.publish.yank.mutationOptions({
      onSuccess: async () => {
        setYanking(undefined);
        await queries.invalidateQueries({ queryKey: trpc.publish.pathKey() });
      },
    }),
  );
  const mayWrite = me?.may.includes('publish.write') ?? false;
  const fresh = mayWrite && publisher.data && (
    <Button component={Link} href="/publish/new" data-testid="new-release">
      {t('new')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} hint={t('hint')} actions={fresh} />
      {releases.isError && <ErrorState error={releases.error} retry={() => void releases.refetch()} />}
      {yank.isError && <ErrorState error={yank.error} />}
      <div className={classes.column}>
        {publisher.data && <Text c="dimmed">{t('registered', { publisher: publisher.data.publisher })}</Text>}
        {publisher.data === null && mayWrite && <PublisherName />}
        {releases.data?.length === 0 ? (
          <EmptyState title={t('none')} text={t('noneText')} actions={fresh} />
        ) : (
          releases.data && (
            <Panel flush>
              <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t('app')}</Table.Th>
                      <Table.Th>{t('version')}</Table.Th>
                      <Table.Th>{t('state')}</Table.Th>
                      <Table.Th>{t('figures')}</Table.Th>
                      <Table.Th>{t('when')}</Table.Th>
                      <Table.Th>
                        <VisuallyHidden>{t('yank')}</VisuallyHidden>
                      </Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {releases.data.map((row) => (
                      <Table.Tr key={row.id} data-testid={`release-${row.slug}-${row.version}`}>
                        <Table.Td>{format.text(row.title)}</Table.Td>
                        <Table.Td>{row.version}</Table.Td>
                        <Table.Td>
                          <Text fw={500}>{t(`status.${row.status}`)}</Text>
                          {row.status === 'proof-failed' && row.problem && <Text c="dimmed">{row.problem}</Text>}
                          {row.reviewComment && <Text c="dimmed">{row.reviewComment}</Text>}
                        </Table.Td>
                        <Table.Td>{row.proof ? tMarket('proven', tally(row.proof)) : '–'}</Table.Td>
                        <Table.Td>{format.dateTime(row.createdAt)}</Table.Td>
                        <Table.Td ta="right">
                          {mayWrite && row.status === 'listed' && (
                            <Button
                              variant="subtle"
                              size="xs"
                              onClick={() => setYanking({ id: row.id, name: `${row.slug} ${row.version}` })}
                            >
                              {t('yank')}
                            </Button>
                          )}
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </Panel>
          )
        )}
      </div>
      <ConfirmByTyping
        opened={yanking !== undefined}
        title={t('yank')}
        loses={t('yankText', { name: yanking?.name ?? '' })}
        word={yanking?.name ?? ''}
        action={t('yank')}
        busy={yank.isPending}
        onConfirm={() => yanking && yank.mutate({ releaseId: yanking.id })}
        onClose={() => setYanking(undefined)}
      />
    </>
  );
}
