import { mulberry32 } from '#blocks/sdk/random.ts';

type Rows = readonly (readonly number[])[];
export interface Clusters {
  /** From 0; −1 is noise (DBSCAN). Numbered in the order of their first rows. */
  readonly labels: readonly number[];
  readonly centres: Rows;
  /** Sum of squared distances to the centres. */
  readonly inertia: number;
}

const gap = (a: readonly number[], b: readonly number[]): number => {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += ((a[j] as number) - (b[j] as number)) ** 2;
  return sum;
};

/** k-means: Lloyd's rounds from k-means++ (Arthur & Vassilvitskii 2007), the best of `tries`, the same for the same seed. */
export function kMeans(rows: Rows, k: number, seed: number, tries: number): Clusters {
  if (rows.length < k) throw new RangeError(`${rows.length} rows for ${k} groups: at least ${k} are needed`);
  const u = mulberry32(seed);
  let best: Clusters | undefined;
  for (let t = 0; t < tries; t++) {
    const found = lloyd(rows, spreadOut(rows, k, u));
    if (!best || found.inertia < best.inertia * (1 - 1e-12)) best = found;
  }
  return numbered(rows, (best as Clusters).labels);
}

function spreadOut(rows: Rows, k: number, u: () => number): (readonly number[])[] {
  const centres = [rows[Math.floor(u() * rows.length)] as readonly number[]];
  while (centres.length < k) {
    const far = rows.map((r) => Math.min(...centres.map((c) => gap(r, c))));
    let rest = u() * far.reduce((s, d) => s + d, 0);
    let at = far.findIndex((d) => {
      rest -= d;
      return rest < 0;
    });
    if (at < 0) at = far.indexOf(Math.max(...far));
    centres.push(rows[at] as readonly number[]);
  }
  return centres;
}

function lloyd(rows: Rows, start: Rows): Clusters {
  let centres: Rows = start;
  let labels: number[] = [];
  for (let round = 0; round < 300; round++) {
    const next = rows.map((r) => centres.reduce((b, c, i) => (gap(r, c) < gap(r, centres[b] as readonly number[]) ? i : b), 0));
    const same = next.length === labels.length && next.every((l, i) => l === labels[i]);
    labels = next;
    if (same) break;
    centres = centres.map((c, i) => meanOf(rows.filter((_, r) => labels[r] === i)) ?? c);
  }
  return { labels, centres, inertia: rows.reduce((s, r, i) => s + gap(r, centres[labels[i] as number] as readonly number[]), 0) };
}

const meanOf = (rows: Rows): number[] | undefined =>
  rows.length === 0
    ? undefined
    : (rows[0] as readonly number[]).map((_, j) => rows.reduce((s, r) => s + (r[j] as number), 0) / rows.length);

/** Density clusters (Ester et al. 1996): a core row has `least` rows, itself included, within `radius`. */
export function dbscan(rows: Rows, radius: number, least: number): Clusters {
  const near = (i: number) => rows.flatMap((r, j) => (gap(r, rows[i] as readonly number[]) <= radius * radius ? [j] : []));
  const labels = new Array<number>(rows.length).fill(-2);
  let group = -1;
  for (let i = 0; i < rows.length; i++) {
    if (labels[i] !== -2) continue;
    const seeds = near(i);
    if (seeds.length < least) {
      labels[i] = -1;
      continue;
    }
    group++;
    labels[i] = group;
    for (let s = 0; s < seeds.length; s++) {
      const j = seeds[s] as number;
      if (labels[j] === -1) labels[j] = group; // a border row
      if (labels[j] !== -2) continue;
      labels[j] = group;
      const more = near(j);
      if (more.length >= least) for (const m of more) if ((labels[m] as number) < 0) seeds.push(m);
    }
  }
  return numbered(rows, labels);
}

function numbered(rows: Rows, labels: readonly number[]): Clusters {
  const names = new Map<number, number>();
  for (const l of labels) if (l >= 0 && !names.has(l)) names.set(l, names.size);
  const own = labels.map((l) => names.get(l) ?? -1);
  const centres = Array.from(names, (_, i) => meanOf(rows.filter((_, r) => own[r] === i)) as number[]);
  const inertia = rows.reduce(
    (s, r, i) => ((own[i] as number) < 0 ? s : s + gap(r, centres[own[i] as number] as readonly number[])),
    0,
  );
  return { labels: own, centres, inertia };
}

/** Mean silhouette (Rousseeuw 1987) of the rows in groups; NaN for fewer than two groups. A row alone in its group counts 0. */
export function silhouette(rows: Rows, labels: readonly number[]): number {
  const groups = Math.max(-1, ...labels) + 1;
  if (groups < 2) return Number.NaN;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const own = labels[i] as number;
    if (own < 0) continue;
    const total = new Float64Array(groups);
    const size = new Float64Array(groups);
    for (let j = 0; j < rows.length; j++) {
      const l = labels[j] as number;
      if (l < 0 || j === i) continue;
      total[l] = (total[l] as number) + Math.sqrt(gap(rows[i] as readonly number[], rows[j] as readonly number[]));
      size[l] = (size[l] as number) + 1;
    }
    count++;
    if (size[own] === 0) continue;
    const a = (total[own] as number) / (size[own] as number);
    let b = Number.POSITIVE_INFINITY;
    for (let g = 0; g < groups; g++) if (g !== own) b = Math.min(b, (total[g] as number) / (size[g] as number));
    sum += (b - a) / Math.max(a, b);
  }
  return sum / count;
}
