'use client';
import { Button, Group, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Storage } from '#runtime/historian/storage.ts';
import { useTRPC } from '../_client/trpc.ts';
import { ErrorState } from '../_parts/error-state.tsx';
import { useFormat } from '../_parts/format.ts';
import { type Retention, RetentionFields } from '../_parts/retention-fields.tsx';
import { useMay } from '../_shell/me.tsx';
import classes from './_admin.module.css';

/** What the past takes on disk, and how long it is kept where a tag has no rule of its own. */
export function RetentionSection() {
  const t = useTranslations('retention');
  const trpc = useTRPC();
  const storage = useQuery(trpc.history.storage.queryOptions());
  return (
    <div className={classes.stack}>
      <Text c="dimmed">{t('hint')}</Text>
      {storage.error && <ErrorState error={storage.error} retry={() => storage.refetch()} />}
      {storage.data && (
        <>
          <Facts storage={storage.data} />
          <Rule storage={storage.data} />
        </>
      )}
    </div>
  );
}

function Facts({ storage }: { storage: Storage }) {
  const t = useTranslations('retention.facts');
  const format = useFormat();
  const { samples, archive, large } = storage;
  const rows: [string, string][] = [
    [t('samples'), format.integer(samples.count)],
    [t('since'), samples.oldest === null ? '–' : format.dateTime(samples.oldest)],
    [t('hot'), format.bytes(samples.hotBytes)],
    [t('cold'), format.bytes(samples.coldBytes)],
    [t('archive'), t('days', { count: archive.days, bytes: format.bytes(archive.bytes) })],
    [t('large'), t('values', { count: large.count, bytes: format.bytes(large.bytes) })],
  ];
  return (
    <Table maw={520} data-testid="storage">
      <Table.Tbody>
        {rows.map(([label, value]) => (
          <Table.Tr key={label}>
            <Table.Th>{label}</Table.Th>
            <Table.Td ta="right">{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Rule({ storage }: { storage: Storage }) {
  const t = useTranslations('retention');
  const may = useMay();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [rule, setRule] = useState<Retention>(storage.rule);
  const save = useMutation(
    trpc.history.saveRetentionDefault.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.history.storage.queryKey() }),
    }),
  );
  const changed = rule.sampleDays !== storage.rule.sampleDays || rule.largeHours !== storage.rule.largeHours;
  return (
    <>
      <fieldset disabled={!may('plant.write')} style={{ border: 0, margin: 0, padding: 0, maxWidth: 720 }}>
        <RetentionFields value={rule} onChange={setRule} above={{ whose: 'asPlatform', rule: storage.platform ?? {} }} />
      </fieldset>
      <Text c="dimmed">{t('ownRules', { count: storage.ownRules })}</Text>
      {save.error && <ErrorState error={save.error} retry={() => save.mutate(rule)} />}
      {may('plant.write') && (
        <Group>
          <Button disabled={!changed} loading={save.isPending} onClick={() => save.mutate(rule)}>
            {t('save')}
          </Button>
          <Text c="dimmed" role="status">
            {changed ? t('gone') : save.isSuccess ? t('saved') : ''}
          </Text>
        </Group>
      )}
    </>
  );
}
