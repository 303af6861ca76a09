import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';

testBlock(import.meta.url);

/** Indices that the R package qcc prints for samples 1 to 25 of this series (SOURCE.md). The series is not part of the product. */
const FILE = new URL('../../../../shared/data/spc-qcc/pistonrings.txt', import.meta.url);
test.skipIf(!existsSync(FILE)).each([
  [
    { lsl: 73.95, usl: 74.05 },
    { cp: 1.7, cpLower: 1.49, cpUpper: 1.91, cpk: 1.66, cpkLower: 1.45, cpkUpper: 1.88, cpm: 1.69, ppmObserved: 0 },
  ],
  [
    { lsl: 73.95, usl: 74.05, target: 74.02 },
    { cp: 1.703, cpk: 1.663, cpm: 0.786 },
  ],
  [
    { lsl: 73.99, usl: 74.01 },
    { cp: 0.341, cpk: 0.301, cpm: 0.338, ppm: 310_000, ppmObserved: 280_000 },
  ],
])('pistonrings %j as qcc prints them (../shared/data/spc-qcc, not part of the product)', async (params, printed) => {
  const rows = readFileSync(FILE, 'utf8').trim().split('\n').slice(1);
  const cells = rows.map((line) => line.trim().split(/\s+/)).filter((c) => c[2] === 'TRUE');
  const input = [{ time: 0, value: cells.map((c) => Number(c[0])), subgroup: cells.map((c) => Number(c[1])) }];
  const got = (await runBlock(import.meta.url, { title: '', source: '', params, input })).outputs.out?.[0]?.values ?? {};
  for (const [name, want] of Object.entries(printed)) {
    // shares are printed as whole percent, indices with two or three decimals
    const half = name.startsWith('ppm') ? 10_000 : Number.isInteger(Math.round(want * 1e6) / 1e4) ? 0.005 : 0.0005;
    expect(Math.abs((got[name] as number) - want), name).toBeLessThanOrEqual(half);
  }
});
