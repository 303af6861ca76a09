import type { Format } from '../_parts/format.ts';
import type { Scale } from './scale.ts';
import type { ChartTokens } from './tokens.ts';

/** A vertical axis with round ticks; its name begins where the picture does, so that a long unit is not cut. */
export const valueAxis = (scale: Scale, name: string, tokens: ChartTokens, format: Format, side: 'left' | 'right' = 'left') => ({
  type: 'value' as const,
  position: side,
  min: scale.min,
  max: scale.max,
  interval: scale.interval,
  name,
  nameGap: 9,
  nameTextStyle: {
    color: tokens.dim,
    fontSize: 11,
    align: side,
    padding: side === 'left' ? ([0, 0, 0, -46] as const) : ([0, -46, 0, 0] as const),
  },
  axisLabel: { color: tokens.dim, fontSize: 11, formatter: (v: number) => format.fixed(v, scale.decimals) },
  splitLine: { show: side === 'left', lineStyle: { color: tokens.line } },
});

/** Above the picture, right of the axis' name; a dash is drawn as a dash. */
export const legendOf = (tokens: ChartTokens, nameOfAxis: string) => ({
  top: 2,
  left: Math.max(60, 22 + 7 * nameOfAxis.length),
  right: 60,
  itemHeight: 8,
  itemWidth: 22,
  itemStyle: { opacity: 0 },
  type: 'scroll' as const,
  textStyle: { color: tokens.text, fontSize: 11 },
});
