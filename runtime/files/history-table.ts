import { ORIGINS, type Origin } from '#runtime/batch/schema.ts';
import { jsonText } from './cells.ts';
import type { InputColumn, InputTable } from './table.ts';

/** A tag or an output of an app, as it is named in a file. */
export interface ExportedSignal {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly unit: string | null;
}
/** Samples of one signal in columns, as the historian gives them. */
export interface ExportedSamples {
  readonly n: number;
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  /** Index into ORIGINS. */
  readonly origin: Uint8Array;
  readonly other: ReadonlyMap<number, { readonly text: string } | object>;
}

const NUMBERS: ReadonlySet<string> = new Set(['number', 'integer', 'boolean', 'time']);

/**
 * Samples of several signals as one table, signal after signal: `key` is the signal's name; `value` is there where one has numbers, `text` where one
 * has none (waves and frames as JSON, a wave by reference); the unit stands at the column where all have the same, else in a column `unit`.
 */
export function historyTable(
  file: string,
  signals: readonly ExportedSignal[],
  samples: ReadonlyMap<number, ExportedSamples>,
): InputTable {
  const units = new Set(signals.map((signal) => signal.unit ?? ''));
  const [unit = ''] = units;
  const numbers = signals.some((signal) => NUMBERS.has(signal.type));
  const texts = signals.some((signal) => !NUMBERS.has(signal.type));
  const parts = signals.flatMap((signal) => {
    const s = samples.get(signal.id);
    return s && s.n > 0 ? [{ signal, s }] : [];
  });
  const n = parts.reduce((sum, { s }) => sum + s.n, 0);
  const time = new Float64Array(n);
  const value = new Float64Array(n);
  const quality = new Uint8Array(n);
  const key: string[] = [];
  const origin: Origin[] = [];
  const text: unknown[] = [];
  const unitOf: string[] = [];
  let at = 0;
  for (const { signal, s } of parts) {
    time.set(s.time.subarray(0, s.n), at);
    value.set(s.value.subarray(0, s.n), at);
    quality.set(s.quality.subarray(0, s.n), at);
    at += s.n;
    for (let i = 0; i < s.n; i++) {
      key.push(signal.name);
      origin.push(ORIGINS[s.origin[i] as number] ?? 'measured');
      unitOf.push(signal.unit ?? '');
      const other = s.other.get(i);
      text.push(other === undefined ? null : 'text' in other ? other.text : jsonText(other));
    }
  }
  const columns: Record<string, InputColumn> = {
    ...(numbers
      ? { value: { type: 'number', ...(units.size === 1 && unit !== '' ? { unit } : {}), values: value, quality, origin } }
      : {}),
    ...(texts ? { text: { type: 'text', values: text, quality, origin } } : {}),
    ...(units.size > 1 ? { unit: { type: 'text', values: unitOf } } : {}),
  };
  return { file, n, time, key, columns };
}
