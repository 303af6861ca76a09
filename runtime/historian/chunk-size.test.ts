import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeChunk, encodeChunk } from './chunk.ts';
import type { Samples } from './samples.ts';

/**
 * Bytes a sample on real plant data, the append time and the sequence number of every sample included. The data stand outside
 * the tree (their licences forbid shipping them); `MILLWRIGHT_REFERENCE_DATA` names their folder.
 */
const DATA = process.env.MILLWRIGHT_REFERENCE_DATA ?? path.resolve(import.meta.dirname, '../../../shared/data');
const SAMPLES = 3600;

const table = (file: string, separator: string, header: boolean) => {
  const lines = readFileSync(path.join(DATA, file), 'utf8')
    .replace(/^\ufeff/, '')
    .trim()
    .split(/\r?\n/);
  if (header) lines.shift();
  return lines.map((line) => line.split(separator));
};
type Series = { time: Float64Array; value: Float64Array };
const series = (rows: string[][], time: (row: string[], i: number) => number, columns: number[]): Series[] =>
  columns.map((c) => {
    const ok = rows.flatMap((r, i) => (r[c] !== '' && Number.isFinite(Number(r[c])) ? [i] : []));
    return {
      time: Float64Array.from(ok, (i) => time(rows[i] as string[], i)),
      value: Float64Array.from(ok, (i) => Number((rows[i] as string[])[c])),
    };
  });
const iso = (r: string[]) => Date.parse(`${(r[0] ?? '').replace(' ', 'T')}Z`);
const dayFirst = (r: string[]) => {
  const [, d, m, y, h, min] = /(\d+)\/(\d+)\/(\d+) (\d+):(\d+)/.exec(r[0] ?? '') ?? [];
  return Date.UTC(Number(y), Number(m) - 1, Number(d), Number(h), Number(min));
};
const range = (a: number, b: number) => Array.from({ length: b - a }, (_, i) => a + i);

const sets: Record<string, () => Series[]> = {
  'steel-energy': () => series(table('steel-energy/Steel_industry_data.csv', ',', true), dayFirst, range(1, 8)),
  skab: () => series(table('skab/anomaly-free/anomaly-free.csv', ';', true), iso, range(1, 9)),
  'gas-turbine': () =>
    series(table('gas-turbine/gt_2011.csv', ',', false), (_, i) => Date.UTC(2011, 0, 1) + i * 3.6e6, range(0, 11)),
  ett: () => series(table('ett/ETTh1.csv', ',', true), iso, range(1, 8)),
  nab: () =>
    readdirSync(path.join(DATA, 'nab/results/windowedGaussian/realKnownCause'))
      .filter((f) => f.endsWith('.csv'))
      .flatMap((f) => series(table(`nab/results/windowedGaussian/realKnownCause/${f}`, ',', true), iso, [1])),
};

describe.skipIf(!existsSync(DATA))('bytes a sample on real sets, at most 4 on average and exact', () => {
  const all: number[] = [];
  for (const [name, load] of Object.entries(sets))
    it(name, () => {
      let bytes = 0;
      let samples = 0;
      for (const { time, value } of load())
        for (let i = 0; i < value.length; i += SAMPLES) {
          const n = Math.min(SAMPLES, value.length - i);
          const t = time.slice(i, i + n);
          const s: Samples = {
            n,
            time: t,
            at: t.map((x) => x + 12),
            seq: Float64Array.from({ length: n }, (_, k) => i + k + 1),
            value: value.slice(i, i + n),
            quality: new Uint8Array(n),
            origin: new Uint8Array(n),
            other: new Map(),
          };
          const chunk = encodeChunk(s);
          bytes += chunk.length;
          samples += n;
          expect(decodeChunk(chunk)).toEqual(s);
        }
      all.push(bytes / samples);

      expect(bytes / samples).toBeLessThan(4);
    });
  it('mean of the sets', () => {
    expect(all.reduce((a, b) => a + b, 0) / all.length).toBeLessThan(4);
    console.info(
      `bytes a sample: ${Object.keys(sets)
        .map((k, i) => `${k} ${all[i]?.toFixed(2)}`)
        .join(', ')}`,
    );
  });
});
