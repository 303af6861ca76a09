import { normalQuantile } from '#blocks/mathematics/distributions.ts';
import { type Forest, isolation, learnForest } from './forest.ts';
import { distance, type Ellipsoid, learnEllipsoid } from './mahalanobis.ts';
import { deviation, push, type Rolling } from './rolling.ts';

/** What a key has learned; plain data. */
export interface Learned {
  rows: number[][];
  ellipsoid: Ellipsoid | null;
  forest: Forest | null;
  rolling: Rolling[];
}
export interface Options {
  readonly method: 'mahalanobis' | 'forest' | 'residual';
  readonly train: number;
  readonly alpha: number;
  readonly trees: number;
  readonly sample: number;
  readonly seed: number;
}
export interface Verdict {
  readonly score: number;
  readonly limit: number;
}

/** The largest distance that is said; a constant that moved is infinitely far. */
const FAR = 1e6;

/** Judges a row by what was learned before it; undefined while learning. */
export function judge(l: Learned, row: readonly number[], o: Options): Verdict | undefined {
  if (o.method === 'residual') {
    const ready = (l.rolling[0]?.ring.length ?? 0) >= o.train;
    let score = 0;
    for (const [j, value] of row.entries()) {
      let rolling = l.rolling[j];
      if (!rolling) {
        rolling = { ring: [], at: 0, pivot: 0, sum: 0, squares: 0 };
        l.rolling[j] = rolling;
      }
      if (ready) score = Math.max(score, deviation(rolling, value));
      push(rolling, value, o.train);
    }
    // the worst of several columns: each gets its share of α (Bonferroni)
    return ready ? { score: Math.min(FAR, score), limit: normalQuantile(1 - o.alpha / 2 / row.length) } : undefined;
  }
  if (o.method === 'mahalanobis' && l.ellipsoid) return { score: distance(l.ellipsoid, row), limit: l.ellipsoid.limit };
  if (o.method === 'forest' && l.forest) return { score: isolation(l.forest, row), limit: l.forest.limit };
  l.rows.push([...row]);
  if (l.rows.length >= o.train) {
    if (o.method === 'mahalanobis') l.ellipsoid = learnEllipsoid(l.rows, o.alpha);
    else l.forest = learnForest(l.rows, o.trees, o.sample, o.alpha, o.seed);
    l.rows = [];
  }
  return undefined;
}
