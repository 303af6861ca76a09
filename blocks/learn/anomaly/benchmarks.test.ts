import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { judge, type Learned } from './learner.ts';
import { nabThere, PROFILES, type Profile, publishedScores, readNab, scoreFile } from './nab.testing.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

const nothing = (): Learned => ({ rows: [], ellipsoid: null, forest: null, rolling: [] });
const common = { trees: 100, sample: 256, seed: 1 };

describe.skipIf(!nabThere)('NAB (../shared/data/nab)', () => {
  test('the scorer gives the 54 published scores of windowedGaussian', () => {
    const files = readNab();
    expect(files).toHaveLength(18);
    for (const profile of Object.keys(PROFILES) as Profile[]) {
      const published = publishedScores(profile);
      for (const { file, published: scores, windows } of files) {
        const { threshold, score } = published.get(file) as { threshold: number; score: number };
        expect(Math.abs(scoreFile(scores, threshold, windows, profile) - score), `${profile} ${file}`).toBeLessThan(1e-6);
      }
    }
  });

  test('our own detector beside it', () => {
    const published = publishedScores('standard');
    let [own, theirs, windows] = [0, 0, 0];
    for (const f of readNab()) {
      const learned = nothing();
      const scores = Float64Array.from(f.values, (v) => {
        const verdict = judge(learned, [v], { ...common, method: 'residual', train: 288, alpha: 0.01 });
        return verdict?.score ?? 0;
      });
      own += scoreFile(scores, 8, f.windows, 'standard');
      theirs += published.get(f.file)?.score ?? Number.NaN;
      windows += f.windows.length;
    }
    console.info(
      `NAB, 18 files, ${windows} windows, standard profile: deviation of 8 from a day ${own.toFixed(2)}, windowedGaussian ${theirs.toFixed(2)}`,
    );
    // a detector that never calls gets −25
    expect(own).toBeGreaterThan(-windows);
  });
});

const SKAB = new URL('../../../../shared/data/skab/', import.meta.url);
const readSkab = (path: string) =>
  readFileSync(new URL(path, SKAB), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(';').slice(1).map(Number));

// GPL data: read where they lie, never shipped
describe.skipIf(!existsSync(SKAB))('SKAB (../shared/data/skab, not part of the product)', () => {
  test('the first 400 rows of each file learn; pooled F1 beside the published 0.66 of T²', () => {
    let [tp, fp, fn, tn] = [0, 0, 0, 0];
    for (const name of readdirSync(new URL('valve1/', SKAB))) {
      const learned = nothing();
      for (const row of readSkab(`valve1/${name}`)) {
        const verdict = judge(learned, row.slice(0, 8), { ...common, method: 'mahalanobis', train: 400, alpha: 0.001 });
        if (!verdict) continue;
        const called = verdict.score > verdict.limit;
        if (row[8] === 1) called ? tp++ : fn++;
        else called ? fp++ : tn++;
      }
    }
    const f1 = (2 * tp) / (2 * tp + fp + fn);
    console.info(
      `SKAB valve1, T²: F1 ${f1.toFixed(3)}, false alarms ${((100 * fp) / (fp + tn)).toFixed(1)} %, missed ${((100 * fn) / (fn + tp)).toFixed(1)} %`,
    );
    expect(f1).toBeGreaterThan(0.5);
  });

  test('a run without anomaly, learned from one row in two, gives at most 5 % false alarms on the others', () => {
    const rows = readSkab('anomaly-free/anomaly-free.csv').map((row) => row.slice(0, 8));
    const options = { ...common, method: 'mahalanobis', train: rows.length >> 1, alpha: 0.01 } as const;
    const learned = nothing();
    for (let i = 0; i < 2 * options.train; i += 2) judge(learned, rows[i] as number[], options);
    const others = rows.filter((_, i) => i % 2 === 1);
    const called = others.filter((row) => {
      const verdict = judge(learned, row, options);
      return verdict !== undefined && verdict.score > verdict.limit;
    });
    expect(called.length / others.length).toBeLessThan(0.05);
  });
});
