'use client';
import { Button, Group, Modal, Select, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useTRPC } from '../_client/trpc.ts';
import { ErrorState } from '../_parts/error-state.tsx';

const MINUTE = 60_000;
/** Minutes on offer. */
const SPANS = [5, 1, 30, 60, 480, 1_440];

/** Runs the draft beside a running instance on live data: nothing of it is performed, its differences are counted. */
export function ShadowDialog({ appId, instanceId, onClose }: { appId: string; instanceId: string; onClose: () => void }) {
  const t = useTranslations('apps.shadow');
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [minutes, setMinutes] = useState(SPANS[0] ?? 5);
  const runs = useQuery(trpc.runs.list.queryOptions({ appId }, { refetchInterval: 2_000 }));
  const refresh = { onSuccess: () => void queries.invalidateQueries(trpc.runs.pathFilter()) };
  const start = useMutation(trpc.runs.shadow.mutationOptions(refresh));
  const cancel = useMutation(trpc.runs.cancel.mutationOptions(refresh));
  const going = runs.data?.find((run) => run.kind === 'shadow' && (run.status === 'running' || run.status === 'queued'));
  return (
    <Modal opened onClose={onClose} title={t('title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Text mb="sm">{t('what')}</Text>
      {(start.error ?? cancel.error) && <ErrorState error={start.error ?? cancel.error} />}
      {going ? (
        <Text role="status" data-testid="shadow-going">
          {t(going.status === 'queued' ? 'waits' : 'goes', { percent: Math.round(going.progress * 100) })}
        </Text>
      ) : (
        <Select
          label={t('span')}
          data={SPANS.map((value) => ({ value: String(value), label: t('minutes', { minutes: value }) }))}
          value={String(minutes)}
          allowDeselect={false}
          onChange={(next) => next && setMinutes(Number(next))}
        />
      )}
      <Group justify="flex-end" gap={8} mt="md">
        <Button component={Link} href="/runs" variant="default">
          {t('reports')}
        </Button>
        {going ? (
          <Button
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ runId: going.id })}
            data-testid="shadow-stop"
          >
            {t('stop')}
          </Button>
        ) : (
          <Button
            loading={start.isPending}
            onClick={() => start.mutate({ appId, instanceId, forMs: minutes * MINUTE })}
            data-testid="shadow-start"
          >
            {t('start')}
          </Button>
        )}
      </Group>
    </Modal>
  );
}
