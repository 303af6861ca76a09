import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '#blocks/connectors/suite.ts';
import type { SamplesEntry } from '#runtime/log/contract.ts';
import type { ScanAppend, ScanWriter } from '#runtime/log/scan-writer.ts';
import { Pump } from './pump.ts';

const entry = (value: number): SamplesEntry => ({
  kind: 'samples',
  at: 0,
  origin: 'measured',
  n: 1,
  tag: Int32Array.of(1),
  time: Float64Array.of(1_795_000_000_000 + value),
  value: Float64Array.of(value),
});

test('a flood on a log that hangs: memory and disk are bounded, what is kept follows in order, what is not is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mw-flood-'));
  const got: number[] = [];
  const lost: number[] = [];
  const hangs = Promise.withResolvers<void>();
  const seqs = new Map<number, number>();
  const append = async (entries: readonly ScanAppend[]) => {
    await hangs.promise;
    return entries.map(({ lane, entry: one }) => {
      if (one.kind === 'samples') got.push(one.value[0] ?? Number.NaN);
      seqs.set(lane, (seqs.get(lane) ?? 0) + 1);
      return seqs.get(lane) ?? 0;
    });
  };
  const writer = {
    last: (lane: number) => seqs.get(lane) ?? 0,
    append,
    // what was in doubt was taken in the end: its copy on disk is the same entry
    has: async (_lane: number, seq: number) => seq <= (seqs.get(1) ?? 0),
    placeOf: async () => 0,
    forgetSpool: async () => {},
  } as unknown as ScanWriter;
  const limit = 400_000;
  const pump = await Pump.open({
    folder: join(folder, 's'),
    writer: async () => writer,
    hold: async () => {},
    appended: () => {},
    lost: (_tags, since) => lost.push(since),
    fenced: (error) => {
      throw error;
    },
    spoolLimit: limit,
  });
  const all = 60_000;
  let most = 0;
  for (let v = 0; v < all; v++) {
    pump.push(1, entry(v), false).catch(() => {});
    most = Math.max(most, pump.waiting);
    if (v % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until('the rest is on disk or given up', () => pump.waiting <= 64);
  expect(most).toBeLessThanOrEqual(10_064);
  expect(pump.spoolBytes).toBeLessThanOrEqual(limit);
  hangs.resolve();
  await until(
    'all that was kept is logged, and the loss told',
    () => pump.spoolBytes === 0 && pump.waiting === 0 && lost.length > 0,
  );
  await pump.close();
  expect(got).toEqual(got.toSorted((a, b) => a - b));
  expect(new Set(got).size).toBe(got.length);
  expect(got.length).toBeGreaterThan(1000);
  // the first value that is missing is where the gap is told from
  const missing = got.findIndex((v, i) => v !== i);
  expect(lost[0]).toBe(1_795_000_000_000 + (missing < 0 ? got.length : missing));
  await rm(folder, { recursive: true, force: true });
});
