import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { leastSquares } from '#blocks/mathematics/linear.ts';
import { mulberry32 } from '#blocks/sdk/random.ts';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';

testBlock(import.meta.url);

/** NASA C-MAPSS FD001: a hundred turbofans to their end (SOURCE.md of the folder). Not part of the product. */
const FILE = new URL('../../../../shared/data/cmapss/train_FD001.txt', import.meta.url);
const CAP = 125;
/** Sensors that move in FD001 (columns 5 to 25 of a row are sensors 1 to 21). */
const SENSORS = [2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21].map((sensor) => sensor + 4);
const SMOOTH = 10;

interface Engine {
  readonly sensors: readonly (readonly number[])[];
  readonly life: number;
}
function readEngines(): Engine[] {
  const engines: number[][][] = [];
  for (const line of readFileSync(FILE, 'utf8').trim().split('\n')) {
    const cells = line.trim().split(/\s+/).map(Number);
    const unit = (cells[0] as number) - 1;
    engines[unit] ??= [];
    engines[unit].push(SENSORS.map((at) => cells[at] as number));
  }
  return engines.map((sensors) => ({ sensors, life: sensors.length }));
}

/** Index = remaining life by least squares on the standardised sensors of the training engines, mean of the last ten cycles. */
function indexOf(training: readonly Engine[]): (engine: Engine) => number[] {
  const rows = training.flatMap((e) => e.sensors);
  const life = training.flatMap((e) => e.sensors.map((_, i) => Math.min(CAP, e.life - 1 - i)));
  const mean = SENSORS.map((_, j) => rows.reduce((s, r) => s + (r[j] as number), 0) / rows.length);
  const sd = SENSORS.map((_, j) =>
    Math.sqrt(rows.reduce((s, r) => s + ((r[j] as number) - (mean[j] as number)) ** 2, 0) / rows.length),
  );
  const standard = (r: readonly number[]) => [1, ...r.map((v, j) => (v - (mean[j] as number)) / (sd[j] as number))];
  const { coefficients } = leastSquares(rows.map(standard), life);
  return (engine) => {
    const raw = engine.sensors.map((r) => standard(r).reduce((s, v, j) => s + v * (coefficients[j] as number), 0));
    return raw.map((_, i) => {
      const last = raw.slice(Math.max(0, i - SMOOTH + 1), i + 1);
      return last.reduce((s, v) => s + v, 0) / last.length;
    });
  };
}

test.skipIf(!existsSync(FILE))(
  'turbofans by similarity: whole engines held out, cut at a random cycle, five folds: RMSE at most 22 cycles (../shared/data/cmapss)',
  async () => {
    const u = mulberry32(2008);
    const engines = readEngines();
    expect(engines).toHaveLength(100);
    const order = engines.map((engine) => ({ engine, at: u() })).sort((a, b) => a.at - b.at);
    const errors: number[] = [];
    for (let fold = 0; fold < 5; fold++) {
      const held = order.slice(20 * fold, 20 * fold + 20).map((o) => o.engine);
      const training = engines.filter((engine) => !held.includes(engine));
      const index = indexOf(training);
      const curves = training.map(index);
      const library = {
        unit: curves.flatMap((curve, i) => curve.map(() => `${i}`)),
        age: curves.flatMap((curve) => curve.map((_, i) => i + 1)),
        index: curves.flat(),
      };
      const cuts = held.map((engine) => 30 + Math.floor(u() * (engine.life - 30)));
      const input = [
        { time: 0, port: 'library', ...library },
        ...held.map((engine, i) => {
          const curve = index(engine).slice(0, cuts[i]);
          return { time: i + 1, port: 'in', age: curve.map((_, k) => k + 1), index: curve };
        }),
      ];
      const { outputs, dead } = await runBlock(import.meta.url, {
        title: '',
        source: '',
        params: { method: 'similarity', most: CAP },
        input,
      });
      expect(dead).toEqual([]);
      held.forEach((engine, i) => {
        const told = Math.min(CAP, outputs.out?.[i]?.values.mean as number);
        errors.push(told - Math.min(CAP, engine.life - (cuts[i] as number)));
      });
    }
    expect(errors).toHaveLength(100);
    const rmse = Math.sqrt(errors.reduce((s, e) => s + e * e, 0) / errors.length);
    const phm = errors.reduce((s, e) => s + (e < 0 ? Math.exp(-e / 13) : Math.exp(e / 10)) - 1, 0);
    console.info(
      `C-MAPSS FD001, similarity, five folds of whole engines: RMSE ${rmse.toFixed(2)} cycles, PHM08 score ${phm.toFixed(0)} (published on its test set: SVR 20.96, CNN 18.45)`,
    );
    expect(rmse).toBeLessThanOrEqual(22);
  },
  60_000,
);
