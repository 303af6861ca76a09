'use client';
import { useTranslations } from 'next-intl';
import { useCallback, useMemo } from 'react';
import { useFormat } from '../_parts/format.ts';
import { unitLabel } from '../_parts/unit.ts';
import { valueAxis } from './axis.ts';
import { Chart } from './chart.tsx';
import { roundScale } from './scale.ts';
import type { ChartTokens } from './tokens.ts';

export interface FrameColumn {
  readonly name: string;
  readonly unit?: string | null;
  readonly values: readonly unknown[];
}

/** One whole table as a picture: a spectrum (numbers over numbers) as a line, a Pareto or histogram (words over numbers) as bars. */
export function FrameChart({
  title,
  columns,
  height,
  limits,
}: {
  title: string;
  /** The first is the horizontal axis. */
  columns: readonly FrameColumn[];
  height?: number | string;
  limits?: readonly { readonly value: number; readonly label: string }[];
}) {
  const t = useTranslations('charts');
  const format = useFormat();
  const [x, ...ys] = columns;
  const numeric = useMemo(() => x?.values.every((v) => typeof v === 'number') ?? false, [x]);
  const option = useCallback(
    (tokens: ChartTokens) => {
      const [across, ...up] = columns;
      const along = roundScale(numeric && across ? numbersOf([across]) : [], { ticks: 8, zero: startsNearZero(across) });
      const colours = [tokens.trace, tokens.output, tokens.teal];
      return {
        grid: { left: 58, right: 18, top: 28, bottom: numeric ? 42 : 34 },
        tooltip: {
          trigger: 'axis',
          transitionDuration: 0,
          backgroundColor: tokens.panel,
          borderColor: tokens.line,
          textStyle: { color: tokens.text, fontSize: 12 },
          valueFormatter: (v: unknown) => (typeof v === 'number' ? format.number(v) : String(v)),
        },
        xAxis: {
          type: numeric ? 'value' : 'category',
          name: across ? called(across) : '',
          nameLocation: 'middle',
          nameGap: 26,
          nameTextStyle: { color: tokens.dim, fontSize: 11 },
          ...(numeric ? { min: along.min, max: along.max, interval: along.interval } : { data: across?.values.map(String) }),
          axisLabel: {
            color: tokens.dim,
            fontSize: 11,
            hideOverlap: true,
            ...(numeric ? { formatter: (v: number) => format.fixed(v, along.decimals) } : {}),
          },
          axisLine: { lineStyle: { color: tokens.line } },
          splitLine: { show: false },
        },
        yAxis: valueAxis(roundScale(numbersOf(up), { zero: true }), up[0] ? called(up[0]) : '', tokens, format),
        dataZoom: [{ type: 'inside', filterMode: 'none' }],
        series: up
          .filter((c) => c.values.some((v) => typeof v === 'number'))
          .map((c, i) => ({
            name: c.name,
            type: numeric ? 'line' : 'bar',
            data: numeric ? c.values.map((v, row) => [across?.values[row], v]) : c.values,
            symbol: 'none',
            barMaxWidth: 42,
            lineStyle: { color: colours[i % 3], width: 1.5 },
            itemStyle: { color: colours[i % 3] },
            emphasis: { disabled: true },
            markLine: {
              silent: true,
              symbol: 'none',
              label: { position: 'insideEndTop', color: tokens.dim, fontSize: 11 },
              lineStyle: { color: tokens.dim, type: 'dashed' },
              data: i === 0 ? (limits ?? []).map((l) => ({ yAxis: l.value, label: { formatter: l.label } })) : [],
            },
          })),
      };
    },
    [columns, numeric, limits, format],
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

const called = (column: FrameColumn): string =>
  unitLabel(column.unit) ? `${column.name} [${unitLabel(column.unit)}]` : column.name;

const numbersOf = (columns: readonly FrameColumn[]): number[] =>
  columns.flatMap((c) => c.values.filter((v): v is number => typeof v === 'number'));

/** A spectrum begins at its first line, 5 Hz of 5,000: its axis begins at zero. */
function startsNearZero(column: FrameColumn | undefined): boolean {
  const numbers = column ? numbersOf([column]) : [];
  const first = numbers[0] ?? 0;
  return first >= 0 && first < 0.1 * (numbers.at(-1) ?? 0);
}
