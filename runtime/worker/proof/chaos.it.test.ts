import { expect, test } from 'vitest';
import { proveChaos } from './chaos/chaos.ts';

test('gateway, worker, effect runner, historian, queue and database killed under 5,000 samples a second: each sample, output and effect once, to the bit', async () => {
  const report = await proveChaos({
    ...{
      seconds: 0,
      seed: Number(process.env.CHAOS_SEED ?? 11),
      workers: 2,
      instances: 3,
      fields: 50,
      everyMs: 1_000,
      resplits: 1,
    },
    blows: [
      'effect runner killed between deed and answer',
      'gateway killed',
      'historian killed',
      'worker killed',
      'queue cut',
      'postmaster killed',
    ],
    once: true,
  });
  expect(report.wrong).toEqual([]);
  expect(Object.keys(report.blows)).toHaveLength(6);
  expect(report.samples).toBe(report.sent * 50);
  expect(report.sent).toBeGreaterThan(300);
  expect(report.effects).toBeGreaterThan(0);
}, 300_000);
