'use client';
import { useTranslations } from 'next-intl';
import { useCallback } from 'react';
import { useFormat } from '../_parts/format.ts';
import { unitLabel } from '../_parts/unit.ts';
import { Chart } from './chart.tsx';
import { axesOption, called, type FrameColumn, type FrameForm, heatOption } from './frame-options.ts';
import type { ChartTokens } from './tokens.ts';

/**
 * One whole table as a picture. The first column is the horizontal axis. `pareto`: the second column as bars, the last one (a share up to here) as a line
 * from 0 to 100 %; `scatter`: points; `heat`: the second column is the vertical axis, the third the colour; `fan`: the second column is a line, each further pair
 * (lower, upper) a band around it.
 */
export function FrameChart({
  title,
  columns,
  height,
  limits,
  form = 'auto',
}: {
  title: string;
  readonly columns: readonly FrameColumn[];
  height?: number | string;
  limits?: readonly { readonly value: number; readonly label: string }[];
  form?: FrameForm;
}) {
  const t = useTranslations('charts');
  const format = useFormat();
  const [x, ...ys] = columns;
  const option = useCallback(
    (tokens: ChartTokens) => {
      if (form === 'heat' && columns.length >= 3) return heatOption(columns, tokens, format);
      return axesOption(columns, form, limits ?? [], tokens, format);
    },
    [columns, form, limits, format],
  );
  const rows = x?.values.length ?? 0;
  const main = ys.find((c) => c.values.some((v) => typeof v === 'number'));
  let top = 0;
  main?.values.forEach((v, i) => {
    if (typeof v === 'number' && v > Number(main.values[top] ?? Number.NEGATIVE_INFINITY)) top = i;
  });
  const shown = (v: unknown) => (typeof v === 'number' ? format.number(v) : String(v ?? '–'));
  const label = main
    ? t('frameLabel', {
        title,
        rows,
        top: shown(main.values[top]),
        topUnit: unitLabel(main.unit),
        at: shown(x?.values[top]),
        atUnit: unitLabel(x?.unit),
      })
    : t('lineEmpty', { name: title });
  return (
    <Chart
      label={label}
      option={option}
      table={() => ({
        columns: columns.map(called),
        rows: Array.from({ length: rows }, (_, i) => columns.map((c) => shown(c.values[i]))),
      })}
      {...(height === undefined ? {} : { height })}
    />
  );
}
