'use client';
import { useTranslations } from 'next-intl';
import { useCallback } from 'react';
import { useFormat } from '../_parts/format.ts';
import { unitLabel } from '../_parts/unit.ts';
import { valueAxis } from './axis.ts';
import { Chart } from './chart.tsx';
import { roundScale } from './scale.ts';
import { type ChartTokens, tooltipOf } from './tokens.ts';

/** Points of a Shewhart or EWMA chart with limits that may differ from point to point (an EWMA's open at first). */
export interface ControlChartProps {
  readonly title: string;
  readonly unit: string | null;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly ucl: readonly (number | null)[];
  readonly lcl: readonly (number | null)[];
  readonly target?: number | null;
  /** Window, epoch ms; absent: as long as the points. */
  readonly from?: number;
  readonly to?: number;
  readonly height?: number | string;
}

/** Out of control is said by shape (a filled square), colour and a count in words. */
export function ControlChart({ title, unit, x, y, ucl, lcl, target, from, to, height }: ControlChartProps) {
  const t = useTranslations('charts');
  const format = useFormat();
  const out = (i: number) => {
    const v = y[i];
    const u = ucl[i];
    const l = lcl[i];
    return v != null && ((u != null && v > u) || (l != null && v < l));
  };
  const option = useCallback(
    (tokens: ChartTokens) => {
      const isOut = (i: number) => {
        const v = y[i];
        const u = ucl[i];
        const l = lcl[i];
        return v != null && ((u != null && v > u) || (l != null && v < l));
      };
      const limit = (name: string, values: readonly (number | null)[]) => ({
        type: 'line',
        name,
        data: x.map((at, i) => [at, values[i] ?? null]),
        step: 'end',
        symbol: 'none',
        silent: true,
        lineStyle: { color: tokens.dim, type: 'dashed', width: 1 },
        itemStyle: { color: tokens.dim },
        endLabel: { show: true, formatter: name, color: tokens.dim, fontSize: 11 },
      });
      return {
        grid: { left: 54, right: 76, top: 28, bottom: 26 },
        tooltip: {
          trigger: 'axis',
          ...tooltipOf(tokens),
          valueFormatter: (v: unknown) => (typeof v === 'number' ? format.number(v) : '–'),
        },
        xAxis: {
          type: 'time',
          ...(from === undefined || to === undefined ? {} : { min: from, max: to }),
          axisLabel: { color: tokens.dim, fontSize: 11, hideOverlap: true },
          axisLine: { onZero: false, lineStyle: { color: tokens.line } },
        },
        yAxis: valueAxis(
          roundScale(target == null ? [...y, ...ucl, ...lcl] : [...y, ...ucl, ...lcl, target]),
          unitLabel(unit),
          tokens,
          format,
        ),
        series: [
          {
            type: 'line',
            name: title,
            data: x.map((at, i) => ({
              value: [at, y[i] ?? null],
              symbol: isOut(i) ? 'rect' : 'circle',
              symbolSize: isOut(i) ? 7 : x.length > 200 ? 0 : 3,
              itemStyle: { color: isOut(i) ? tokens.alarm : tokens.trace },
            })),
            lineStyle: { color: tokens.trace, width: 1.5 },
            emphasis: { disabled: true },
            markLine:
              target == null
                ? undefined
                : {
                    silent: true,
                    symbol: 'none',
                    label: { show: false },
                    lineStyle: { color: tokens.output, type: 'solid' },
                    data: [{ yAxis: target }],
                  },
          },
          limit(t('upperLimit'), ucl),
          limit(t('lowerLimit'), lcl),
        ],
      };
    },
    [title, unit, x, y, ucl, lcl, target, from, to, format, t],
  );
  const count = x.filter((_, i) => out(i)).length;
  const cell = (v: number | null | undefined) => (v == null ? '–' : format.number(v));
  return (
    <Chart
      label={t('controlLabel', { title, points: x.length, out: count })}
      option={option}
      table={() => ({
        columns: [t('time'), title, t('lowerLimit'), t('upperLimit'), t('outOfControl')],
        rows: x.map((at, i) => [format.dateTime(at), cell(y[i]), cell(lcl[i]), cell(ucl[i]), out(i) ? '■' : '']).reverse(),
      })}
      {...(height === undefined ? {} : { height })}
    />
  );
}
