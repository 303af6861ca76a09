'use client';
import { Autocomplete } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { displayUnit, isUnit } from '#runtime/units/units.ts';
import { type FieldProps, testId } from '../field-props.ts';

/** Units that plants use most; any UCUM code may be typed. */
export const COMMON_UNITS = [
  '1',
  '%',
  'bar',
  'kPa',
  '[psi]',
  'Cel',
  '[degF]',
  'K',
  'kW',
  'kW.h',
  'A',
  'V',
  'Hz',
  '/min',
  'm3/h',
  'm3/min',
  'L/min',
  'kg',
  't/h',
  'kg/h',
  'm/s',
  'mm',
  'mm/s',
  'm/s2',
  's',
  'min',
  'h',
];

export function UnitInput(props: {
  label: string;
  value: string;
  error?: string | undefined;
  description?: string | undefined;
  testId: string;
  onChange: (unit: string) => void;
}) {
  const t = useTranslations('studio');
  const unknown = props.value !== '' && !isUnit(props.value);
  const shown = props.value && !unknown ? displayUnit(props.value) : '';
  return (
    <Autocomplete
      label={props.label}
      description={props.description}
      data={COMMON_UNITS}
      value={props.value}
      error={unknown ? t('unit.unknown', { unit: props.value }) : props.error}
      onChange={props.onChange}
      rightSection={shown === props.value ? undefined : <span style={{ fontSize: 12, whiteSpace: 'nowrap' }}>{shown}</span>}
      // As wide as what it says: `kW/(m³/min)` is no `°C`.
      rightSectionWidth={shown === props.value ? 0 : Math.max(44, 12 + 7 * shown.length)}
      data-testid={props.testId}
    />
  );
}

export function UnitField(props: FieldProps) {
  const fallback = typeof props.schema.default === 'string' ? props.schema.default : '';
  return (
    <UnitInput
      label={props.label}
      description={props.help}
      error={props.error}
      value={typeof props.value === 'string' ? props.value : fallback}
      onChange={(unit) => props.change(unit === '' || unit === fallback ? undefined : unit)}
      testId={testId(props)}
    />
  );
}
