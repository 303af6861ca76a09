import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The scorer of the Numenta Anomaly Benchmark (MIT), by the rules of its repository (nab/sweeper.py, nab/scorer.py). */
const FOLDER = new URL('../../../../shared/data/nab/', import.meta.url);
export const nabThere = existsSync(FOLDER);
export const PROFILES = {
  standard: { tp: 1, fn: 1, fp: 0.11 },
  reward_low_FP_rate: { tp: 1, fn: 1, fp: 0.22 },
  reward_low_FN_rate: { tp: 1, fn: 2, fp: 0.11 },
} as const;
export type Profile = keyof typeof PROFILES;

const lines = (path: string) => readFileSync(new URL(path, FOLDER), 'utf8').trim().split('\n').slice(1);
const DETECTOR = 'windowedGaussian';

export interface Labelled {
  readonly file: string;
  readonly values: Float64Array;
  /** Anomaly scores of the published detector. */
  readonly published: Float64Array;
  readonly windows: readonly (readonly [from: number, to: number])[];
}
export function readNab(): Labelled[] {
  return ['artificialNoAnomaly', 'artificialWithAnomaly', 'realKnownCause'].flatMap((group) =>
    readdirSync(new URL(`results/${DETECTOR}/${group}/`, FOLDER))
      .sort()
      .map((name) => {
        const rows = lines(`results/${DETECTOR}/${group}/${name}`).map((line) => line.split(','));
        const windows: [number, number][] = [];
        rows.forEach((row, i) => {
          if (Number(row[3]) !== 1) return;
          const last = windows.at(-1);
          if (last && last[1] === i - 1) last[1] = i;
          else windows.push([i, i]);
        });
        return {
          file: `${group}/${name.slice(DETECTOR.length + 1)}`,
          values: Float64Array.from(rows, (row) => Number(row[1])),
          published: Float64Array.from(rows, (row) => Number(row[2])),
          windows,
        };
      }),
  );
}

/** Published threshold and score by file. */
export function publishedScores(profile: Profile): Map<string, { threshold: number; score: number }> {
  return new Map(
    lines(`results/${DETECTOR}/${DETECTOR}_${profile}_scores.csv`).map((line) => {
      const [, , file = '', threshold, score] = line.split(',');
      return [file, { threshold: Number(threshold), score: Number(score) }];
    }),
  );
}

const sigmoid = (p: number) => (p > 3 ? -1 : 2 / (1 + Math.exp(5 * p)) - 1);

/** Score of one file: every window's best detection, less what false alarms cost; the first 15 % (at most 750 rows) are not counted. */
export function scoreFile(scores: ArrayLike<number>, threshold: number, windows: Labelled['windows'], profile: Profile): number {
  const { tp, fn, fp } = PROFILES[profile];
  const n = scores.length;
  const probation = Math.min(Math.floor(0.15 * n), 750);
  const counted = windows.filter(([, to]) => to >= probation);
  const best = counted.map(() => -fn);
  let outside = 0;
  for (let i = probation; i < n; i++) {
    if (!((scores[i] as number) >= threshold)) continue;
    const inside = counted.findIndex(([from, to]) => i >= from && i <= to);
    if (inside >= 0) {
      const [from, to] = counted[inside] as readonly [number, number];
      const value = (sigmoid(-(to - i + 1) / (to - from + 1)) * tp) / sigmoid(-1);
      best[inside] = Math.max(best[inside] as number, value);
      continue;
    }
    const before = windows.filter(([, to]) => to < i).at(-1);
    outside += before ? sigmoid((i - before[1]) / (before[1] - before[0])) * fp : -fp;
  }
  return best.reduce((s, v) => s + v, 0) + outside;
}
