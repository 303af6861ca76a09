'use client';
import { Button, Group, Modal, Select, Stack } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useStudio } from '../_session/use-session.tsx';
import { type Binding, BindingForm, isBound } from './binding-form.tsx';
import type { RunWish } from './use-run.ts';

const HOUR = 3_600_000;
/** Windows on offer, hours. */
const WINDOWS = { test: [1, 4, 8], backtest: [24, 6, 72, 168] } as const;

/** On which machine's data, over which time, and how a person's confirmation is taken. */
export function RunDialog(props: {
  kind: 'test' | 'backtest';
  binding: Binding | undefined;
  onStart: (wish: RunWish) => void;
  onClose: () => void;
}) {
  const { kind } = props;
  const t = useTranslations('studio');
  const roles = useStudio((state) => state.history.now.roles);
  const [binding, setBinding] = useState(props.binding);
  const [hours, setHours] = useState<number>(WINDOWS[kind][0]);
  const [input, setInput] = useState<RunWish['input']>('corrected');
  const [confirmations, setConfirmations] = useState<RunWish['confirmations']>('confirm');
  return (
    <Modal opened onClose={props.onClose} title={t(`run.${kind}`)} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap={10}>
        <BindingForm value={binding} onChange={setBinding} />
        <Select
          label={t('run.window')}
          data={WINDOWS[kind].map((value) => ({ value: String(value), label: t('run.last', { hours: value }) }))}
          value={String(hours)}
          allowDeselect={false}
          onChange={(next) => next && setHours(Number(next))}
          data-testid="run-window"
        />
        <Select
          label={t('run.input')}
          description={t(`run.inputHint.${input}`)}
          data={(['corrected', 'arrived'] as const).map((value) => ({ value, label: t(`report.input.${value}`) }))}
          value={input}
          allowDeselect={false}
          onChange={(next) => next && setInput(next as RunWish['input'])}
          data-testid="run-input"
        />
        <Select
          label={t('run.confirmations')}
          data={(['confirm', 'refuse', 'none'] as const).map((value) => ({ value, label: t(`run.confirmation.${value}`) }))}
          value={confirmations}
          allowDeselect={false}
          onChange={(next) => next && setConfirmations(next as RunWish['confirmations'])}
        />
        <p style={{ margin: 0, color: 'var(--mw-dim)', fontSize: 12 }}>{t('run.captured')}</p>
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={props.onClose}>
            {t('cancel')}
          </Button>
          <Button
            disabled={!isBound(binding, roles)}
            onClick={() => {
              if (!binding) return;
              const to = Date.now();
              props.onStart({ kind, binding, window: { from: to - hours * HOUR, to }, input, confirmations });
            }}
            data-testid="run-start"
          >
            {t(`run.${kind}`)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
