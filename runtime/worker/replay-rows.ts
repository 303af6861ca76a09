import { BAD, quality } from '#runtime/batch/quality.ts';
import type { SeriesSlice } from '#runtime/historian/slices.ts';
import { type RowSeries, type Timeline, timelineOf } from '#runtime/replay/timeline.ts';
import type { SourceBinding, Waves } from '#runtime/step/build-input.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';

/** A wave whose samples are no longer kept, a number that is none. */
const GONE = quality('bad', 'missing');

/** Content hashes of the waves in these samples. */
export function wavesIn(slices: readonly SeriesSlice[]): string[] {
  const hashes = new Set<string>();
  for (const { samples } of slices)
    for (const other of samples.other.values()) if ('wave' in other && other.wave.blob) hashes.add(other.wave.blob);
  return [...hashes];
}

/** History as the program's sources see it: each bound tag's samples in order, values in the role's unit. */
export function stretchOf(
  info: ProgramInfo,
  bindings: readonly SourceBinding[],
  slices: readonly SeriesSlice[],
  input: 'arrived' | 'corrected',
  waves: Waves,
  since?: number,
  ticks: readonly RowSeries[] = [],
): Timeline {
  const series = bindings.flatMap((binding) =>
    slices.filter((slice) => slice.id === binding.tag).map((slice) => seriesOf(info, binding, slice, input, waves)),
  );
  return timelineOf([...series, ...ticks], since);
}

function seriesOf(
  info: ProgramInfo,
  binding: SourceBinding,
  { lane, samples }: SeriesSlice,
  input: 'arrived' | 'corrected',
  waves: Waves,
): RowSeries {
  const [column] = Object.values(info.sources[binding.source]?.schema.columns ?? {});
  const numeric =
    column?.type === 'number' || column?.type === 'integer' || column?.type === 'boolean' || column?.type === 'time';
  const { values, qualities } = numeric ? numbersOf(binding, samples) : othersOf(binding, samples, waves);
  return {
    source: binding.source,
    key: binding.key,
    time: samples.time,
    columns: [values],
    quality: [qualities],
    ...(input === 'arrived' ? { arrival: { at: samples.at, lane, seq: samples.seq } } : {}),
  };
}

function numbersOf({ gain, offset }: SourceBinding, samples: SeriesSlice['samples']) {
  const { n, value } = samples;
  const plain = gain === 1 && offset === 0;
  const values = plain ? value : new Float64Array(n);
  let qualities = samples.quality.some((code) => code !== 0) ? samples.quality : undefined;
  for (let i = 0; i < n; i++) {
    const raw = value[i] as number;
    if (!plain) values[i] = raw * gain + offset;
    // Missing is said by the quality, never by a NaN that looks good.
    if (!Number.isNaN(raw) || (qualities?.[i] ?? 0) >= BAD) continue;
    if (!qualities || qualities === samples.quality) qualities = samples.quality.slice();
    qualities[i] = GONE;
  }
  return { values, qualities };
}

function othersOf({ gain, offset }: SourceBinding, samples: SeriesSlice['samples'], waves: Waves) {
  const qualities = samples.quality.slice();
  const values = Array.from({ length: samples.n }, (_, at) => {
    const other = samples.other.get(at);
    if (!other) return null;
    if ('text' in other) return other.text;
    if ('frame' in other) return other.frame;
    const points = other.wave.blob ? waves.get(other.wave.blob) : undefined;
    if (!points) qualities[at] = Math.max(qualities[at] ?? 0, GONE);
    const scaled = points && (gain !== 1 || offset !== 0) ? points.map((v) => v * gain + offset) : points;
    return { ...other.wave, values: scaled ?? new Float32Array(0) };
  });
  return { values, qualities: qualities.some((code) => code !== 0) ? qualities : undefined };
}
