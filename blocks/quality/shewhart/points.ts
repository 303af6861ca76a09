import { MOST_FOR_RANGE } from '../chart-constants.ts';
import type { Chart, Point } from './lines.ts';

/** A table as it comes: one subgroup, or several where `subgroup` changes. */
export interface Table {
  readonly value: ArrayLike<number>;
  readonly n: number;
  readonly at: number;
  readonly time: ArrayLike<number> | undefined;
  readonly size: ArrayLike<number> | undefined;
  readonly subgroup: ArrayLike<number> | undefined;
}

/**
 * The points of a table. Charts of means: a point a subgroup. Single values, and counts that come with their size: a point a row. Counts
 * without a size column: a point a subgroup, its rows are the units (or `units` of them when that is given).
 * @throws RangeError when a subgroup cannot be charted, before any state is touched
 */
export function pointsOf(chart: Chart, table: Table, units: number, previous: number): Point[] {
  const points: Point[] = [];
  const single = chart === 'i-mr' || table.size !== undefined;
  let last = previous;
  for (let from = 0; from < table.n; ) {
    let to = from + 1;
    if (!single) while (to < table.n && table.subgroup?.[to] === table.subgroup?.[from]) to++;
    const point = pointOf(chart, table, from, to, units, last);
    points.push(point);
    last = point.value;
    from = to;
  }
  return points;
}

function pointOf(chart: Chart, table: Table, from: number, to: number, units: number, last: number): Point {
  const at = table.time ? (table.time[to - 1] as number) : table.at;
  const rows = to - from;
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const v = table.value[i] as number;
    sum += v;
    if (v < least) least = v;
    if (v > most) most = v;
  }
  if (chart === 'i-mr') return { at, n: 1, value: sum, spread: Math.abs(sum - last) };
  if (chart === 'xbar-r' || chart === 'xbar-s') {
    if (rows < 2)
      throw new RangeError('the subgroup has 1 value: charts of means need 2 or more, single values have the I-MR chart');
    if (chart === 'xbar-r' && rows > MOST_FOR_RANGE)
      throw new RangeError(`the subgroup has ${rows} values: the R chart serves up to ${MOST_FOR_RANGE}, take X̄-S`);
    const mean = sum / rows;
    let squares = 0;
    for (let i = from; i < to; i++) squares += ((table.value[i] as number) - mean) ** 2;
    return { at, n: rows, value: mean, spread: chart === 'xbar-r' ? most - least : Math.sqrt(squares / (rows - 1)) };
  }
  const n = table.size ? (table.size[from] as number) : units > 0 ? units : rows;
  if (!(n > 0)) throw new RangeError(`the number inspected is ${n}: it must be above 0`);
  if (!(least >= 0)) throw new RangeError(`the count is ${least}: counts are numbers from 0 on`);
  if ((chart === 'p' || chart === 'np') && sum > n)
    throw new RangeError(`${sum} nonconforming of ${n} inspected: there cannot be more than were inspected`);
  return { at, n, value: chart === 'p' || chart === 'u' ? sum / n : sum, spread: Number.NaN };
}
