import { columnsOf, requireNumbers, rowsOf } from '../table.ts';
import { type Clusters, dbscan, kMeans, silhouette } from './cluster.ts';

export interface Options {
  readonly columns: readonly string[];
  readonly method: 'k-means' | 'dbscan';
  /** 0 = the number from 2 to 10 with the best silhouette. */
  readonly k: number;
  readonly tries: number;
  readonly seed: number;
  readonly radius: number;
  readonly least: number;
  readonly standardise: boolean;
}
export interface Grouped extends Clusters {
  readonly silhouette: number;
}

/** Groups the rows of a table; centres are in the units of the columns. */
export function group(row: object, o: Options): Grouped {
  const columns = columnsOf(row, o.columns);
  requireNumbers(columns, o.columns);
  const n = columns[0]?.length ?? 0;
  if (n > 5000) throw new RangeError(`${n} rows: the silhouette compares every pair, so at most 5000`);
  if (n < 2) throw new RangeError(`${n} rows: groups need at least 2`);
  const centre = columns.map((c) => (o.standardise ? c.reduce((s, v) => s + v, 0) / n : 0));
  const scale = columns.map((c, j) =>
    o.standardise ? Math.sqrt(c.reduce((s, v) => s + (v - (centre[j] as number)) ** 2, 0) / n) || 1 : 1,
  );
  const rows = rowsOf(columns.map((c, j) => c.map((v) => (v - (centre[j] as number)) / (scale[j] as number))));
  const judged = (c: Clusters): Grouped => ({ ...c, silhouette: silhouette(rows, c.labels) });
  let found: Grouped;
  if (o.method === 'dbscan') found = judged(dbscan(rows, o.radius, o.least));
  else if (o.k > 0) found = judged(kMeans(rows, o.k, o.seed, o.tries));
  else
    found = Array.from({ length: Math.min(9, n - 2) }, (_, i) => judged(kMeans(rows, i + 2, o.seed, o.tries))).reduce((a, b) =>
      b.silhouette > a.silhouette ? b : a,
    );
  return { ...found, centres: found.centres.map((c) => c.map((v, j) => v * (scale[j] as number) + (centre[j] as number))) };
}
