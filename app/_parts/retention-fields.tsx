'use client';
import { Group, NativeSelect } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useFormat } from './format.ts';

/** Days of every sample (0 = for ever) and hours of raw waves and whole tables; null = as the rule above it says. */
export interface Retention {
  readonly sampleDays: number | null;
  readonly largeHours: number | null;
}
const DAYS = [0, 7, 30, 90, 180, 365, 1_095, 3_650];
const HOURS = [6, 24, 72, 168, 720];
const DAY_MS = 86_400_000;

/** `above`: what holds where nothing is chosen, and whose rule that is. */
export function RetentionFields({
  value,
  onChange,
  above,
}: {
  value: Retention;
  onChange: (value: Retention) => void;
  above: { readonly whose: 'asOrganization' | 'asPlatform'; readonly rule: Partial<Retention> };
}) {
  const t = useTranslations('retention');
  const format = useFormat();
  const days = (count: number) => (count === 0 ? t('forever') : format.duration(count * DAY_MS));
  const hours = (count: number) => format.duration((count * DAY_MS) / 24);
  const options = (
    listed: readonly number[],
    own: number | null,
    above_: number | null | undefined,
    say: (n: number) => string,
  ) => [
    { value: '', label: t(above.whose, { rule: above_ === null || above_ === undefined ? t('unknown') : say(above_) }) },
    // a rule that was set elsewhere is shown as it is
    ...[...new Set(own === null ? listed : [...listed, own])]
      .sort((a, b) => (a === 0 ? 1 : b === 0 ? -1 : a - b))
      .map((n) => ({ value: String(n), label: say(n) })),
  ];
  const read = (text: string) => (text === '' ? null : Number(text));
  return (
    <Group grow align="flex-start">
      <NativeSelect
        label={t('samples')}
        value={value.sampleDays === null ? '' : String(value.sampleDays)}
        onChange={(event) => onChange({ ...value, sampleDays: read(event.currentTarget.value) })}
        data={options(DAYS, value.sampleDays, above.rule.sampleDays, days)}
      />
      <NativeSelect
        label={t('large')}
        value={value.largeHours === null ? '' : String(value.largeHours)}
        onChange={(event) => onChange({ ...value, largeHours: read(event.currentTarget.value) })}
        data={options(HOURS, value.largeHours, above.rule.largeHours, hours)}
      />
    </Group>
  );
}
