/** One period of one machine by the time model of ISO 22400-2. Times are epoch ms, lengths are seconds. */
export interface Period {
  state: string;
  since: number;
  /** Up to when time is counted; -Infinity before the first row. */
  last: number;
  planned: boolean;
  /** Time of the newest state row: an older one is late. */
  heard: number;
  /** Planned time that has passed; time in running states; the open stop, whose class is known when it is over. */
  elapsed: number;
  running: number;
  stop: number;
  micro: number;
  microCount: number;
  stops: Stop[];
  parts: number;
  scrap: number;
  lastParts: number | null;
  lastScrap: number | null;
}
export interface Stop {
  readonly state: string;
  readonly kind: 'planned' | 'availability';
  seconds: number;
  count: number;
}
export interface Rules {
  readonly running: readonly string[];
  readonly plannedStops: readonly string[];
  /** Ideal cycle, s. */
  readonly cycle: number;
  /** Planned busy time, s; absent: the planned time that has passed. */
  readonly planned?: number | undefined;
  /** Stops shorter than this are slow running, s. */
  readonly microStop: number;
}
/** Before every time; state is JSON in a manifest, which has no infinity. */
const EARLIEST = -8.64e15;
export const fresh: Period = {
  state: '',
  since: 0,
  last: EARLIEST,
  planned: true,
  heard: EARLIEST,
  elapsed: 0,
  running: 0,
  stop: 0,
  micro: 0,
  microCount: 0,
  stops: [],
  parts: 0,
  scrap: 0,
  lastParts: null,
  lastScrap: null,
};

/** Is this state row older than one before? */
export function isLate(d: Period, time: number): boolean {
  if (time < d.heard) return true;
  d.heard = time;
  return false;
}

/** Counts the time up to `time`. What comes after a newer row of another input counts from that one on. */
export function advance(d: Period, asked: number, rules: Rules): void {
  const time = Math.max(asked, d.last);
  if (d.planned && d.state !== '') {
    const seconds = (time - d.last) / 1000;
    d.elapsed += seconds;
    if (rules.running.includes(d.state)) d.running += seconds;
    else d.stop += seconds;
  }
  d.last = time;
}

function endStop(d: Period, rules: Rules): void {
  if (d.state === '' || rules.running.includes(d.state)) return;
  const kind = rules.plannedStops.includes(d.state) ? 'planned' : 'availability';
  if (kind === 'availability' && d.stop < rules.microStop) {
    d.running += d.stop;
    d.micro += d.stop;
    if (d.stop > 0) d.microCount++;
  } else if (d.stop > 0) {
    const same = d.stops.find((x) => x.state === d.state && x.kind === kind);
    if (same) {
      same.seconds += d.stop;
      same.count++;
    } else d.stops.push({ state: d.state, kind, seconds: d.stop, count: 1 });
  }
  d.stop = 0;
}

export function enter(d: Period, state: string, rules: Rules): void {
  if (state === d.state) return;
  endStop(d, rules);
  d.state = state;
  d.since = d.last;
}

const grown = (value: number, before: number | null): number => (before === null ? 0 : value >= before ? value - before : value);
/** Counts as the machine gives them: running totals (a fall is a start at zero) or increments. Bad or absent values leave the count as it is. */
export function count(d: Period, parts: number, scrap: number | undefined, running: boolean): void {
  if (!running) {
    d.parts += parts;
    d.scrap += scrap ?? 0;
    return;
  }
  d.parts += grown(parts, d.lastParts);
  d.lastParts = parts;
  if (scrap === undefined || Number.isNaN(scrap)) return;
  d.scrap += grown(scrap, d.lastScrap);
  d.lastScrap = scrap;
}

export interface Loss {
  readonly loss: string;
  readonly kind: 'planned' | 'availability' | 'performance' | 'quality';
  readonly seconds: number;
  readonly count: number;
}
export interface Kpi {
  readonly availability: number;
  readonly performance: number;
  readonly goodShare: number;
  readonly oee: number;
  /** Planned busy time and actual production time, s. */
  readonly pbt: number;
  readonly apt: number;
  readonly parts: number;
  readonly good: number;
  readonly scrap: number;
  /** Planned busy time is the losses below plus `cycle` times good parts. */
  readonly losses: readonly Loss[];
}

/** Ends the period: its figures; the state and the last counts go on into the next. NaN where nothing was planned, run or made. */
export function closePeriod(d: Period, rules: Rules): Kpi {
  endStop(d, rules);
  const planned = d.stops.filter((x) => x.kind === 'planned').reduce((sum, x) => sum + x.seconds, 0);
  const pbt = rules.planned ?? d.elapsed - planned;
  const apt = d.running;
  const good = d.parts - d.scrap;
  const availability = pbt > 0 ? apt / pbt : Number.NaN;
  const performance = apt > 0 ? (rules.cycle * d.parts) / apt : Number.NaN;
  const goodShare = d.parts > 0 ? good / d.parts : Number.NaN;
  const unseen = pbt - (d.elapsed - planned);
  const slow = apt - rules.cycle * d.parts - d.micro;
  const losses: Loss[] = [
    ...d.stops.map((x): Loss => ({ loss: x.state, kind: x.kind, seconds: x.seconds, count: x.count })),
    ...(unseen > 1e-6 ? [{ loss: 'no-data', kind: 'availability', seconds: unseen, count: 1 } as const] : []),
    ...(d.micro > 0 ? [{ loss: 'micro-stops', kind: 'performance', seconds: d.micro, count: d.microCount } as const] : []),
    ...(apt > 0 ? [{ loss: 'speed', kind: 'performance', seconds: slow, count: d.parts } as const] : []),
    ...(d.scrap > 0 ? [{ loss: 'scrap', kind: 'quality', seconds: rules.cycle * d.scrap, count: d.scrap } as const] : []),
  ];
  const kpi = {
    availability,
    performance,
    goodShare,
    oee: availability * performance * goodShare,
    pbt,
    apt,
    parts: d.parts,
    good,
    scrap: d.scrap,
    losses,
  };
  d.elapsed = 0;
  d.running = 0;
  d.micro = 0;
  d.microCount = 0;
  d.stops = [];
  d.parts = 0;
  d.scrap = 0;
  d.since = d.last;
  return kpi;
}
