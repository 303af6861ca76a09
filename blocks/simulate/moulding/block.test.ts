import { describe, expect, test, vi } from 'vitest';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';
import { coolingTime, wallOfCooling } from './physics.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

testBlock(import.meta.url);

const CUSUM = new URL('../../quality/cusum/block.ts', import.meta.url).href;
const rows = (hours: number) => Array.from({ length: hours * 6 + 1 }, (_, i) => ({ time: i * 600_000, value: 40 }));
const PART = { wall: 2.5, diffusivity: 8.9e-8, melt: 230 };
const expected = 13.3 + coolingTime(PART, 40, 90);

async function residuals(params: Record<string, unknown>) {
  const { outputs, dead } = await runBlock(import.meta.url, {
    title: '',
    source: '',
    params: { rate: 0, ...params },
    input: rows(6),
  });
  expect(dead).toEqual([]);
  const shots = (outputs.measured ?? []).map((r) => r.values as { cycle: number; handling: number; cooling: number });
  const input = shots.map((shot, i) => ({ time: i * 1000, value: shot.cycle - expected }));
  const cusum = { target: 0, sigma: 0.05, k: 0.5, h: 10, after: 'continue' };
  const out = (await runBlock(CUSUM, { title: '', source: '', params: cusum, input })).outputs.out ?? [];
  return { shots, residual: input.map((r) => r.value), signal: out.findIndex((r) => r.values.on === true) };
}

describe('walls that grow from 40 to 48 °C from shot 400', () => {
  test('residuals are small before; CUSUM sees it within 60 shots; the cooling of the last hundred shots names 48 °C', async () => {
    const { shots, residual, signal } = await residuals({ fault: 'wall' });
    const before = residual.slice(0, 399);
    expect(Math.sqrt(before.reduce((s, r) => s + r * r, 0) / before.length)).toBeLessThanOrEqual(0.055);
    expect(signal).toBeGreaterThanOrEqual(400);
    expect(signal).toBeLessThan(460);
    const last = shots.slice(-100);
    const cooling = last.reduce((s, shot) => s + shot.cycle - 13.3, 0) / last.length;
    expect(Math.abs(wallOfCooling(PART, cooling, 90) - 48)).toBeLessThan(0.3);
  });
  test('without a fault there is no signal; slower handling is seen and is not in the cooling', async () => {
    expect((await residuals({})).signal).toBe(-1);
    const { shots, signal } = await residuals({ fault: 'handling' });
    expect(signal).toBeGreaterThanOrEqual(399);
    expect(signal).toBeLessThan(410);
    expect(shots.at(-1)?.handling).toBeCloseTo(5.7, 12);
  });
});
