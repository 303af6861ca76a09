import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';
import block from './block.ts';

testBlock(import.meta.url);

test('tumbling: a lateness beyond six windows is refused', () => {
  const parsed = block.params.safeParse({ seconds: 10, lateness: 61 });
  expect(JSON.stringify(parsed.error?.issues)).toContain('longer than six windows');
  expect(block.params.safeParse({ mode: 'sliding', seconds: 10, lateness: 61 }).success).toBe(true);
});

test('sliding: more values than may be kept make the result uncertain:clipped', async () => {
  const result = await runBlock(import.meta.url, {
    title: '',
    source: '',
    params: { mode: 'sliding', seconds: 100, most: 3 },
    input: [1, 2, 3, 4].map((value) => ({ time: value * 1000, value })),
  });
  expect(result.outputs.out?.map((row) => [row.values.count, row.quality.mean])).toEqual([
    [1, 0],
    [2, 0],
    [3, 0],
    [3, 0x42],
  ]);
});

// the test's clock begins 600 s into a window of 1,000 s
test('1,000 s of a sine over whole periods: mean 0, deviation A/√2, extremes ±A', async () => {
  const input = Array.from({ length: 1001 }, (_, i) => ({
    time: 400_000 + i * 1000,
    value: 5 * Math.sin((2 * Math.PI * i) / 100),
  }));
  const result = await runBlock(import.meta.url, { title: '', source: '', params: { seconds: 1000 }, input });
  const [first] = result.outputs.out ?? [];
  expect(first?.values.mean).toBeCloseTo(0, 12);
  expect(first?.values.sd).toBeCloseTo((5 / Math.SQRT2) * Math.sqrt(1000 / 999), 12);
  expect(first?.values).toMatchObject({ min: -5, max: 5, count: 1000 });
});

/** Correct digits: −log10 of the relative error, 15 when exact (NIST StRD). */
const digits = (got: number, certified: number) =>
  got === certified ? 15 : Math.min(15, -Math.log10(Math.abs((got - certified) / certified)));
const strd = new URL('../../../../shared/data/nist-strd/univariate/', import.meta.url);

test.skipIf(!existsSync(strd)).each(['Lew', 'Lottery', 'Mavro', 'NumAcc1', 'NumAcc3'])(
  'NIST StRD %s: 13 digits of the mean, 9 of the deviation, in both kinds of window',
  async (name) => {
    const text = readFileSync(new URL(`${name}.txt`, strd), 'utf8');
    const certified = (what: RegExp) => Number(what.exec(text)?.[1]);
    const mean = certified(/(?:ybar:|mean\s*=)\s*([\d.+-]+)/);
    const sd = certified(/(?:n-1\)\s+s:|standardDeviation\s*=)\s*([\d.]+)/);
    const n = certified(/(?:Number of Observations:\s+(?=\d))?(\d+)(?=\s+Observations)/);
    const values = text
      .split('\n')
      .filter((line) => /^\s*-?[\d.]+\s*$/.test(line))
      .map(Number);
    expect(values).toHaveLength(n);
    await check(values, mean, sd);
  },
);

test('NIST StRD NumAcc4 (10000000.2 and 1,000 values about it): 13 and 8 digits, which is what doubles hold', async () => {
  // certified: mean 10000000.2, deviation 0.1; 10000000.1 itself is stored with a relative error of 2e-17 of the mean, 2e-8 of the deviation
  await check([10000000.2, ...Array.from({ length: 500 }, () => [10000000.1, 10000000.3]).flat()], 10000000.2, 0.1, 8);
});

async function check(values: readonly number[], mean: number, sd: number, ofDeviation = 9): Promise<void> {
  const input = values.map((value, i) => ({ time: 1000 + i, value }));
  for (const mode of ['tumbling', 'sliding']) {
    const params = { mode, seconds: 3600, most: 10_000 };
    const rows = mode === 'tumbling' ? [...input, { time: 7_200_000, value: 0 }] : input;
    const { outputs } = await runBlock(import.meta.url, { title: '', source: '', params, input: rows });
    const got = (mode === 'tumbling' ? outputs.out?.[0] : outputs.out?.at(-1))?.values;
    expect(got?.count).toBe(values.length);
    expect(digits(Number(got?.mean), mean), `mean, ${mode}`).toBeGreaterThanOrEqual(13);
    expect(digits(Number(got?.sd), sd), `deviation, ${mode}`).toBeGreaterThanOrEqual(ofDeviation);
  }
}
