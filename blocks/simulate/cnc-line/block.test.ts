import { describe, expect, test, vi } from 'vitest';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

testBlock(import.meta.url);

const MIDNIGHT = Date.UTC(2026, 0, 4, 16); // 2026-01-05T00:00:00+08:00
const rows = (n: number, seconds: number) =>
  Array.from({ length: n + 1 }, (_, i) => ({ time: MIDNIGHT + i * seconds * 1000, value: 1 }));
const OEE = new URL('../../series/oee/block.ts', import.meta.url).href;

describe('the published shift: 480 min, 60 of breaks, stops of 18, 11, 9, 6 and 3', () => {
  test('19,271 pieces and 423 rejects; availability, effectiveness, quality and OEE as published; bottleneck station 4', async () => {
    const { outputs, dead } = await runBlock(import.meta.url, { title: '', source: '', params: {}, input: rows(480, 60) });
    expect(dead).toEqual([]);
    const last = outputs.measured?.at(-1)?.values as { total: number; bad: number };
    expect([last.total, last.bad]).toEqual([19_271, 423]);
    expect(outputs.truth?.at(-1)?.values.bottleneck).toBe(4);

    const input = (outputs.measured ?? []).flatMap(({ time, values }) => {
      const { state, reason, total, bad } = values as { state: string; reason: string; total: number; bad: number };
      return [
        { time, port: 'state', state: reason || state },
        { time, port: 'counts', parts: total, bad },
      ];
    });
    input.push({ time: MIDNIGHT + 480 * 60_000, port: 'end' } as never);
    const params = { cycle: 1, plannedStops: ['break'] };
    const oee = await runBlock(OEE, { title: '', source: '', params, input });
    expect(oee.dead).toEqual([]);
    const shift = oee.outputs.out?.[0]?.values as Record<string, number>;
    for (const [name, printed] of Object.entries({
      availability: 0.8881,
      performance: 0.86108,
      goodShare: 0.97805,
      oee: 0.74794,
    }))
      expect(Math.abs((shift[name] as number) - printed), name).toBeLessThanOrEqual(0.00005);
    const losses = oee.outputs.losses?.[0]?.values as { loss: string[]; seconds: number[] };
    const minutes = losses.loss.map((name, i) => [name, (losses.seconds[i] as number) / 60] as const);
    expect(minutes.filter(([name]) => !['break', 'speed', 'scrap'].includes(name)).sort((a, b) => b[1] - a[1])).toEqual([
      ['tool-change', 18],
      ['jam', 11],
      ['material', 9],
      ['measuring', 6],
      ['chips', 3],
    ]);
  });
});

test('a speed below 0 and a gap of days are set aside; a counter of 16 bits begins again', async () => {
  const params = { cycles: [0.001], breaks: [], stops: [], rollover: 65_536, scrap: 0 };
  const input = [...rows(7, 10), { time: MIDNIGHT + 71_000, value: -1 }, { time: MIDNIGHT + 3 * 86_400_000, value: 1 }];
  const { outputs, dead } = await runBlock(import.meta.url, { title: '', source: '', params, input });
  expect(dead).toHaveLength(2);
  expect(outputs.measured?.at(-1)?.values.total).toBe((outputs.truth?.at(-1)?.values.total as number) - 65_536);
});
