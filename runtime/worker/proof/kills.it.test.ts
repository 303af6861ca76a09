import { expect, test } from 'vitest';
import { proveKills } from './kills.ts';

test('workers killed with -9 under load: nothing lost, nothing doubled, every output as in an undisturbed run, however it is cut', async () => {
  const report = await proveKills({ seconds: 15, seed: 7, workers: 2, instances: 4, everyMs: 1_500, resplits: 10 });
  expect(report.wrong).toEqual([]);
  expect(report.kills + report.cutSessions).toBeGreaterThan(2);
  expect(report.rows).toBeGreaterThan(2_000);
  expect(report.effects).toBeGreaterThan(3);
}, 300_000);
