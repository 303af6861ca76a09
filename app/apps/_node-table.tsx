'use client';
import { Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import { useTranslations } from 'next-intl';
import type { AppRouter } from '#server/root.ts';
import { useTRPC } from '../_client/trpc.ts';
import { ErrorState } from '../_parts/error-state.tsx';
import { useFormat } from '../_parts/format.ts';
import { ListTable } from '../_parts/list-table.tsx';
import { useNow } from '../_parts/use-now.ts';

type Node = inferRouterOutputs<AppRouter>['trace']['nodes']['nodes'][number];

/** The worker tells every five seconds. */
const REFRESH_MS = 5_000;

/** Of each node of a running app: rate, latency, errors, age of its last record. */
export function NodeTable({ instanceId, title, onClose }: { instanceId: string; title: string; onClose: () => void }) {
  const t = useTranslations('apps.nodes');
  const trpc = useTRPC();
  const format = useFormat();
  const now = useNow(1_000);
  const facts = useQuery(trpc.trace.nodes.queryOptions({ instanceId }, { refetchInterval: REFRESH_MS }));
  const age = (at: number | null) => (at === null || now === undefined ? '–' : format.duration(Math.max(0, now - at)));
  return (
    <Modal opened onClose={onClose} size="min(1080px, 94vw)" title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      {facts.isError && <ErrorState error={facts.error} />}
      {facts.data && (
        <>
          <ListTable
            label={title}
            rows={facts.data.nodes}
            rowKey={(row) => row.node}
            columns={[
              { label: t('node'), cell: (row) => <Name node={row} /> },
              { label: t('rate'), right: true, cell: (row) => format.exact(Number(row.rate.toPrecision(3))) },
              {
                label: t('latency'),
                right: true,
                cell: (row) => (row.latency === null ? '–' : `${format.integer(Math.round(row.latency))} ms`),
              },
              {
                label: t('cpu'),
                right: true,
                cell: (row) => (row.cpu === undefined ? '–' : `${format.exact(Number((row.cpu * 100).toPrecision(2)))} %`),
              },
              { label: t('age'), right: true, cell: (row) => age(row.lastRecordAt) },
              { label: t('rows'), right: true, cell: (row) => format.integer(row.rows) },
              { label: t('errors'), right: true, cell: (row) => <Errors node={row} /> },
              { label: t('late'), right: true, cell: (row) => (row.late === 0 ? '–' : format.integer(row.late)) },
            ]}
          />
          <Text c="dimmed" size="xs" mt="sm">
            {facts.data.since === null ? t('notYet') : t('since', { time: format.dateTime(facts.data.since) })}
          </Text>
        </>
      )}
    </Modal>
  );
}

function Name({ node }: { node: Node }) {
  const format = useFormat();
  return (
    <>
      {node.label ? format.text(node.label) : node.node || '–'}
      {node.block && (
        <div className="mw-mono" style={{ fontSize: 12, color: 'var(--mw-dim)' }}>
          {node.block.replace(/^millwright\//, '')}
        </div>
      )}
    </>
  );
}

/** Quiet at none; a mark, the count and the last reason when not. */
function Errors({ node }: { node: Node }) {
  const format = useFormat();
  if (node.errors === 0) return '–';
  return (
    <span style={{ display: 'inline-flex', alignItems: 'baseline', gap: 6, fontWeight: 600 }} title={node.lastError}>
      <svg width="11" height="10" aria-hidden>
        <path d="M5.5 0 11 10H0z" fill="var(--mw-p2)" />
      </svg>
      {format.integer(node.errors)}
    </span>
  );
}
