'use client';
import { Button, Modal, Progress, Table, Tabs } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useTRPC } from '../_client/trpc.ts';
import { EmptyState } from '../_parts/empty-state.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { PageHeader } from '../_parts/page-header.tsx';
import { RunReportView } from '../studio/[appId]/_dock/run-report.tsx';
import { SetAside } from './_set-aside.tsx';
import { ShadowReportView } from './_shadow-report.tsx';
import { REFRESH_MS, useText } from './_text.ts';

/** Tests and backtests with their reports, actions of running apps, and what was set aside. */
export function Runs() {
  const t = useTranslations('runs');
  return (
    <>
      <PageHeader title={t('title')} hint={t('hint')} />
      <Tabs defaultValue="runs" keepMounted={false} px="md">
        <Tabs.List>
          <Tabs.Tab value="runs">{t('tests')}</Tabs.Tab>
          <Tabs.Tab value="effects">{t('effects')}</Tabs.Tab>
          <Tabs.Tab value="dead">{t('dead')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="runs">
          <Tests />
        </Tabs.Panel>
        <Tabs.Panel value="effects">
          <Effects />
        </Tabs.Panel>
        <Tabs.Panel value="dead">
          <SetAside />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Tests() {
  const t = useTranslations('runs');
  const { language, moment, number } = useText();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const runs = useQuery(trpc.runs.list.queryOptions({}, { refetchInterval: REFRESH_MS }));
  const cancel = useMutation(
    trpc.runs.cancel.mutationOptions({ onSuccess: () => void queries.invalidateQueries(trpc.runs.pathFilter()) }),
  );
  const [open, setOpen] = useState<string>();
  if (runs.isError) return <ErrorState error={runs.error} retry={() => void runs.refetch()} />;
  if (runs.data?.length === 0) return <EmptyState title={t('noRuns')} text={t('noRunsHelp')} />;
  return (
    <>
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('app')}</Table.Th>
            <Table.Th>{t('kind')}</Table.Th>
            <Table.Th>{t('window')}</Table.Th>
            <Table.Th>{t('state')}</Table.Th>
            <Table.Th ta="right">{t('records')}</Table.Th>
            <Table.Th ta="right">{t('alarms')}</Table.Th>
            <Table.Th ta="right">{t('actionsCount')}</Table.Th>
            <Table.Th>{t('asked')}</Table.Th>
            <Table.Th>
              <span className="mw-visually-hidden">{t('open')}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.data?.map((run) => (
            <Table.Tr key={run.id}>
              <Table.Td>{run.appName ? run.appName[language] : '–'}</Table.Td>
              <Table.Td>{t(`kinds.${run.kind}`)}</Table.Td>
              <Table.Td>{run.window ? `${moment(run.window.from)} – ${moment(run.window.to)}` : '–'}</Table.Td>
              <Table.Td>
                {run.status === 'running' ? (
                  <Progress value={run.progress * 100} aria-label={t('progress')} w={90} transitionDuration={0} />
                ) : (
                  t(`status.${run.status}`)
                )}
                {run.error && (
                  <div
                    style={{ color: 'var(--mw-dim)', maxWidth: 320 }}
                  >{`${run.error.node ? `${run.error.node}: ` : ''}${run.error.message}`}</div>
                )}
              </Table.Td>
              <Table.Td ta="right">{number(run.rows)}</Table.Td>
              <Table.Td ta="right">{number(run.alarms)}</Table.Td>
              <Table.Td ta="right">{number(run.effects)}</Table.Td>
              <Table.Td>{moment(run.createdAt)}</Table.Td>
              <Table.Td ta="right">
                {run.status === 'done' && (
                  <Button variant="default" onClick={() => setOpen(run.id)}>
                    {t('report')}
                  </Button>
                )}
                {(run.status === 'running' || run.status === 'queued') && (
                  <Button variant="default" onClick={() => cancel.mutate({ runId: run.id })}>
                    {t('cancel')}
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {open && <Report runId={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Report({ runId, onClose }: { runId: string; onClose: () => void }) {
  const t = useTranslations('runs');
  const trpc = useTRPC();
  const run = useQuery(trpc.runs.get.queryOptions({ runId }, { staleTime: Number.POSITIVE_INFINITY }));
  return (
    <Modal opened onClose={onClose} size="min(1200px, 94vw)" title={t('report')} closeButtonProps={{ 'aria-label': t('close') }}>
      {run.isError && <ErrorState error={run.error} />}
      {run.data?.report && <RunReportView report={run.data.report} />}
      {run.data?.shadow && <ShadowReportView report={run.data.shadow} />}
    </Modal>
  );
}

function Effects() {
  const t = useTranslations('runs');
  const { language, moment } = useText();
  const trpc = useTRPC();
  const effects = useQuery(trpc.effects.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  if (effects.isError) return <ErrorState error={effects.error} retry={() => void effects.refetch()} />;
  if (effects.data?.length === 0) return <EmptyState title={t('noEffects')} text={t('noEffectsHelp')} />;
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('when')}</Table.Th>
          <Table.Th>{t('app')}</Table.Th>
          <Table.Th>{t('node')}</Table.Th>
          <Table.Th>{t('action')}</Table.Th>
          <Table.Th>{t('state')}</Table.Th>
          <Table.Th>{t('answer')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {effects.data?.map((effect) => (
          <Table.Tr key={`${effect.shardId}.${effect.step}.${effect.ordinal}`}>
            <Table.Td>{moment(effect.createdAt)}</Table.Td>
            <Table.Td>{effect.app ? effect.app[language] : '–'}</Table.Td>
            <Table.Td className="mw-mono">{`${effect.node} · ${effect.key}`}</Table.Td>
            <Table.Td className="mw-mono">
              {`${effect.kind} ${['string', 'number', 'boolean'].includes(typeof effect.request.value) ? String(effect.request.value) : ''}`}
            </Table.Td>
            <Table.Td>{t(`effectStatus.${effect.status}`)}</Table.Td>
            <Table.Td>
              {effect.answer?.reason?.[language] ?? (effect.answer?.value === undefined ? '' : String(effect.answer.value))}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
