import { type ChunkFacts, type HistoryReader, type Part, parts, resolve, type Window } from './query.ts';
import { type Points, points, reduceRows } from './reduce.ts';
import { concat, type Samples, sorted } from './samples.ts';

/**
 * A trend of each id, `width` pixels wide. A chunk that lies inside one pixel column and that nothing else overlaps is drawn from its
 * stored first, lowest, highest and last value: a year is then a few thousand rows instead of thirty million samples.
 */
export async function readTrend(
  reader: HistoryReader,
  ids: readonly number[],
  window: Window,
  width: number,
): Promise<Map<number, Points>> {
  let summed: ReadonlySet<ChunkFacts> = new Set();
  const found = await parts(reader, ids, window, (facts, tail) => {
    summed = new Set(ids.flatMap((id) => summarizable(facts, tail, id, window, width)));
    return summed;
  });
  const trends = new Map<number, Points>();
  for (const id of ids) {
    const exact = resolve(
      found.flatMap((p) => (p.id === id ? [p.samples] : [])),
      window,
    );
    const summaries = [...summed].filter((f) => f.id === id).map(summary);
    const together = summaries.length ? sorted(concat([exact, ...summaries])) : exact;
    trends.set(id, points(together, reduceRows(together, window.from, window.to, width)));
  }
  return trends;
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
