import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, expect, it } from 'vitest';
import type { Samples } from '../samples.ts';
import { closeDuck } from './duck.ts';
import { readColdFile } from './read-file.ts';
import { writeColdFile } from './write-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'mw-cold-'));
afterAll(async () => {
  await closeDuck();
  rmSync(folder, { recursive: true });
});

const T0 = Date.UTC(2026, 0, 5, 6);
const samples = (n: number, more: Partial<Samples> = {}): Samples => ({
  n,
  time: Float64Array.from({ length: n }, (_, i) => T0 + i * 1000),
  value: Float64Array.from({ length: n }, (_, i) => Math.sin(i) * 1e3),
  quality: Uint8Array.from({ length: n }, (_, i) => (i % 7 === 0 ? 0x80 : 0)),
  origin: new Uint8Array(n),
  at: Float64Array.from({ length: n }, (_, i) => T0 + i * 1000 + 12),
  seq: Float64Array.from({ length: n }, (_, i) => i + 1),
  other: new Map(),
  ...more,
});

it('gives back every part to the last bit: odd times, -0, infinities, missing values, texts and waves', async () => {
  const odd = samples(6, {
    // Between microseconds, negative, and beyond what a date can be.
    time: Float64Array.of(T0 + 0.123456789, T0 + 1 / 3, T0 + 2, -1.5, 0, 1e300),
    value: Float64Array.of(-0, Number.POSITIVE_INFINITY, Number.MIN_VALUE, Number.NaN, 0.1 + 0.2, Number.NaN),
    at: Float64Array.of(T0 + 0.1, T0 + 5e-5, T0, T0, T0, T0 + 7.25),
    origin: Uint8Array.of(0, 1, 2, 3, 4, 0),
    seq: Float64Array.of(1, 2, 3, 4, 5, 2 ** 52),
    other: new Map([
      [3, { text: '运行 \'on\' "" \n' }],
      [5, { wave: { t0: T0, rate: 48_000, n: 48_000, blob: 'ab'.repeat(32) } }],
    ]),
  });
  const parts = [
    { tag: 7, lane: 3, samples: samples(5000) },
    { tag: 7, lane: 4, samples: odd },
    { tag: 9, lane: 3, samples: samples(1) },
  ];
  const path = join(folder, "it's", 'a.parquet');
  expect(await writeColdFile(path, parts)).toMatchObject({ rows: 5007 });
  const read = await readColdFile(path, [2, 0, 1, 0]);
  for (const [i, part] of parts.entries()) expect(read.get(i)).toStrictEqual(part);
  expect(Object.is(read.get(1)?.samples.value[0], -0)).toBe(true);
  await expect(readColdFile(path, [3])).rejects.toThrow('does not hold part 3');
  await expect(readColdFile(join(folder, 'none.parquet'), [0])).rejects.toThrow();
});

it('is Parquet that another reader understands', async () => {
  const path = join(folder, 'b.parquet');
  await writeColdFile(path, [{ tag: 5, lane: 2, samples: samples(3) }]);
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors });
  expect(rows).toEqual(
    [0, 1, 2].map((i) => ({
      part: 0,
      tag: 5,
      time: new Date(T0 + i * 1000),
      time_exact: null,
      value: Math.sin(i) * 1e3,
      quality: i === 0 ? 0x80 : 0,
      origin: 'measured',
      arrived: new Date(T0 + i * 1000 + 12),
      arrived_exact: null,
      lane: 2,
      seq: BigInt(i + 1),
      other: null,
    })),
  );
});
