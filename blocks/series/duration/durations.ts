/** Time in each state, of one object. Times are epoch ms, lengths are seconds of planned time. */
export interface Durations {
  /** The state it is in, since when, and for how long; '' before the first row. */
  state: string;
  start: number;
  seconds: number;
  /** A newer state that has not lasted long enough to count; '' when there is none. */
  next: string;
  nextStart: number;
  nextSeconds: number;
  /** Up to when time is counted, and whether it counts at all now. */
  last: number;
  planned: boolean;
  /** Time of the newest state row: an older one is late. */
  heard: number;
  totals: Total[];
}
export interface Total {
  readonly state: string;
  seconds: number;
  count: number;
}
export interface Interval {
  readonly state: string;
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}
/** Before every time; state is JSON in a manifest, which has no infinity. */
const EARLIEST = -8.64e15;
export const fresh: Durations = {
  state: '',
  start: 0,
  seconds: 0,
  next: '',
  nextStart: 0,
  nextSeconds: 0,
  last: EARLIEST,
  planned: true,
  heard: EARLIEST,
  totals: [],
};

function add(d: Durations, state: string, seconds: number): void {
  const total = d.totals.find((t) => t.state === state);
  if (total) {
    total.seconds += seconds;
    total.count++;
  } else d.totals.push({ state, seconds, count: 1 });
}

/** Counts the time up to `time` for the state of the moment. What comes after a newer row of another input counts from that one on. */
export function advance(d: Durations, asked: number): void {
  const time = Math.max(asked, d.last);
  const seconds = d.planned && d.state !== '' ? (time - d.last) / 1000 : 0;
  if (d.next === '') d.seconds += seconds;
  else d.nextSeconds += seconds;
  d.last = time;
}

/** The newer state has lasted `ignore` ms: the one before is over. */
function settle(d: Durations, ignore: number): Interval | undefined {
  if (d.next === '' || d.last - d.nextStart < ignore) return undefined;
  const over = { state: d.state, from: d.start, to: d.nextStart, seconds: d.seconds };
  add(d, d.state, d.seconds);
  d.state = d.next;
  d.start = d.nextStart;
  d.seconds = d.nextSeconds;
  d.next = '';
  d.nextSeconds = 0;
  return over;
}

/** Is this state row older than one before? */
export function isLate(d: Durations, time: number): boolean {
  if (time < d.heard) return true;
  d.heard = time;
  return false;
}

/** It is in `state` from now on; gives the intervals that are over. A state of less than `ignore` ms counts as the one before it. */
export function enter(d: Durations, state: string, ignore: number): Interval[] {
  if (d.state === '') {
    d.state = state;
    d.start = d.last;
    return [];
  }
  const over = [settle(d, ignore)];
  if (state === d.state || state !== d.next) {
    d.seconds += d.nextSeconds;
    d.next = state === d.state ? '' : state;
    d.nextStart = d.last;
    d.nextSeconds = 0;
    if (ignore === 0) over.push(settle(d, ignore));
  }
  return over.filter((i) => i !== undefined);
}

/** Ends the period: the totals with what is open, longest first; the state goes on in the next period. */
export function closePeriod(
  d: Durations,
  ignore: number,
  clear: boolean,
): { readonly totals: Total[]; readonly over: Interval[] } {
  const over = settle(d, ignore);
  const kept = d.totals.map((t) => ({ ...t }));
  if (d.state !== '') add(d, d.state, d.seconds + d.nextSeconds);
  const totals = d.totals.map((t) => ({ ...t })).sort((a, b) => b.seconds - a.seconds);
  if (clear) {
    d.totals = [];
    d.start = d.last;
    d.seconds = 0;
    d.nextSeconds = 0;
    if (d.next !== '') d.nextStart = d.last;
  } else d.totals = kept;
  return { totals, over: over ? [over] : [] };
}
