'use client';
import { Button, Group, Loader, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Bilingual } from '#runtime/graph/document.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';

const MINUTES = [5, 15, 60, 240] as const;

/** Which running version, and which stretch of its recorded data proves it. */
export function MeasureStep({
  status,
  error,
  onMeasured,
}: {
  status: string | undefined;
  error: string | undefined;
  onMeasured: (runId: string, name: Bilingual) => void;
}) {
  const t = useTranslations('publish.wizard');
  const trpc = useTRPC();
  const format = useFormat();
  const installations = useQuery(trpc.apps.installations.queryOptions());
  const [instanceId, setInstanceId] = useState<string | null>(null);
  const [minutes, setMinutes] = useState<number>(15);
  const measure = useMutation(trpc.publish.measure.mutationOptions());
  // what came from the market is its publisher's to publish
  const own = (installations.data ?? []).filter((row) => row.releaseId === null);
  const choices = own.flatMap((row) =>
    row.instances.map((one) => ({
      value: one.id,
      label: `${format.text(row.name)} · ${one.key} · ${one.version}`,
      name: row.name,
    })),
  );
  if (installations.isError) return <ErrorState error={installations.error} retry={() => void installations.refetch()} />;
  if (installations.data && choices.length === 0)
    return (
      <EmptyState
        title={t('noInstance')}
        text={t('noInstanceText')}
        actions={
          <Button component={Link} href="/apps" variant="default">
            {t('toApps')}
          </Button>
        }
      />
    );
  const chosen = choices.find((choice) => choice.value === (instanceId ?? choices[0]?.value));
  const working = measure.isPending || status === 'queued' || status === 'running';
  const start = () => {
    if (!chosen) return;
    const to = Date.now();
    measure.mutate(
      { instanceId: chosen.value, from: to - minutes * 60_000, to },
      { onSuccess: ({ runId }) => onMeasured(runId, chosen.name) },
    );
  };
  return (
    <Stack gap={12} maw={520}>
      <Select
        label={t('instance')}
        description={t('instanceHelp')}
        data={choices.map(({ value, label }) => ({ value, label }))}
        value={chosen?.value ?? null}
        onChange={setInstanceId}
        allowDeselect={false}
        data-testid="instance"
      />
      <Select
        label={t('window')}
        data={MINUTES.map((value) => ({ value: String(value), label: t('lastMinutes', { minutes: value }) }))}
        value={String(minutes)}
        onChange={(value) => setMinutes(Number(value))}
        allowDeselect={false}
      />
      <Group>
        <Button variant="default" onClick={start} disabled={!chosen || working} data-testid="measure">
          {t('measure')}
        </Button>
        {working && (
          <Group gap={8} role="status">
            <Loader size={16} />
            <Text>{t('measuring')}</Text>
          </Group>
        )}
        {status === 'done' && !working && <Text role="status">{t('measured')}</Text>}
      </Group>
      {measure.isError && <ErrorState error={measure.error} />}
      {status === 'failed' && (
        <Text c="var(--mw-p1)" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}
