'use client';
import { Button, Group, Modal, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { type Binding, BindingForm } from '../_dialogs/binding-form.tsx';
import { formatMoment } from '../_session/format.ts';

const MINUTE = 60_000;
const STRETCHES = [15, 60, 480, 1_440] as const;

/** Which machine's recorded data, over which time. Roles without a tag have no rows, and the rest runs. */
export function WindowDialog(props: {
  binding: Binding | undefined;
  onPin: (binding: Binding, window: { from: number; to: number }, label: string) => void;
  onClose: () => void;
}) {
  const t = useTranslations('studio-data');
  const locale = useLocale();
  const [binding, setBinding] = useState(props.binding);
  const [minutes, setMinutes] = useState<number>(60);
  /** End of the stretch, in the reader's own time; empty = now. */
  const [until, setUntil] = useState('');
  const end = until === '' ? undefined : new Date(until).getTime();
  const wrong = end !== undefined && !Number.isFinite(end);
  return (
    <Modal opened onClose={props.onClose} title={t('window.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap={10}>
        <BindingForm value={binding} onChange={setBinding} />
        <SegmentedControl
          aria-label={t('window.length')}
          value={String(minutes)}
          onChange={(next) => setMinutes(Number(next))}
          data={STRETCHES.map((value) => ({
            value: String(value),
            label: value < 60 ? t('window.minutes', { count: value }) : t('window.hours', { count: value / 60 }),
          }))}
          fullWidth
        />
        <TextInput
          type="datetime-local"
          step={1}
          label={t('window.until')}
          description={t('window.untilHelp')}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
          data-testid="pin-until"
        />
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={props.onClose}>
            {t('cancel')}
          </Button>
          <Button
            disabled={!binding || wrong}
            onClick={() => {
              if (!binding) return;
              const to = end ?? Date.now();
              const from = to - minutes * MINUTE;
              props.onPin(binding, { from, to }, `${formatMoment(from, locale)} – ${formatMoment(to, locale)}`);
            }}
            data-testid="pin-start"
          >
            {t('window.pin')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
