import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { normalCdf } from '#blocks/mathematics/distributions.ts';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';
import { linesAt } from './lines.ts';

testBlock(import.meta.url);

/** Limits that the R package qcc prints for these series (SOURCE.md of the folder). The series are not part of the product. */
const FOLDER = new URL('../../../../shared/data/spc-qcc/', import.meta.url);
const read = (name: string) =>
  readFileSync(new URL(`${name}.txt`, FOLDER), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((cells) => cells.at(-1) === 'TRUE')
    .map((cells) => cells.map(Number));

async function lastOf(columns: Record<string, number[]>, params: Record<string, unknown>) {
  const { outputs, dead } = await runBlock(import.meta.url, { title: '', source: '', params, input: [{ time: 0, ...columns }] });
  expect(dead).toEqual([]);
  return outputs.out?.at(-1)?.values as Record<string, number>;
}

describe.skipIf(!existsSync(FOLDER))('limits printed by qcc (../shared/data/spc-qcc, not part of the product)', () => {
  test.each([
    ['xbar-r', { center: 74.00118, lcl: 73.98805, ucl: 74.0143, spreadCenter: 0.02276, spreadLcl: 0 }, 7],
    ['xbar-s', { spreadCenter: 0.009240037, spreadUcl: 0.01930242 }, 7],
  ])('pistonrings, %s', async (chart, printed, digits) => {
    const rows = read('pistonrings');
    const got = await lastOf(
      { value: rows.map((r) => r[0] as number), subgroup: rows.map((r) => r[1] as number) },
      { chart, points: 25 },
    );
    for (const [name, want] of Object.entries(printed))
      expect(Math.abs((got[name] as number) - want), name).toBeLessThanOrEqual(0.6 * 10 ** -(want > 1 ? 5 : digits));
    // sd of a single value
    if (chart === 'xbar-r') {
      expect((got.sigma as number) * Math.sqrt(5)).toBeCloseTo(0.009785039, 8);
      // qcc takes its constant of the R limit from a simulation: 0.86409 where the integral gives 0.86408
      expect(Math.abs((got.spreadUcl as number) / 0.04812533 - 1)).toBeLessThan(1e-5);
    } else expect(((got.spreadCenter as number) / 0.009240037) * 0.009829977).toBeCloseTo(0.009829977, 8);
  });

  test.each([
    ['p', [], { center: 0.2313333, lcl: 0.05242755, ucl: 0.4102391 }],
    ['np', [], { center: 11.56667, lcl: 2.621377, ucl: 20.51196 }],
    ['p', [15, 23], { center: 0.215, lcl: 0.04070284, ucl: 0.3892972 }],
  ])('orangejuice, %s without %j', async (chart, exclude, printed) => {
    const rows = read('orangejuice');
    const columns = { value: rows.map((r) => r[1] as number), size: rows.map((r) => r[2] as number) };
    const got = await lastOf(columns, { chart, points: rows.length, exclude });
    for (const [name, want] of Object.entries(printed))
      expect(Math.abs((got[name] as number) / want - 1), name).toBeLessThan(3e-7);
  });

  test.each([
    ['c', [], { center: 19.84615, lcl: 6.481447, ucl: 33.21086 }],
    ['c', [6, 20], { center: 19.66667, lcl: 6.362532, ucl: 32.9708 }],
    ['u', [6, 20], { center: 0.1966667, lcl: 0.06362532, ucl: 0.329708 }],
  ])('circuit, %s without %j', async (chart, exclude, printed) => {
    const rows = read('circuit');
    const columns = { value: rows.map((r) => r[1] as number), size: rows.map((r) => r[2] as number) };
    const got = await lastOf(columns, { chart, points: rows.length, exclude });
    for (const [name, want] of Object.entries(printed))
      expect(Math.abs((got[name] as number) / want - 1), name).toBeLessThan(3e-7);
  });

  test.each([
    [[], { center: 34.088, sigma: 0.5076521, lcl: 32.56504, ucl: 35.61096 }],
    [[4], { center: 33.98947, sigma: 0.4117415, lcl: 32.75425, ucl: 35.2247 }],
  ])('viscosity, single values without %j', async (exclude, printed) => {
    const rows = read('viscosity');
    const got = await lastOf({ value: rows.map((r) => r[1] as number) }, { chart: 'i-mr', points: rows.length, exclude });
    for (const [name, want] of Object.entries(printed))
      expect(Math.abs((got[name] as number) / want - 1), name).toBeLessThan(3e-7);
  });

  test('viscosity, single values by the deviation of all of them', async () => {
    const rows = read('viscosity');
    const params = { chart: 'i-mr', points: rows.length, singles: 'sample' };
    const got = await lastOf({ value: rows.map((r) => r[1] as number) }, params);
    for (const [name, want] of Object.entries({ center: 34.088, sigma: 0.5769854, lcl: 32.35704, ucl: 35.81896 }))
      expect(Math.abs((got[name] as number) / want - 1), name).toBeLessThan(3e-7);
  });
});

describe('operating characteristic of the X̄ chart printed by qcc: mean run length at 0, 0.1 and 0.2 sd', () => {
  test.each([
    [5, [370, 296, 178]],
    [10, [370, 244, 110]],
  ])('n = %i', (n, printed) => {
    const { ucl, lcl, sigma } = linesAt('xbar-s', { center: 0, sigma: 1 }, n, 3);
    const length = (shift: number) => 1 / (1 - normalCdf((ucl - shift) / sigma) + normalCdf((lcl - shift) / sigma));
    expect([0, 0.1, 0.2].map((shift) => Math.round(length(shift)))).toEqual(printed);
  });
});
