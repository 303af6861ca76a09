import type { Format } from '../_parts/format.ts';
import { unitLabel } from '../_parts/unit.ts';
import { valueAxis } from './axis.ts';
import { roundScale } from './scale.ts';
import { type ChartTokens, tooltipOf } from './tokens.ts';

export interface FrameColumn {
  readonly name: string;
  readonly unit?: string | null;
  readonly values: readonly unknown[];
}

/** `auto`: numbers over numbers as a line, words over numbers as bars. The others are asked for by the screen. */
const FORMS = ['auto', 'line', 'bar', 'pareto', 'scatter', 'heat', 'fan'] as const;
export type FrameForm = (typeof FORMS)[number];
export const frameForm = (value: unknown): FrameForm => FORMS.find((form) => form === value) ?? 'auto';

export const called = (column: FrameColumn): string =>
  unitLabel(column.unit) ? `${column.name} [${unitLabel(column.unit)}]` : column.name;

const numbersOf = (columns: readonly FrameColumn[]): number[] =>
  columns.flatMap((c) => c.values.filter((v): v is number => typeof v === 'number'));

/** A spectrum begins at its first line, 5 Hz of 5,000: its axis begins at zero. */
function startsNearZero(column: FrameColumn | undefined): boolean {
  const numbers = column ? numbersOf([column]) : [];
  const first = numbers[0] ?? 0;
  return first >= 0 && first < 0.1 * (numbers.at(-1) ?? 0);
}

const isNumeric = (column: FrameColumn | undefined): boolean => column?.values.every((v) => typeof v === 'number') ?? false;
const numberFormatter = (format: Format) => (v: unknown) => (typeof v === 'number' ? format.number(v) : String(v ?? '–'));

function horizontal(column: FrameColumn | undefined, tokens: ChartTokens, format: Format, numeric: boolean) {
  const scale = roundScale(numeric && column ? numbersOf([column]) : [], { ticks: 8, zero: startsNearZero(column) });
  return {
    type: numeric ? ('value' as const) : ('category' as const),
    name: column ? called(column) : '',
    nameLocation: 'middle' as const,
    nameGap: 26,
    nameTextStyle: { color: tokens.dim, fontSize: 11 },
    ...(numeric
      ? { min: scale.min, max: scale.max, interval: scale.interval }
      : { data: column?.values.map((v) => (typeof v === 'number' ? format.number(v) : String(v))) }),
    axisLabel: {
      color: tokens.dim,
      fontSize: 11,
      hideOverlap: true,
      ...(numeric ? { formatter: (v: number) => format.fixed(v, scale.decimals) } : {}),
    },
    axisLine: { lineStyle: { color: tokens.line } },
    splitLine: { show: false },
  };
}

/** Lines, bars, points and bands over one horizontal axis. */
export function axesOption(
  columns: readonly FrameColumn[],
  form: FrameForm,
  limits: readonly { readonly value: number; readonly label: string }[],
  tokens: ChartTokens,
  format: Format,
) {
  const [across, ...up] = columns;
  const numeric = isNumeric(across) && form !== 'bar' && form !== 'pareto';
  const drawn = up.filter((c) => c.values.some((v) => typeof v === 'number'));
  const share = form === 'pareto' && drawn.length > 1 ? drawn.at(-1) : undefined;
  const fan = form === 'fan' ? drawn.slice(1) : [];
  const lines = form === 'fan' ? drawn.slice(0, 1) : form === 'pareto' ? drawn.slice(0, 1) : drawn;
  const colours = [tokens.trace, tokens.output, tokens.teal];
  const points = (c: FrameColumn) => (numeric ? c.values.map((v, row) => [across?.values[row], v]) : c.values);
  const bands = Array.from({ length: Math.floor(fan.length / 2) }, (_, i) => [fan[2 * i], fan[2 * i + 1]] as const);
  return {
    grid: { left: 58, right: share ? 52 : 18, top: 28, bottom: numeric ? 42 : 34 },
    tooltip: { trigger: form === 'scatter' ? 'item' : 'axis', ...tooltipOf(tokens), valueFormatter: numberFormatter(format) },
    xAxis: horizontal(across, tokens, format, numeric),
    yAxis: [
      valueAxis(
        roundScale(numbersOf(share ? lines : drawn), { zero: form !== 'scatter' && form !== 'fan' }),
        lines[0] ? called(lines[0]) : '',
        tokens,
        format,
      ),
      ...(share
        ? [
            valueAxis(
              { min: 0, max: shareTop(share), interval: shareTop(share) / 5, decimals: shareTop(share) > 1 ? 0 : 1 },
              called(share),
              tokens,
              format,
              'right',
            ),
          ]
        : []),
    ],
    dataZoom: [{ type: 'inside', filterMode: 'none' }],
    series: [
      // a band is its lower border, not drawn, and what is stacked on it up to the upper one
      ...bands.flatMap(([low, high], i) => {
        const stack = `band${i}`;
        const quiet = {
          type: 'line',
          symbol: 'none',
          stack,
          silent: true,
          lineStyle: { opacity: 0 },
          stackStrategy: 'all',
          tooltip: { show: false },
        };
        const spread = (high?.values ?? []).map((v, row) => {
          const below = low?.values[row];
          return typeof v === 'number' && typeof below === 'number' ? v - below : null;
        });
        const over = (values: readonly unknown[]) => (numeric ? values.map((v, row) => [across?.values[row], v]) : values);
        return [
          { ...quiet, data: over(low?.values ?? []) },
          { ...quiet, data: over(spread), areaStyle: { color: tokens.trace, opacity: 0.18 } },
        ];
      }),
      ...lines.map((c, i) => ({
        name: c.name,
        type: form === 'scatter' ? 'scatter' : numeric || form === 'line' || form === 'fan' ? 'line' : 'bar',
        data: points(c),
        symbol: form === 'scatter' ? (['circle', 'rect', 'triangle'][i % 3] as string) : 'none',
        symbolSize: 6,
        barMaxWidth: 42,
        lineStyle: { color: colours[i % 3], width: 1.5 },
        itemStyle: { color: colours[i % 3] },
        emphasis: { disabled: true },
        markLine: {
          silent: true,
          symbol: 'none',
          label: { position: 'insideEndTop', color: tokens.dim, fontSize: 11 },
          lineStyle: { color: tokens.dim, type: 'dashed' },
          data: i === 0 ? limits.map((l) => ({ yAxis: l.value, label: { formatter: l.label } })) : [],
        },
      })),
      ...(share
        ? [
            {
              name: share.name,
              type: 'line',
              yAxisIndex: 1,
              data: share.values,
              symbol: 'circle',
              symbolSize: 5,
              lineStyle: { color: tokens.text, width: 1.5 },
              itemStyle: { color: tokens.text },
              emphasis: { disabled: true },
            },
          ]
        : []),
    ],
  };
}

/** A share up to here is in per cent or a fraction. */
const shareTop = (share: FrameColumn): number => (numbersOf([share]).some((v) => v > 1.000001) ? 100 : 1);

/** A value for each pair of the first two columns, as shades of one colour: no rainbow, and none is an alarm's. */
export function heatOption(columns: readonly FrameColumn[], tokens: ChartTokens, format: Format) {
  const [x, y, value] = columns as [FrameColumn, FrameColumn, FrameColumn];
  const names = (column: FrameColumn) => [
    ...new Set(column.values.map((v) => (typeof v === 'number' ? format.number(v) : String(v ?? '–')))),
  ];
  const [across, up] = [names(x), names(y)];
  const text = numberFormatter(format);
  const numbers = numbersOf([value]);
  const axis = (data: readonly string[], name: string, gap: number) => ({
    type: 'category' as const,
    data,
    name,
    nameLocation: 'middle' as const,
    nameGap: gap,
    nameTextStyle: { color: tokens.dim, fontSize: 11 },
    axisLabel: { color: tokens.dim, fontSize: 11, hideOverlap: true },
    axisLine: { lineStyle: { color: tokens.line } },
  });
  return {
    grid: { left: 64, right: 74, top: 16, bottom: 42 },
    tooltip: { trigger: 'item', ...tooltipOf(tokens), valueFormatter: text },
    xAxis: axis(across, called(x), 26),
    yAxis: axis(up, called(y), 46),
    visualMap: {
      type: 'continuous',
      min: numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      max: numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
      inRange: { color: [tokens.band, tokens.trace] },
      right: 4,
      top: 'middle',
      itemHeight: 90,
      itemWidth: 12,
      textStyle: { color: tokens.dim, fontSize: 11 },
      formatter: text,
    },
    series: [
      {
        type: 'heatmap',
        data: value.values.map((v, row) => [
          across.indexOf(text(x.values[row])),
          up.indexOf(text(y.values[row])),
          typeof v === 'number' ? v : '-',
        ]),
        emphasis: { disabled: true },
      },
    ],
  };
}
