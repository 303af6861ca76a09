'use client';
import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type SubmitEvent, useState } from 'react';
import type { AlarmRow } from '#server/alarms/list-alarms.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';

/** Shelving always ends by itself and always has a reason (ISA-18.2). */
export function ShelveDialog({ alarm, onClose }: { alarm: AlarmRow; onClose: () => void }) {
  const t = useTranslations('alarms');
  const format = useFormat();
  const trpc = useTRPC();
  const [minutes, setMinutes] = useState('30');
  const [comment, setComment] = useState('');
  const shelve = useMutation(trpc.alarms.shelve.mutationOptions({ onSuccess: onClose }));
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    shelve.mutate({ id: alarm.id, minutes: Number(minutes), comment });
  };
  return (
    <Modal opened onClose={onClose} title={t('shelveTitle')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text>
            {alarm.key} · {format.text(alarm.message)}
          </Text>
          <SegmentedControl
            aria-label={t('shelveFor')}
            value={minutes}
            onChange={setMinutes}
            data={[15, 30, 60, 240, 480].map((m) => ({ value: String(m), label: format.duration(m * 60_000) }))}
          />
          <TextInput
            label={t('reason')}
            required
            value={comment}
            onChange={(e) => setComment(e.currentTarget.value)}
            data-autofocus
          />
          {shelve.error && <ErrorState error={shelve.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={shelve.isPending} disabled={comment.trim() === ''}>
              {t('shelve')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
