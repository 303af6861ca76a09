import { isBad } from '#runtime/batch/quality.ts';
import { DAY_MS, HOUR_MS, readHours } from './hours.ts';
import { type ChunkFacts, type HistoryReader, type Part, parts, resolve, type Window } from './query.ts';
import { type Points, points, reduceRows } from './reduce.ts';
import type { Rollup } from './rollup.ts';
import { concat, pick, type Samples, sorted } from './samples.ts';

/**
 * A trend of each id, `width` pixels wide. A chunk that lies inside one pixel column and that nothing else overlaps is drawn from its
 * stored first, lowest, highest and last value. Where a column is wider than an hour, days that have their hours are drawn from these: each
 * of an hour's five points stands at its own time, and a lesser peak may be missing only beside a greater one of the same hour. A year is
 * then a few hundred rows instead of thirty million samples.
 */
export async function readTrend(
  reader: HistoryReader,
  ids: readonly number[],
  window: Window,
  width: number,
): Promise<Map<number, Points>> {
  const hours =
    (window.to - window.from) / width >= HOUR_MS
      ? await readHours(reader, ids, window)
      : new Map<number, Map<number, Rollup[]>>();
  let summed: ReadonlySet<ChunkFacts> = new Set();
  const found = await parts(reader, ids, window, (facts, tail) => {
    for (const part of tail) for (const day of daysOf(part.samples)) hours.get(part.id)?.delete(day);
    const rolled = new Set(facts.filter((f) => inside(f, hours.get(f.id))));
    const rest = rolled.size === 0 ? facts : facts.filter((f) => !rolled.has(f));
    summed = new Set(ids.flatMap((id) => summarizable(rest, tail, id, window, width)));
    return new Set([...rolled, ...summed]);
  });
  const trends = new Map<number, Points>();
  for (const id of ids) {
    const days = hours.get(id) ?? new Map<number, Rollup[]>();
    const exact = resolve(
      found.flatMap((p) => (p.id === id ? [p.samples] : [])),
      window,
    );
    const drawn = [
      days.size === 0 ? exact : outside(exact, days),
      ...[...summed].filter((f) => f.id === id).map(summary),
      ...[...days.values()].map(drawnHours),
    ];
    const together = drawn.length > 1 ? sorted(concat(drawn)) : exact;
    trends.set(id, points(together, reduceRows(together, window.from, window.to, width)));
  }
  return trends;
}

const dayOf = (time: number) => Math.floor(time / DAY_MS);
const daysOf = (s: Samples): ReadonlySet<number> => new Set(Array.from(s.time, dayOf));

function inside(f: ChunkFacts, days: ReadonlyMap<number, unknown> | undefined): boolean {
  if (!days) return false;
  for (let day = dayOf(f.t0); day <= dayOf(f.t1); day++) if (!days.has(day)) return false;
  return true;
}

/** Samples of days that are not drawn from their hours. */
function outside(s: Samples, days: ReadonlyMap<number, unknown>): Samples {
  const rows: number[] = [];
  for (let i = 0; i < s.n; i++) if (!days.has(dayOf(s.time[i] as number))) rows.push(i);
  return rows.length === s.n ? s : pick(s, Uint32Array.from(rows));
}

/** Of each hour its first, lowest, highest and last usable value, and where its quality was worst. */
function drawnHours(hours: readonly Rollup[]): Samples {
  const rows: (readonly [time: number, value: number, quality: number])[] = [];
  for (const h of hours) {
    const bad = isBad(h.worst);
    const quality = bad ? 0 : h.worst;
    if (h.count > 0)
      rows.push([h.firstAt, h.first, quality], [h.minAt, h.min, quality], [h.maxAt, h.max, quality], [h.lastAt, h.last, quality]);
    if (bad) rows.push([h.worstAt, Number.NaN, h.worst]);
  }
  const n = rows.length;
  const time = Float64Array.from(rows, ([t]) => t);
  return {
    n,
    time,
    value: Float64Array.from(rows, ([, value]) => value),
    quality: Uint8Array.from(rows, ([, , quality]) => quality),
    origin: new Uint8Array(n),
    at: time,
    seq: new Float64Array(n),
    other: new Map(),
  };
}

function summarizable(
  all: readonly ChunkFacts[],
  tail: readonly Part[],
  id: number,
  { from, to }: Window,
  width: number,
): ChunkFacts[] {
  const facts = all.filter((f) => f.id === id);
  const late = tail.flatMap((p) => (p.id === id ? [sorted(p.samples)] : []));
  const corrected = (f: ChunkFacts) =>
    late.some((s) => s.n > 0 && (s.time[0] as number) <= f.t1 && (s.time[s.n - 1] as number) >= f.t0);
  const column = (t: number) => Math.floor(((t - from) / (to - from)) * width);
  let reach = Number.NEGATIVE_INFINITY;
  return facts.filter((f, i) => {
    const next = facts[i + 1];
    const alone = f.t0 > reach && (!next || next.t0 > f.t1);
    reach = Math.max(reach, f.t1);
    return alone && f.n > 4 && f.min !== null && f.t0 >= from && f.t1 < to && column(f.t0) === column(f.t1) && !corrected(f);
  });
}

/** Four samples that draw as the whole chunk does inside one pixel column. */
function summary(f: ChunkFacts): Samples {
  const middle = (f.t0 + f.t1) / 2;
  const time = Float64Array.of(f.t0, middle, middle, f.t1);
  return {
    n: 4,
    time,
    value: Float64Array.of(f.first ?? Number.NaN, f.min ?? Number.NaN, f.max ?? Number.NaN, f.last ?? Number.NaN),
    quality: Uint8Array.of(0, f.worst, 0, 0),
    origin: new Uint8Array(4),
    at: time,
    seq: new Float64Array(4).fill(f.seq),
    other: new Map(),
  };
}
