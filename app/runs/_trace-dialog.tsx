'use client';
import { Modal, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { inferRouterInputs } from '@trpc/server';
import { useTranslations } from 'next-intl';
import type { AppRouter } from '#server/root.ts';
import type { AppTrace, Trace } from '#server/trace/read-trace.ts';
import { useTRPC } from '../_client/trpc.ts';
import { ErrorState } from '../_parts/error-state.tsx';
import { ScrollX } from '../_parts/scroll-x.tsx';
import { useText } from './_text.ts';
import classes from './traces.module.css';

/** An entry of the log, a tag's newest value, or what a step was caused by. */
export type TraceOf = inferRouterInputs<AppRouter>['trace']['read'];

/** One sample's way with the time of each hop; opened from the list, an action, or a value on a screen. */
export function TraceDialog({ of, onClose }: { of: TraceOf; onClose: () => void }) {
  const t = useTranslations('runs.trace');
  const trpc = useTRPC();
  const trace = useQuery(trpc.trace.read.queryOptions(of, { refetchInterval: 5_000 }));
  const focus = 'shardId' in of ? of.shardId : undefined;
  const { data } = trace;
  const apps = [...(data?.apps ?? [])].sort((a, b) => Number(b.shardId === focus) - Number(a.shardId === focus));
  return (
    <Modal opened onClose={onClose} size="xl" title={t('dialog')} closeButtonProps={{ 'aria-label': t('close') }}>
      {trace.isError && !data && <ErrorState error={trace.error} />}
      {data && (
        <div data-testid="trace">
          <Text c="dimmed" size="sm">
            {t('id', { lane: data.lane, seq: data.seq, records: data.records })}
          </Text>
          {apps.length === 0 && <Text mt="sm">{t('noApps')}</Text>}
          {apps.map((app) => (
            <AppWay key={app.shardId} trace={data} app={app} />
          ))}
          <Text c="dimmed" size="xs" mt="sm">
            {t('clocks')}
          </Text>
        </div>
      )}
    </Modal>
  );
}

interface Hop {
  readonly name: string;
  readonly at: number | undefined;
  /** Counted from this one, where it is not the one before. */
  readonly after?: number | undefined;
}

function AppWay({ trace, app }: { trace: Trace; app: AppTrace }) {
  const t = useTranslations('runs.trace');
  const tr = useTranslations('runs');
  const { language, number } = useText();
  const { step } = app;
  const commit = step?.committedAt;
  const hops: Hop[] = [
    { name: t('at.measured'), at: trace.measured.to },
    { name: t('at.received'), at: trace.receivedAt },
    { name: t('at.appended'), at: trace.appendedAt },
    ...(step
      ? [
          { name: t('at.read', { step: step.number }), at: step.readAt },
          { name: t('at.stepped'), at: step.steppedAt },
          { name: t('at.committed'), at: commit },
          { name: t('at.sent'), at: step.seenAt, after: commit },
          { name: t('at.drawn'), at: step.drawnAt, after: commit },
          ...step.effects.map((effect) => ({
            name: t('at.performed', { node: effect.node, status: tr(`effectStatus.${effect.status as 'done'}`) }),
            at: effect.doneAt,
            after: commit,
          })),
          { name: t('at.stored'), at: step.storedAt, after: commit },
        ]
      : []),
  ];
  let before: number | undefined;
  return (
    <>
      <Text fw={600} mt="md">
        {app.name[language]} · {app.key}
      </Text>
      {!step && <Text c="dimmed">{t('notYet')}</Text>}
      <ScrollX label={t('dialog')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('hopName')}</Table.Th>
              <Table.Th>{t('time')}</Table.Th>
              <Table.Th ta="right">{t('after')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {hops.map(({ name, at, after }) => {
              const from = after ?? before;
              const took = at === undefined || from === undefined ? undefined : at - from;
              before = at ?? before;
              return (
                <Table.Tr key={name}>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td className="mw-mono">
                    {at === undefined ? <span className={classes.gap}>{t('unknown')}</span> : clock(at)}
                  </Table.Td>
                  <Table.Td ta="right">{took === undefined ? '–' : `${number(Math.round(took * 10) / 10)} ms`}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </ScrollX>
      {step?.effects.map(
        (effect) =>
          effect.reason && (
            <Text key={effect.node} mt={4}>
              {effect.node}: {effect.reason[language]}
            </Text>
          ),
      )}
    </>
  );
}

const two = (value: number) => String(value).padStart(2, '0');
/** To the millisecond, by the reader's time zone. */
function clock(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
