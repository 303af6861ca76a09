import { forecast, type Options } from '../forecast/forecast.ts';
import { type Judged, naiveScale } from './measures.ts';

export interface Rolled extends Judged {
  /** Index of each value judged, and how many steps ahead it was forecast. */
  readonly at: readonly number[];
  readonly step: readonly number[];
}

/**
 * Forecasts again and again from a growing series: first with the `origin` first values, then `stride` more, as long as the whole horizon is known.
 * A forecast is handed the values before its origin and nothing else, so what comes later cannot leak into it.
 */
export function roll(values: ArrayLike<number>, o: Options, origin: number, stride: number): Rolled {
  const all = Float64Array.from(values);
  const out = { actual: [], predicted: [], lower: [], upper: [], scale: [], at: [], step: [] } as {
    [K in keyof Rolled]: number[];
  };
  for (let known = origin; known + o.horizon <= all.length; known += stride) {
    const past = all.slice(0, known);
    const f = forecast(past, o);
    const scale = naiveScale(past, o.season);
    for (let h = 0; h < o.horizon; h++) {
      out.at.push(known + h);
      out.step.push(h + 1);
      out.actual.push(all[known + h] as number);
      out.predicted.push(f.mean[h] as number);
      out.lower.push(f.lower[h] as number);
      out.upper.push(f.upper[h] as number);
      out.scale.push(scale);
    }
  }
  if (out.at.length === 0)
    throw new RangeError(`${all.length} values: the first forecast needs ${origin} and ${o.horizon} more to judge it by`);
  return out;
}
