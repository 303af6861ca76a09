'use client';
import { Button, Group, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAlertTriangle, IconCircleCheck, IconSearch, IconShieldCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import { useTRPC } from '../_client/trpc.ts';
import { CopyLine } from '../_parts/copy-line.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { useFormat } from '../_parts/format.ts';
import { Panel } from '../_parts/panel.tsx';
import { ScrollX } from '../_parts/scroll-x.tsx';
import { usePageActions } from '../_shell/palette.tsx';
import classes from './_admin.module.css';

/** Everything that changed a plant, a permission or a release, newest first, and the proof that nothing was altered. */
export function Audit() {
  const t = useTranslations('admin.audit');
  const format = useFormat();
  const trpc = useTRPC();
  const [action, setAction] = useState('');
  const [wanted] = useDebouncedValue(action, 250);
  const list = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(
      { limit: 50, ...(wanted ? { action: wanted } : {}) },
      { getNextPageParam: (page) => (page.length === 50 ? page.at(-1)?.seq : undefined) },
    ),
  );
  const verify = useMutation(trpc.audit.verify.mutationOptions());
  const { mutate: runVerify } = verify;
  usePageActions(useMemo(() => [{ id: 'verify-audit', label: t('verify'), run: () => runVerify() }], [t, runVerify]));
  const verdict = verify.data;
  const problem = list.error ?? verify.error;
  return (
    <div className={classes.stack}>
      {problem && <ErrorState error={problem} />}
      <Text c="dimmed">{t('hint')}</Text>
      <Group gap="xs">
        <TextInput
          aria-label={t('filter')}
          placeholder={t('filter')}
          leftSection={<IconSearch size={15} />}
          value={action}
          onChange={(event) => setAction(event.currentTarget.value)}
        />
        <Button
          variant="default"
          leftSection={<IconShieldCheck size={16} />}
          loading={verify.isPending}
          onClick={() => runVerify()}
        >
          {t('verify')}
        </Button>
      </Group>
      <div aria-live="polite">
        {verdict?.ok && (
          <div className={classes.verdict}>
            <IconCircleCheck size={18} />
            <Text>{t('whole', { entries: verdict.entries })}</Text>
            <CopyLine text={verdict.head} />
            <Text c="dimmed">
              {verdict.anchor
                ? t('anchored', { seq: verdict.anchor.seq, time: format.dateTime(verdict.anchor.at) })
                : t('unanchored')}
            </Text>
          </div>
        )}
        {verdict && !verdict.ok && (
          <div className={classes.verdict}>
            <IconAlertTriangle size={18} color="var(--mw-p1)" />
            <Text fw={600}>{t(`broken.${verdict.problem}`, { seq: verdict.seq })}</Text>
          </div>
        )}
      </div>
      <Panel flush>
        <ScrollX label={t('title')}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('seq')}</Table.Th>
                <Table.Th>{t('at')}</Table.Th>
                <Table.Th>{t('actor')}</Table.Th>
                <Table.Th>{t('action')}</Table.Th>
                <Table.Th>{t('target')}</Table.Th>
                <Table.Th miw={280}>{t('details')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.data?.pages.flat().map((entry) => (
                <Table.Tr key={entry.seq}>
                  <Table.Td>{entry.seq}</Table.Td>
                  <Table.Td style={{ whiteSpace: 'nowrap' }}>{format.dateTime(entry.at)}</Table.Td>
                  <Table.Td style={{ whiteSpace: 'nowrap' }}>{entry.actorName ?? entry.actor}</Table.Td>
                  <Table.Td className="mw-mono">{entry.action}</Table.Td>
                  <Table.Td
                    className="mw-mono"
                    maw={180}
                    style={{ overflow: 'hidden', textOverflow: 'ellipsis' }}
                    title={entry.target ?? ''}
                  >
                    {entry.target}
                  </Table.Td>
                  <Table.Td className="mw-mono" style={{ overflowWrap: 'anywhere' }}>
                    {Object.entries(entry.details ?? {}).map(([name, value]) => (
                      <div key={name}>
                        <span style={{ color: 'var(--mw-dim)' }}>{name}</span> {plain(value)}
                      </div>
                    ))}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollX>
        {list.data?.pages[0]?.length === 0 && (
          <Text c="dimmed" p="sm">
            {t('none')}
          </Text>
        )}
        {list.hasNextPage && (
          <Group p="xs" justify="center">
            <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
              {t('older')}
            </Button>
          </Group>
        )}
      </Panel>
    </div>
  );
}

/** A detail as an auditor reads it: text as it is, lists with commas, all else as its JSON. */
function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ');
  return JSON.stringify(value);
}
