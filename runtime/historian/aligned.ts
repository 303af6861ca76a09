import { type HistoryReader, type Part, parts, type Window } from './query.ts';
import { between, concat, newest, type OtherValue, sorted } from './samples.ts';

/** Samples of several ids together, one row a sample, in one order. */
export interface AlignedRows {
  readonly n: number;
  readonly id: Int32Array;
  /** Event time, epoch ms. */
  readonly time: Float64Array;
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  /** Index into ORIGINS. */
  readonly origin: Uint8Array;
  /** Append time, epoch ms. */
  readonly at: Float64Array;
  readonly lane: Int32Array;
  readonly seq: Float64Array;
  readonly other: ReadonlyMap<number, OtherValue>;
}

/**
 * `corrected`: by event time (then id), of several versions the newest. `arrived`: every version, by append time, then lane, then
 * number, then position, which is the order in which another version of an app would have seen them (semantics, section 6).
 */
export type AlignedOrder = 'arrived' | 'corrected';

/** Window read at once: bounds memory, whatever the whole window is. */
const SLICE = 6 * 3_600_000;
/** How far a source's clock may be ahead of the log's before `arrived` may be out of order at the border of two slices. */
const CLOCK_AHEAD = 600_000;

/** The samples whose event time lies in the window, slice by slice. */
export async function* readAligned(
  reader: HistoryReader,
  ids: readonly number[],
  window: Window,
  order: AlignedOrder,
  slice = SLICE,
): AsyncGenerator<AlignedRows> {
  let held: AlignedRows = empty();
  for (let from = window.from; from < window.to; from += slice) {
    const to = Math.min(from + slice, window.to);
    const rows = align(await parts(reader, ids, { from, to }), { from, to }, order);
    if (order === 'corrected') {
      if (rows.n > 0) yield rows;
      continue;
    }
    const all = ordered(join(held, rows), arrivedBefore);
    // What comes in a later slice has a later event time, and so a later append time but for a clock that is ahead.
    let ready = all.n;
    if (to < window.to) while (ready > 0 && (all.at[ready - 1] as number) >= to - CLOCK_AHEAD) ready--;
    if (ready > 0)
      yield rowsOf(
        all,
        Uint32Array.from({ length: ready }, (_, i) => i),
      );
    held = rowsOf(
      all,
      Uint32Array.from({ length: all.n - ready }, (_, i) => ready + i),
    );
  }
  if (held.n > 0) yield held;
}

type Compare = (r: AlignedRows) => (a: number, b: number) => number;
const arrivedBefore: Compare = (r) => (a, b) =>
  (r.at[a] as number) - (r.at[b] as number) ||
  (r.lane[a] as number) - (r.lane[b] as number) ||
  (r.seq[a] as number) - (r.seq[b] as number) ||
  a - b;
const happenedBefore: Compare = (r) => (a, b) =>
  (r.time[a] as number) - (r.time[b] as number) || (r.id[a] as number) - (r.id[b] as number) || a - b;

function align(found: readonly Part[], window: Window, order: AlignedOrder): AlignedRows {
  const byId = new Map<number, Part[]>();
  for (const part of found) byId.set(part.id, [...(byId.get(part.id) ?? []), part]);
  const all: AlignedRows[] = [];
  for (const [id, list] of byId) {
    if (order === 'corrected') {
      const s = between(newest(sorted(concat(list.map((p) => p.samples)))), window.from, window.to);
      all.push({ ...s, id: new Int32Array(s.n).fill(id), lane: new Int32Array(s.n).fill(list[0]?.lane ?? 0) });
    } else
      for (const part of list) {
        const s = between(sorted(part.samples), window.from, window.to);
        all.push({ ...s, id: new Int32Array(s.n).fill(id), lane: new Int32Array(s.n).fill(part.lane) });
      }
  }
  return ordered(joinAll(all), order === 'corrected' ? happenedBefore : arrivedBefore);
}

const empty = (): AlignedRows => joinAll([]);
const join = (a: AlignedRows, b: AlignedRows): AlignedRows => (a.n === 0 ? b : b.n === 0 ? a : joinAll([a, b]));

function joinAll(list: readonly AlignedRows[]): AlignedRows {
  const n = list.reduce((sum, r) => sum + r.n, 0);
  const out = { ...columns(n), other: new Map<number, OtherValue>() };
  let base = 0;
  for (const r of list) {
    for (const name of COLUMNS) out[name].set(r[name], base);
    for (const [row, other] of r.other) out.other.set(base + row, other);
    base += r.n;
  }
  return out;
}

const COLUMNS = ['id', 'time', 'value', 'quality', 'origin', 'at', 'lane', 'seq'] as const;
const columns = (n: number) => ({
  n,
  id: new Int32Array(n),
  time: new Float64Array(n),
  value: new Float64Array(n),
  quality: new Uint8Array(n),
  origin: new Uint8Array(n),
  at: new Float64Array(n),
  lane: new Int32Array(n),
  seq: new Float64Array(n),
});

function ordered(r: AlignedRows, compare: Compare): AlignedRows {
  const before = compare(r);
  for (let i = 1; i < r.n; i++)
    if (before(i - 1, i) > 0) return rowsOf(r, Uint32Array.from({ length: r.n }, (_, k) => k).sort(before));
  return r;
}
function rowsOf(r: AlignedRows, order: Uint32Array): AlignedRows {
  const out = { ...columns(order.length), other: new Map<number, OtherValue>() };
  for (const name of COLUMNS) {
    const from = r[name];
    const to = out[name];
    for (let i = 0; i < order.length; i++) to[i] = from[order[i] as number] as number;
  }
  if (r.other.size)
    order.forEach((row, i) => {
      const other = r.other.get(row);
      if (other) out.other.set(i, other);
    });
  return out;
}
