import { BAD, quality } from '#runtime/batch/quality.ts';
import type { AlignedRows } from '#runtime/historian/aligned.ts';
import { type RowSeries, type Timeline, timelineOf } from '#runtime/replay/timeline.ts';
import type { SourceBinding, Waves } from '#runtime/step/build-input.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';

/** A wave whose samples are no longer kept. */
const WAVE_GONE = quality('bad', 'missing');

/** Content hashes of the waves in these rows. */
export function wavesIn(rows: AlignedRows): string[] {
  const hashes = new Set<string>();
  for (const other of rows.other.values()) if ('wave' in other && other.wave.blob) hashes.add(other.wave.blob);
  return [...hashes];
}

/** History rows as the program's sources see them: each bound tag's rows in order, values in the role's unit. */
export function stretchOf(info: ProgramInfo, bindings: readonly SourceBinding[], rows: AlignedRows, waves: Waves): Timeline {
  return timelineOf(bindings.map((binding) => seriesOf(info, binding, rows, waves)));
}

function seriesOf(info: ProgramInfo, binding: SourceBinding, rows: AlignedRows, waves: Waves): RowSeries {
  const [column] = Object.values(info.sources[binding.source]?.schema.columns ?? {});
  const picked: number[] = [];
  for (let row = 0; row < rows.n; row++) if (rows.id[row] === binding.tag) picked.push(row);
  const qualities = Uint8Array.from(picked, (row) => rows.quality[row] ?? 0);
  const numeric =
    column?.type === 'number' || column?.type === 'integer' || column?.type === 'boolean' || column?.type === 'time';
  let values: Float64Array | unknown[];
  if (numeric) {
    values = Float64Array.from(picked, (row) => (rows.value[row] ?? Number.NaN) * binding.gain + binding.offset);
    // Missing is said by the quality, never by a NaN that looks good.
    values.forEach((value, at) => {
      if (Number.isNaN(value)) qualities[at] = Math.max(qualities[at] ?? 0, BAD);
    });
  } else
    values = picked.map((row, at) => {
      const other = rows.other.get(row);
      if (!other) return null;
      if ('text' in other) return other.text;
      if ('frame' in other) return other.frame;
      const samples = other.wave.blob ? waves.get(other.wave.blob) : undefined;
      if (!samples) qualities[at] = Math.max(qualities[at] ?? 0, WAVE_GONE);
      const scaled =
        samples && (binding.gain !== 1 || binding.offset !== 0) ? samples.map((v) => v * binding.gain + binding.offset) : samples;
      return { ...other.wave, values: scaled ?? new Float32Array(0) };
    });
  return {
    source: binding.source,
    key: binding.key,
    time: Float64Array.from(picked, (row) => rows.time[row] ?? 0),
    columns: [values],
    quality: [qualities.some((q) => q !== 0) ? qualities : undefined],
  };
}
