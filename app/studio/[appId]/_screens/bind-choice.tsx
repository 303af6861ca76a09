'use client';
import { Select } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { unitLabel } from '../../../_parts/unit.ts';
import type { Showable } from './suggest.ts';
import type { ScreenSupply } from './use-preview.ts';
import { useShowableName } from './use-showable-name.ts';

/** Chooses what is shown, of what there really is. What is bound and gone stays in sight, named as gone. */
export function BindChoice(props: {
  label: string;
  required: boolean;
  value: string | undefined;
  supply: ScreenSupply;
  choices: readonly Showable[];
  error: string | undefined;
  onChange: (to: string | undefined) => void;
  testId: string;
}) {
  const t = useTranslations('studio-screens');
  const nameOf = useShowableName(props.supply);
  const data = props.choices.map((one) => {
    const unit = unitLabel(one.unit);
    return { value: one.to, label: unit ? `${nameOf(one.to)} [${unit}]` : nameOf(one.to) };
  });
  const { value } = props;
  if (value !== undefined && !data.some((one) => one.value === value)) data.unshift({ value, label: t('gone', { name: value }) });
  return (
    <Select
      label={props.label}
      withAsterisk={props.required}
      data={data}
      value={value ?? null}
      placeholder={t('choose')}
      searchable={data.length > 8}
      clearable={!props.required}
      allowDeselect={false}
      nothingFoundMessage={t('nothingFits')}
      error={props.error}
      onChange={(next) => props.onChange(next ?? undefined)}
      data-testid={props.testId}
    />
  );
}
