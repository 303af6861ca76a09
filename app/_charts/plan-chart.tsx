'use client';
import { graphic } from 'echarts/core';
import { useLocale, useTranslations } from 'next-intl';
import { useCallback, useMemo } from 'react';
import { useFormat } from '../_parts/format.ts';
import { Chart } from './chart.tsx';
import { htmlText } from './html-text.ts';
import { type PlacedBar, type PlanBar, planRows } from './plan.ts';
import { type ChartTokens, groupFills, tooltipOf } from './tokens.ts';

/** What ECharts gives to who draws a shape of his own. */
interface Drawing {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  size(extent: readonly [number, number]): [number, number];
}
interface Place {
  readonly dataIndex: number;
  readonly coordSys: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface PlanChartProps {
  readonly title: string;
  readonly plan: readonly PlanBar[];
  /** What really happened: a bar beneath each row's plan. */
  readonly actual?: readonly PlanBar[];
  /** Epoch ms: a line through all rows. */
  readonly now?: number;
  /** Until then nothing is moved any more: shaded from now on. */
  readonly frozenUntil?: number;
  readonly height?: number | string;
}

/** Who is busy with what, when: a Gantt chart. What is done lies as a thin solid bar beneath what was planned. */
export function PlanChart({ title, plan, actual, now, frozenUntil, height }: PlanChartProps) {
  const t = useTranslations('charts');
  const format = useFormat();
  const locale = useLocale();
  const bars = useMemo(() => {
    const rows = planRows(plan, locale);
    const done = planRows(actual ?? [], locale);
    const names = [...new Set([...rows, ...done].map((r) => r.name))];
    const flat = (of: typeof rows, real: boolean) =>
      of.flatMap((r) => r.bars.map((bar) => ({ ...bar, real, lanes: r.lanes, place: names.indexOf(r.name) })));
    return { names, all: [...flat(rows, false), ...flat(done, true)] };
  }, [plan, actual, locale]);
  const said = useCallback(
    (bar: PlanBar & { real: boolean }) =>
      `${bar.row}: ${bar.label} ${format.time(bar.from)} – ${format.time(bar.to)}${bar.real ? ` (${t('actual')})` : ''}`,
    [format, t],
  );
  const option = useCallback(
    (tokens: ChartTokens) => {
      const groups = [...new Set(bars.all.map((b) => b.group))];
      const fills = groupFills(tokens);
      const widest = bars.names.reduce((most, name) => Math.max(most, width(name)), 0);
      const draw = ({ dataIndex, coordSys }: Place, api: Drawing) => {
        const bar = bars.all[dataIndex] as PlacedBar & { real: boolean; lanes: number; place: number };
        const [x0, middle] = api.coord([bar.from, bar.place]);
        const [x1] = api.coord([bar.to, bar.place]);
        const room = api.size([0, 1])[1] * 0.84;
        const top = middle - room / 2;
        const lane = (room * (actual ? 0.68 : 1)) / bar.lanes;
        const shape = bar.real
          ? { x: x0, y: top + room * 0.74, width: x1 - x0, height: room * 0.22 }
          : { x: x0, y: top + lane * bar.lane, width: Math.max(1, x1 - x0), height: lane - 2 };
        const clipped = graphic.clipRectByRect(shape, coordSys);
        if (!clipped) return undefined;
        const fill = fills[groups.indexOf(bar.group) % fills.length];
        return {
          type: 'rect' as const,
          shape: clipped,
          style: { fill: bar.real ? tokens.text : fill, stroke: tokens.panel, lineWidth: 1 },
          ...(bar.real || clipped.width < 18
            ? {}
            : {
                textContent: {
                  style: { text: bar.label, fill: tokens.panel, fontSize: 11, overflow: 'truncate', width: clipped.width - 6 },
                },
                textConfig: { position: 'inside' as const },
              }),
        };
      };
      return {
        grid: { left: Math.min(160, 14 + widest), right: 16, top: 20, bottom: 26 },
        tooltip: {
          ...tooltipOf(tokens),
          trigger: 'item',
          formatter: ({ dataIndex }: { dataIndex: number }) => {
            const bar = bars.all[dataIndex];
            return bar ? htmlText(said(bar)) : '';
          },
        },
        xAxis: {
          type: 'time',
          axisLabel: { color: tokens.dim, fontSize: 11, hideOverlap: true },
          axisLine: { lineStyle: { color: tokens.line } },
          splitLine: { show: true, lineStyle: { color: tokens.line } },
        },
        yAxis: {
          type: 'category',
          inverse: true,
          data: bars.names,
          axisLabel: { color: tokens.text, fontSize: 11, width: 146, overflow: 'truncate' },
          axisLine: { lineStyle: { color: tokens.line } },
          axisTick: { show: false },
        },
        dataZoom: [{ type: 'inside', xAxisIndex: 0, filterMode: 'none' }],
        series: [
          {
            type: 'custom',
            renderItem: draw,
            encode: { x: [0, 1], y: 2 },
            data: bars.all.map((b) => [b.from, b.to, b.place]),
            markLine: {
              silent: true,
              symbol: 'none',
              label: { position: 'start', distance: 3, color: tokens.text, fontSize: 11, formatter: t('now') },
              lineStyle: { color: tokens.text, type: 'solid', width: 1.5 },
              data: now === undefined ? [] : [{ xAxis: now }],
            },
            markArea: {
              silent: true,
              itemStyle: { color: tokens.band, opacity: 0.5 },
              data: now === undefined || frozenUntil === undefined ? [] : [[{ xAxis: now }, { xAxis: frozenUntil }]],
            },
          },
        ],
      };
    },
    [bars, actual, now, frozenUntil, said, t],
  );
  const end = bars.all.reduce((last, b) => Math.max(last, b.to), Number.NEGATIVE_INFINITY);
  const planned = bars.all.filter((b) => !b.real).length;
  return (
    <Chart
      label={
        planned === 0
          ? t('lineEmpty', { name: title })
          : t('planLabel', { title, bars: planned, rows: bars.names.length, end: format.dateTime(end) })
      }
      option={option}
      table={() => ({
        columns: [t('row'), t('what'), t('from'), t('to'), ...(actual ? [t('actual')] : [])],
        rows: bars.all
          .toSorted((a, b) => a.from - b.from)
          .map((b) => [b.row, b.label, format.dateTime(b.from), format.dateTime(b.to), ...(actual ? [b.real ? '■' : ''] : [])]),
      })}
      {...(height === undefined ? {} : { height })}
    />
  );
}

/** About as wide as a name is written, px: a Chinese sign is twice as wide as a letter. */
const width = (name: string) => [...name].reduce((sum, sign) => sum + ((sign.codePointAt(0) ?? 0) > 0x2e80 ? 12 : 6.5), 0);
