'use client';
import { NumberInput, Select } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { type FieldProps, testId } from '../field-props.ts';

const UNITS = { s: 1, min: 60, h: 3600, d: 86_400 } as const;
type TimeUnit = keyof typeof UNITS;

/** Kept in seconds; shown in the largest unit that gives a short number. */
export function DurationField(props: FieldProps) {
  const t = useTranslations('studio');
  const seconds = typeof props.value === 'number' ? props.value : undefined;
  const [unit, setUnit] = useState<TimeUnit>(() => largestUnit(seconds ?? Number(props.schema.default ?? 0)));
  return (
    <div style={{ display: 'grid', gridTemplateColumns: '1fr 84px', gap: 6, alignItems: 'end' }}>
      <NumberInput
        label={props.label}
        description={props.help}
        error={props.error}
        withAsterisk={props.required}
        min={0}
        value={seconds === undefined ? '' : seconds / UNITS[unit]}
        placeholder={typeof props.schema.default === 'number' ? String(props.schema.default / UNITS[unit]) : undefined}
        onChange={(next) => props.change(typeof next === 'number' ? next * UNITS[unit] : undefined)}
        hideControls
        data-testid={testId(props)}
      />
      <Select
        aria-label={t('duration.unit', { label: props.label })}
        data={(Object.keys(UNITS) as TimeUnit[]).map((value) => ({ value, label: t(`duration.${value}`) }))}
        value={unit}
        allowDeselect={false}
        onChange={(next) => next && setUnit(next as TimeUnit)}
      />
    </div>
  );
}

const largestUnit = (seconds: number): TimeUnit =>
  (['d', 'h', 'min'] as const).find((unit) => seconds >= UNITS[unit] && seconds % UNITS[unit] === 0) ?? 's';
