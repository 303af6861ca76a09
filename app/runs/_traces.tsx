'use client';
import { Button, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { TraceRow } from '#server/trace/list-traces.ts';
import { useTRPC } from '../_client/trpc.ts';
import { EmptyState } from '../_parts/empty-state.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { ListTable } from '../_parts/list-table.tsx';
import { HopBar, HopLegend, longest } from './_hop-bar.tsx';
import { useText } from './_text.ts';
import { TraceDialog, type TraceOf } from './_trace-dialog.tsx';

/** Traces are kept one in five seconds; the list need not be newer. */
const REFRESH_MS = 5_000;

/** The ways of some samples: from the machine to the screen or back to the machine, with the time of each hop. */
export function Traces() {
  const t = useTranslations('runs.trace');
  const { language, moment, number } = useText();
  const trpc = useTRPC();
  const [failures, setFailures] = useState(false);
  const [open, setOpen] = useState<TraceOf>();
  const list = useQuery(
    trpc.trace.list.queryOptions({ failures }, { refetchInterval: REFRESH_MS, placeholderData: (old) => old }),
  );
  if (list.isError) return <ErrorState error={list.error} retry={() => void list.refetch()} />;
  const { traces = [], steps = 0, kept = 0 } = list.data ?? {};
  const scale = longest(traces);
  return (
    <>
      <div style={{ display: 'flex', alignItems: 'center', gap: 16, flexWrap: 'wrap', padding: '12px 0 8px' }}>
        <Switch label={t('onlyFailures')} checked={failures} onChange={(event) => setFailures(event.currentTarget.checked)} />
        <HopLegend />
        {list.data && (
          <Text c="dimmed" ml="auto" data-testid="traces-left-out">
            {t('leftOut', { kept, out: Math.max(0, steps - kept) })}
          </Text>
        )}
      </div>
      {!list.data ? null : traces.length === 0 ? (
        <EmptyState title={t(failures ? 'noFailures' : 'none')} text={t('noneHelp')} />
      ) : (
        <ListTable
          label={t('title')}
          hover
          rows={traces}
          rowKey={(row) => `${row.shardId}.${row.step}`}
          columns={[
            { label: t('committed'), cell: (row) => moment(row.committedAt) },
            { label: t('app'), cell: (row) => `${row.app[language]} · ${row.key}` },
            { label: t('way'), least: 300, cell: (row) => <HopBar row={row} scale={scale} /> },
            { label: t('total'), right: true, cell: (row) => total(row, number) },
            { label: t('outcome'), most: 320, cell: (row) => <Outcome row={row} /> },
            {
              label: t('open'),
              hidden: true,
              right: true,
              cell: (row) => (
                <Button
                  variant="default"
                  onClick={() => setOpen({ shardId: row.shardId, step: row.step })}
                  aria-label={t('openStep', { step: row.step })}
                >
                  {t('open')}
                </Button>
              ),
            },
          ]}
        />
      )}
      {open && <TraceDialog of={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function total(row: TraceRow, number: (value: number) => string): string {
  const from = row.receivedAt ?? row.appendedAt;
  const to = Math.max(row.committedAt, row.drawnAt ?? row.sentAt ?? 0, row.performedAt ?? 0);
  return from === null ? '–' : `${number(Math.max(0, Math.round(to - from)))} ms`;
}

/** Quiet when all went well; a mark and words when not. */
function Outcome({ row }: { row: TraceRow }) {
  const t = useTranslations('runs.trace');
  const words = [
    row.failed && t('failed', { node: row.failed.node, message: row.failed.message }),
    row.undone > 0 && t('undone', { count: row.undone }),
  ].filter(Boolean);
  if (words.length > 0)
    return (
      <span style={{ display: 'flex', alignItems: 'baseline', gap: 6, overflowWrap: 'anywhere' }}>
        <svg width="11" height="10" aria-hidden style={{ flex: 'none' }}>
          <path d="M5.5 0 11 10H0z" fill="var(--mw-p2)" />
        </svg>
        {words.join(' · ')}
      </span>
    );
  const quiet = [
    row.drawnAt !== null ? t('drawn') : row.sentAt !== null ? t('sent') : undefined,
    row.performedAt !== null ? t('performed') : row.actions > 0 ? t('asked', { count: row.actions }) : undefined,
  ].filter(Boolean);
  return <span style={{ color: 'var(--mw-dim)' }}>{quiet.join(' · ')}</span>;
}
