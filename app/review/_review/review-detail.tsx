'use client';
import { Button, Group, List, Stack, Table, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useTRPC } from '../../_client/trpc.ts';
import { useCapability } from '../../_parts/capability.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { PageHeader } from '../../_parts/page-header.tsx';
import { Panel } from '../../_parts/panel.tsx';
import { Readme } from '../../_parts/readme.tsx';
import { useMe } from '../../_shell/me.tsx';
import { ProofTable } from '../../market/_market/proof-table.tsx';
import classes from './review.module.css';

/** One release with all that a decision needs beside the decision itself. */
export function ReviewDetail({ releaseId }: { releaseId: string }) {
  const t = useTranslations('review');
  const tMarket = useTranslations('market');
  const tPublish = useTranslations('publish');
  const trpc = useTRPC();
  const format = useFormat();
  const queries = useQueryClient();
  const capabilityText = useCapability();
  const me = useMe();
  const [comment, setComment] = useState('');
  const release = useQuery(trpc.review.read.queryOptions({ releaseId }));
  const decide = useMutation(
    trpc.review.decide.mutationOptions({
      onSuccess: async (_, { accept }) => {
        await queries.invalidateQueries({ queryKey: trpc.review.pathKey() });
        const name = format.text(release.data?.title);
        notifications.show({ message: t(accept ? 'accepted' : 'refused', { name }), withCloseButton: false });
      },
    }),
  );
  if (release.isError) return <ErrorState error={release.error} retry={() => void release.refetch()} />;
  const row = release.data;
  if (!row) return <PageHeader title={t('title')} />;
  const capabilities = (row.manifest.capabilities as string[] | undefined) ?? [];
  const undecided = row.status === 'in-review' || row.status === 'proof-failed';
  const mayDecide = undecided && (me?.may.includes('review.decide') ?? false);
  return (
    <>
      <PageHeader
        title={`${format.text(row.title)} ${row.version}`}
        hint={`${tMarket('by', { publisher: row.publisher })} · ${tPublish(`status.${row.status}`)}`}
        actions={
          <Button component={Link} href="/review" variant="default">
            {t('back')}
          </Button>
        }
      />
      <div className={classes.page}>
        <div className={classes.main}>
          {row.proof && (
            <Panel title={tMarket('proof')} flush>
              <ProofTable proof={row.proof} />
            </Panel>
          )}
          <Panel {...(row.previous ? { title: t('changes', { version: row.previous }) } : {})} flush={row.changes.length > 0}>
            {row.changes.length === 0 && <Text>{t(row.previous ? 'noChanges' : 'firstRelease')}</Text>}
            {row.changes.length > 0 && (
              <Table>
                <Table.Tbody>
                  {row.changes.map((change) => (
                    <Table.Tr key={`${change.what} ${change.id} ${change.kind}`}>
                      <Table.Td>{t(`kind.${change.kind}`)}</Table.Td>
                      <Table.Td>{t(`what.${change.what}`)}</Table.Td>
                      <Table.Td className="mw-mono">{change.id}</Table.Td>
                      <Table.Td>{change.detail}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )}
          </Panel>
          <Panel title={tMarket('about')}>
            <Readme text={format.text(row.readme)} />
          </Panel>
        </div>
        <div className={classes.side}>
          <Panel title={tMarket('may')}>
            <List size="sm">
              {capabilities.map((capability) => (
                <List.Item key={capability}>{capabilityText(capability)}</List.Item>
              ))}
            </List>
          </Panel>
          {mayDecide && (
            <Panel>
              <Stack gap={10}>
                <Textarea
                  label={t('comment')}
                  description={t('commentHelp')}
                  autosize
                  minRows={3}
                  value={comment}
                  onChange={(event) => setComment(event.currentTarget.value)}
                />
                {decide.isError && <ErrorState error={decide.error} />}
                <Group justify="space-between">
                  <Button
                    variant="default"
                    disabled={comment.trim() === ''}
                    loading={decide.isPending}
                    onClick={() => decide.mutate({ releaseId, accept: false, comment })}
                    data-testid="refuse"
                  >
                    {t('refuse')}
                  </Button>
                  {row.status === 'in-review' && (
                    <Button
                      loading={decide.isPending}
                      onClick={() => decide.mutate({ releaseId, accept: true, comment })}
                      data-testid="accept"
                    >
                      {t('accept')}
                    </Button>
                  )}
                </Group>
              </Stack>
            </Panel>
          )}
          <Panel title={t('files')} flush>
            <Table>
              <Table.Tbody>
                {row.files.map((file) => (
                  <Table.Tr key={file.name}>
                    <Table.Td className="mw-mono">{file.name}</Table.Td>
                    <Table.Td ta="right">{format.bytes(file.size)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Panel>
        </div>
      </div>
    </>
  );
}
