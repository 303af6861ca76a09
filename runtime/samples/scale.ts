import type { Sample, SourceValue, WaveValue } from '#blocks/sdk/connector.ts';
import type { tag } from '#drizzle/schema/index.ts';
import { BAD, classOf, quality } from '#runtime/batch/quality.ts';

export type TagRow = typeof tag.$inferSelect;
export type Scaling = Pick<TagRow, 'type' | 'gain' | 'offset' | 'low' | 'high'>;

/**
 * A source clock that runs ahead by more than this is wrong: its values are used, but marked. One that runs behind looks like a slow line, unless
 * the source says itself what time it has.
 */
export const CLOCK_OFF_MS = 1_500;

/** One row of the log: number (NaN when there is none), or text, or a wave. */
export interface Row {
  readonly tagId: number;
  readonly time: number;
  readonly value: number;
  readonly quality: number;
  readonly text?: string;
  readonly wave?: WaveValue;
}

/** Raw value to engineering value, with what range and clock say about its quality. `clockOff`: the source's clock is known to be wrong. */
export function toRow(sample: Sample, scaling: Scaling, arrived: number, clockOff = false): Row {
  const base = { tagId: sample.tagId, time: sample.time };
  const off = clockOff || sample.time > arrived + CLOCK_OFF_MS;
  const marked = (q: number) => (off && classOf(q) === 'good' ? quality('uncertain', 'clock-skew') : q);
  const { value } = sample;
  if (value === undefined) return { ...base, value: Number.NaN, quality: Math.max(sample.quality, BAD) };
  if (typeof value === 'string') return { ...base, value: Number.NaN, quality: marked(sample.quality), text: value };
  if (typeof value === 'object') {
    const values = value.values.map((v) => v * scaling.gain + scaling.offset);
    return { ...base, value: Number.NaN, quality: marked(sample.quality), wave: { ...value, values } };
  }
  if (scaling.type === 'boolean') return { ...base, value: Number(value) === 0 ? 0 : 1, quality: marked(sample.quality) };
  const scaled = Number(value) * scaling.gain + scaling.offset;
  if (!Number.isFinite(scaled)) return { ...base, value: Number.NaN, quality: quality('bad', 'sensor-fault') };
  const outside = (scaling.low !== null && scaled < scaling.low) || (scaling.high !== null && scaled > scaling.high);
  return {
    ...base,
    value: scaled,
    quality: outside ? Math.max(quality('bad', 'out-of-range'), sample.quality) : marked(sample.quality),
  };
}

/** Engineering value to what the device is sent; undefined when the tag cannot be written with numbers. */
export function toRaw(value: number, scaling: Scaling): number | boolean | undefined {
  if (scaling.type === 'boolean') return value !== 0;
  if (scaling.type === 'text' || scaling.type === 'wave' || scaling.gain === 0) return undefined;
  return (value - scaling.offset) / scaling.gain;
}

export function fromRaw(value: SourceValue | undefined, scaling: Scaling): number | undefined {
  if (value === undefined || typeof value === 'object' || typeof value === 'string') return undefined;
  return scaling.type === 'boolean' ? Number(value) : Number(value) * scaling.gain + scaling.offset;
}
