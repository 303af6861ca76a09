'use client';
import { useTranslations } from 'next-intl';
import { type ReactNode, useCallback } from 'react';
import { BAD, qualityText } from '#runtime/batch/quality.ts';
import { useFormat } from '../_parts/format.ts';
import { unitLabel } from '../_parts/unit.ts';
import { legendOf, valueAxis } from './axis.ts';
import { Chart } from './chart.tsx';
import { htmlText } from './html-text.ts';
import { roundScale } from './scale.ts';
import { type ChartTokens, lineStyles, tooltipOf } from './tokens.ts';

export interface TrendLine {
  readonly name: string;
  readonly unit: string | null;
  /** Event times, epoch ms, ascending. */
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** [row, quality] where the quality is not good. */
  readonly quality?: readonly (readonly [number, number])[];
  /** Drawn as steps: states, setpoints. */
  readonly step?: boolean;
  /** Limits to draw dashed, with their words. */
  readonly limits?: readonly { readonly value: number; readonly label: string }[];
  /** Normal band. */
  readonly band?: readonly [number, number];
}

export interface TrendChartProps {
  readonly title: string;
  readonly lines: readonly TrendLine[];
  readonly from: number;
  readonly to: number;
  readonly height?: number | string;
  readonly onWindow?: (from: number, to: number) => void;
  /** A click: the time there, epoch ms. */
  readonly onPick?: (at: number) => void;
  readonly legend?: boolean;
  readonly actions?: ReactNode;
  /** Vertical cursors, epoch ms. */
  readonly cursors?: readonly { readonly at: number; readonly label: string }[];
}

/** Measured values over time: lines without areas, bad values marked and the line broken there, one axis for each unit (two at most). */
export function TrendChart({
  title,
  lines,
  from,
  to,
  height,
  onWindow,
  onPick,
  legend = true,
  actions,
  cursors,
}: TrendChartProps) {
  const t = useTranslations('charts');
  const format = useFormat();
  const option = useCallback(
    (tokens: ChartTokens) => {
      const styles = lineStyles(tokens);
      const units = [...new Set(lines.map((l) => l.unit ?? ''))];
      const axis = (unit: string) => Math.min(1, units.indexOf(unit));
      const axes = units.slice(0, 2).map((unit, i) => {
        const own = lines.filter((line) => axis(line.unit ?? '') === i);
        const scale = roundScale(own.flatMap((line) => [...shownValues(line), ...(line.limits ?? []).map((l) => l.value)]));
        const name = [unit, ...(i === 1 ? units.slice(2) : [])].map(unitLabel).join(' / ');
        return valueAxis(scale, name, tokens, format, i === 0 ? 'left' : 'right');
      });
      return {
        grid: { left: 54, right: units.length > 1 ? 54 : 18, top: 30, bottom: 26 },
        legend: legend ? legendOf(tokens, axes[0]?.name ?? '') : undefined,
        tooltip: {
          trigger: 'axis',
          ...tooltipOf(tokens),
          axisPointer: { type: 'line', lineStyle: { color: tokens.dim } },
          formatter: (raw: unknown) => {
            const rows = (Array.isArray(raw) ? raw : [raw]) as {
              seriesIndex: number;
              value: [number, number | null];
              dataIndex: number;
            }[];
            const at = rows[0]?.value[0];
            if (at === undefined) return '';
            const text = rows.map((r) => {
              const line = lines[r.seriesIndex];
              const bad = line?.quality?.find(([row]) => row === r.dataIndex)?.[1];
              const value = line?.y[r.dataIndex];
              return `${htmlText(line?.name ?? '')}: <b>${value == null ? '–' : format.number(value)}</b> ${htmlText(unitLabel(line?.unit))}${
                bad === undefined ? '' : ` (${qualityText(bad)})`
              }`;
            });
            return [htmlText(format.time(at)), ...text].join('<br>');
          },
        },
        xAxis: {
          type: 'time',
          min: from,
          max: to,
          axisLabel: { color: tokens.dim, fontSize: 11, hideOverlap: true },
          axisLine: { onZero: false, lineStyle: { color: tokens.line } },
          axisTick: { lineStyle: { color: tokens.line } },
          splitLine: { show: false },
        },
        yAxis: axes.length ? axes : [{ type: 'value' as const }],
        dataZoom: onWindow
          ? [{ type: 'inside', filterMode: 'none', throttle: 30, zoomOnMouseWheel: true, moveOnMouseMove: true }]
          : [],
        series: lines.map((line, i) => {
          const style = styles[i % styles.length];
          const marked = new Map(line.quality ?? []);
          return {
            type: 'line',
            name: line.name,
            yAxisIndex: axis(line.unit ?? ''),
            data: shownValues(line).map((y, row) => [line.x[row], y]),
            step: line.step ? 'end' : false,
            showSymbol: true,
            symbol: (_value: unknown, params: { dataIndex: number }) => (marked.has(params.dataIndex) ? 'emptyDiamond' : 'none'),
            symbolSize: 6,
            lineStyle: style,
            itemStyle: { color: style?.color },
            emphasis: { disabled: true },
            markLine: {
              silent: true,
              symbol: 'none',
              label: { position: 'insideEndTop', color: tokens.dim, fontSize: 11 },
              lineStyle: { color: tokens.dim, type: 'dashed', width: 1 },
              data: [
                ...(line.limits ?? []).map((l) => ({ yAxis: l.value, label: { formatter: l.label } })),
                ...(i === 0 ? (cursors ?? []) : []).map((c) => ({
                  xAxis: c.at,
                  label: { formatter: c.label, position: 'end' as const },
                  lineStyle: { color: tokens.text, type: 'solid' as const },
                })),
              ],
            },
            markArea: line.band
              ? {
                  silent: true,
                  itemStyle: { color: tokens.band, opacity: 0.45 },
                  data: [[{ yAxis: line.band[0] }, { yAxis: line.band[1] }]],
                }
              : undefined,
          };
        }),
      };
    },
    [lines, from, to, legend, onWindow, cursors, format],
  );
  const table = () => ({
    columns: [t('time'), ...lines.map((l) => `${l.name}${l.unit ? ` [${unitLabel(l.unit)}]` : ''}`)],
    rows: mergeRows(lines).map(([at, ...values]) => [
      format.dateTime(at),
      ...values.map((v) => (v == null ? '–' : format.number(v, { digits: 6 }))),
    ]),
  });
  const label = [
    t('trendLabel', { title, from: format.dateTime(from), to: format.dateTime(to) }),
    ...lines.map((l) => {
      const numbers = l.y.filter((y): y is number => y !== null);
      if (numbers.length === 0) return t('lineEmpty', { name: l.name });
      const last = numbers.at(-1) ?? 0;
      return t('lineLabel', {
        name: l.name,
        last: format.number(last),
        min: format.number(numbers.reduce((a, b) => Math.min(a, b))),
        max: format.number(numbers.reduce((a, b) => Math.max(a, b))),
        unit: unitLabel(l.unit),
      });
    }),
  ].join(' ');
  return (
    <Chart
      label={label}
      option={option}
      table={table}
      {...(height === undefined ? {} : { height })}
      actions={actions}
      {...(onPick ? { onPick } : {})}
      {...(onWindow
        ? { onWindow: (start: number, end: number) => onWindow(from + (to - from) * start, from + (to - from) * end) }
        : {})}
    />
  );
}

/** What is drawn: a bad value breaks the line. */
function shownValues(line: TrendLine): (number | null)[] {
  const bad = new Set((line.quality ?? []).flatMap(([row, quality]) => (quality >= BAD ? [row] : [])));
  return line.y.map((y, row) => (bad.has(row) ? null : y));
}

function mergeRows(lines: readonly TrendLine[]): [number, ...(number | null)[]][] {
  const rows = new Map<number, [number, ...(number | null)[]]>();
  lines.forEach((line, i) => {
    line.x.forEach((x, k) => {
      let row = rows.get(x);
      if (!row) {
        row = [x, ...lines.map(() => null)];
        rows.set(x, row);
      }
      row[i + 1] = line.y[k] ?? null;
    });
  });
  return [...rows.values()].sort((a, b) => b[0] - a[0]);
}
