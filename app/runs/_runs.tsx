'use client';
import { Button, Modal, Progress, Tabs } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { AppRouter } from '#server/root.ts';
import { useTRPC } from '../_client/trpc.ts';
import { EmptyState } from '../_parts/empty-state.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { ListTable } from '../_parts/list-table.tsx';
import { PageHeader } from '../_parts/page-header.tsx';
import { useMay } from '../_shell/me.tsx';
import { RunReportView } from '../studio/[appId]/_dock/run-report.tsx';
import { SetAside } from './_set-aside.tsx';
import { ShadowReportView } from './_shadow-report.tsx';
import { REFRESH_MS, useText } from './_text.ts';
import { TraceDialog, type TraceOf } from './_trace-dialog.tsx';
import { Traces } from './_traces.tsx';

/** Tests and backtests with their reports, actions of running apps, and what was set aside. */
export function Runs({ tab = 'runs', trace }: { tab?: string; trace?: TraceOf }) {
  const t = useTranslations('runs');
  const may = useMay();
  const [open, setOpen] = useState(trace);
  return (
    <>
      <PageHeader title={t('title')} hint={t('hint')} />
      <Tabs defaultValue={tab} keepMounted={false} px="md">
        <Tabs.List>
          <Tabs.Tab value="runs">{t('tests')}</Tabs.Tab>
          <Tabs.Tab value="effects">{t('effects')}</Tabs.Tab>
          <Tabs.Tab value="dead">{t('dead')}</Tabs.Tab>
          {may('history.read') && <Tabs.Tab value="traces">{t('trace.title')}</Tabs.Tab>}
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
        <Tabs.Panel value="traces">
          <Traces />
        </Tabs.Panel>
      </Tabs>
      {open && <TraceDialog of={open} onClose={() => setOpen(undefined)} />}
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
      <ListTable
        label={t('tests')}
        hover
        rows={runs.data ?? []}
        rowKey={(run) => run.id}
        columns={[
          { label: t('app'), cell: (run) => (run.appName ? run.appName[language] : '–') },
          { label: t('kind'), cell: (run) => t(`kinds.${run.kind}`) },
          { label: t('window'), cell: (run) => (run.window ? `${moment(run.window.from)} – ${moment(run.window.to)}` : '–') },
          { label: t('state'), cell: (run) => <RunState run={run} /> },
          { label: t('records'), right: true, cell: (run) => number(run.rows) },
          { label: t('alarms'), right: true, cell: (run) => number(run.alarms) },
          { label: t('actionsCount'), right: true, cell: (run) => number(run.effects) },
          { label: t('asked'), cell: (run) => moment(run.createdAt) },
          {
            label: t('open'),
            hidden: true,
            right: true,
            cell: (run) => (
              <>
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
              </>
            ),
          },
        ]}
      />
      {open && <Report runId={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

type Run = inferRouterOutputs<AppRouter>['runs']['list'][number];

function RunState({ run }: { run: Run }) {
  const t = useTranslations('runs');
  const { language } = useText();
  return (
    <>
      {run.status === 'running' ? (
        <Progress value={run.progress * 100} aria-label={t('progress')} w={90} transitionDuration={0} />
      ) : (
        t(`status.${run.status}`)
      )}
      {run.error && (
        <div style={{ color: 'var(--mw-dim)', maxWidth: 320 }}>
          {`${run.error.node ? `${run.error.node}: ` : ''}${(language === 'zh' && run.error.zh) || run.error.message}`}
        </div>
      )}
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
  const may = useMay();
  const [open, setOpen] = useState<TraceOf>();
  const effects = useQuery(trpc.effects.list.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  if (effects.isError) return <ErrorState error={effects.error} retry={() => void effects.refetch()} />;
  if (effects.data?.length === 0) return <EmptyState title={t('noEffects')} text={t('noEffectsHelp')} />;
  return (
    <>
      <ListTable
        label={t('effects')}
        rows={effects.data ?? []}
        rowKey={(effect) => `${effect.shardId}.${effect.step}.${effect.ordinal}`}
        columns={[
          { label: t('when'), cell: (effect) => moment(effect.createdAt) },
          { label: t('app'), cell: (effect) => (effect.app ? effect.app[language] : '–') },
          { label: t('node'), mono: true, cell: (effect) => `${effect.node} · ${effect.key}` },
          {
            label: t('action'),
            cell: (effect) => `${t(`effectKinds.${effectKind(effect.kind)}`)} ${plain(effect.request.value)}`,
          },
          { label: t('state'), cell: (effect) => t(`effectStatus.${effect.status}`) },
          { label: t('answer'), cell: (effect) => effect.answer?.reason?.[language] ?? plain(effect.answer?.value) },
          {
            label: t('trace.way'),
            hidden: true,
            right: true,
            cell: ({ shardId, step, node }) =>
              may('history.read') && (
                <Button variant="default" onClick={() => setOpen({ shardId, step })} aria-label={t('trace.openNode', { node })}>
                  {t('trace.way')}
                </Button>
              ),
          },
        ]}
      />
      {open && <TraceDialog of={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

const KINDS = [
  'tag.write',
  'command.send',
  'recipe.download',
  'watchdog.beat',
  'lease.take',
  'lease.release',
  'notify.send',
  'report.make',
  'confirm.request',
  'alarm.raise',
] as const;
const effectKind = (kind: string) => (KINDS.find((one) => one === kind) ?? 'other').replace('.', '_') as 'other';
const plain = (value: unknown): string => (['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '');
