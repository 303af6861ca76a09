import { uniformAt } from '#blocks/sdk/random.ts';
import { type Calendar, momentAt } from './calendar.ts';

/**
 * A line of machining stations with buffers between them, moved from event to event. Pure functions over one Float64Array, so that a checkpoint
 * carries everything. Stations block after service, pieces keep their order, a stopped station goes on where it was.
 */
export const LINE_FAULTS = ['none', 'wear', 'jam', 'empty'] as const;
export type LineFault = (typeof LINE_FAULTS)[number];

export interface LineInputs extends Calendar {
  /** Mean service time of each station, s. */
  readonly cycles: readonly number[];
  readonly service: 'constant' | 'exponential';
  /** Pieces that fit between two stations. */
  readonly buffer: number;
  /** Pieces offered per second of running time, at random (Poisson); 0 = there is always one. */
  readonly arrivals: number;
  /** Share of rejects. */
  readonly scrap: number;
  /** Rejects are spread evenly (constant) or fall at random. */
  readonly scrapAt: 'even' | 'random';
  /** Speed override: how fast the line's own clock runs; 0 holds it. */
  readonly speed: number;
  readonly fault: LineFault;
  /** Station of the fault, from 1. */
  readonly faultStation: number;
  /** Epoch ms: the fault begins and ends. */
  readonly faultFrom: number;
  readonly faultTo: number;
  /** Worn tool: service takes this much longer (share) … */
  readonly wear: number;
}

export const STATES = ['starved', 'working', 'blocked', 'down'] as const;
const [STARVED, WORKING, BLOCKED, DOWN] = [0, 1, 2, 3];
/** Most pieces in the line; further ones wait outside. */
export const MOST_PIECES = 1024;
export const MOST_STATIONS = 6;

// cells
const RNG = 0;
const TIME = 1; // epoch ms
const CLOCK = 2; // s that the line has run
const ENTERED = 3;
const LEFT = 4;
const GOOD = 5;
const ARRIVAL = 6; // clock of the next piece offered
const AREA = 7; // pieces · s of running time
const LEAD = 8; // s of running time, summed over the pieces that left
const SCRAP = 9; // even rejects: what has added up
const JAMMED = 10; // s that the stopped piece still needs
const STATION = 16;
const PER = 8; // cells of a station:
const STATE = 0;
const END = 1; // clock at which its service ends
const QUEUE = 2; // pieces that wait before it
const PIECE = 3; // number of the piece in it, 0 = none
const SHOWN = 4; // state at the last event
const SINCE = 5; // clock at which it became active
const ACTIVE = 6; // s of closed active periods
const PERIODS = 7;
const RING = STATION + PER * MOST_STATIONS; // clock of entry, by number of the piece
export const LINE_CELLS = RING + MOST_PIECES;

export const eventColumns = () => ({ at: [] as number[], station: [] as number[], event: [] as string[], piece: [] as number[] });
/** What happened: `at` epoch ms, `station` from 1 (0 = the whole line), `event` a state, `enter`, `good` or `scrap`, `piece` its number or 0. */
export type LineEvents = ReturnType<typeof eventColumns>;

/** Time to which the line has come, epoch ms. */
export const lineTime = (x: Float64Array): number => x[TIME] as number;

const cell = (i: number, field: number): number => STATION + PER * i + field;
const get = (x: Float64Array, at: number): number => x[at] as number;
const inLine = (x: Float64Array): number => get(x, ENTERED) - get(x, LEFT);

/** An empty line at `time` (epoch ms). `x` has `LINE_CELLS` cells. */
export function initLine(x: Float64Array, seed: number, time: number, inputs: LineInputs): void {
  x.fill(0);
  x[RNG] = seed | 0;
  x[TIME] = time;
  x[ARRIVAL] = inputs.arrivals > 0 ? -Math.log(1 - uniformAt(x, RNG)) / inputs.arrivals : 0;
}

const faulty = (inputs: LineInputs, time: number): boolean =>
  inputs.fault !== 'none' && time >= inputs.faultFrom && time < inputs.faultTo;

function serviceOf(x: Float64Array, i: number, inputs: LineInputs, worn: boolean): number {
  const mean = (inputs.cycles[i] as number) * (worn && i === inputs.faultStation - 1 ? 1 + inputs.wear : 1);
  return inputs.service === 'constant' ? mean : -mean * Math.log(1 - uniformAt(x, RNG));
}

/** Brings the line to `time`; earlier or equal times change nothing. `events` takes what happened, where given. */
export function advanceLine(x: Float64Array, time: number, inputs: LineInputs, events: LineEvents | null): void {
  while (get(x, TIME) < time) {
    const at = get(x, TIME);
    const moment = momentAt(at, inputs);
    const edges = [inputs.faultFrom, inputs.faultTo].filter((edge) => inputs.fault !== 'none' && edge > at);
    const next = Math.min(time, moment.until, ...edges);
    setJam(x, inputs.fault === 'jam' && faulty(inputs, at) ? inputs.faultStation - 1 : -1, inputs);
    if (moment.state === 'running' && inputs.speed > 0) run(x, at, ((next - at) / 1000) * inputs.speed, inputs, events);
    x[TIME] = next;
  }
}

/** Stops the station of the fault where it is, and lets it go on when the jam is over. */
function setJam(x: Float64Array, jammed: number, inputs: LineInputs): void {
  for (let i = 0; i < inputs.cycles.length; i++) {
    const state = cell(i, STATE);
    if (i === jammed && x[state] !== DOWN) {
      if (x[state] === BLOCKED) continue; // its piece is done: it leaves when there is room, then the station stands
      x[JAMMED] = x[state] === WORKING ? get(x, cell(i, END)) - get(x, CLOCK) : 0;
      x[state] = DOWN;
    } else if (i !== jammed && x[state] === DOWN) {
      x[cell(i, END)] = get(x, CLOCK) + get(x, JAMMED);
      x[state] = x[cell(i, PIECE)] === 0 ? STARVED : WORKING;
    }
  }
}

/** Events of the next `seconds` of the line's clock, which begin at the epoch time `at`. */
function run(x: Float64Array, at: number, seconds: number, inputs: LineInputs, events: LineEvents | null): void {
  const from = get(x, CLOCK);
  const limit = from + seconds;
  const n = inputs.cycles.length;
  const worn = inputs.fault === 'wear' && faulty(inputs, at);
  const jammed = inputs.fault === 'jam' && faulty(inputs, at) ? inputs.faultStation - 1 : -1;
  const offered = inputs.fault !== 'empty' || !faulty(inputs, at);
  for (;;) {
    const clock = get(x, CLOCK);
    const wall = at + ((clock - from) / inputs.speed) * 1000;
    settle(x, n, inputs, { worn, jammed, offered }, wall, events);
    show(x, n, wall, events);
    // the next end of service or arrival
    let first = -1;
    let due = limit;
    for (let i = 0; i < n; i++) {
      if (x[cell(i, STATE)] !== WORKING || get(x, cell(i, END)) > due) continue;
      if (first >= 0 && get(x, cell(i, END)) === due) continue;
      first = i;
      due = get(x, cell(i, END));
    }
    const arriving = inputs.arrivals > 0 && offered && get(x, ARRIVAL) < due;
    if (arriving) due = Math.max(clock, get(x, ARRIVAL));
    x[AREA] = get(x, AREA) + inLine(x) * (due - clock);
    x[CLOCK] = due;
    if (arriving) {
      if (inLine(x) < MOST_PIECES) {
        enter(x, at + ((due - from) / inputs.speed) * 1000, events);
        x[cell(0, QUEUE)] = get(x, cell(0, QUEUE)) + 1;
      }
      x[ARRIVAL] = due - Math.log(1 - uniformAt(x, RNG)) / inputs.arrivals;
    } else if (first >= 0) x[cell(first, STATE)] = BLOCKED;
    else return;
  }
}

function enter(x: Float64Array, wall: number, events: LineEvents | null): void {
  x[ENTERED] = get(x, ENTERED) + 1;
  x[RING + (get(x, ENTERED) % MOST_PIECES)] = get(x, CLOCK);
  tell(events, wall, 0, 'enter', get(x, ENTERED));
}

interface Doing {
  readonly worn: boolean;
  readonly jammed: number;
  readonly offered: boolean;
}
/** Moves finished pieces on and starts what can start, from the last station to the first, until nothing moves. */
function settle(x: Float64Array, n: number, inputs: LineInputs, now: Doing, wall: number, events: LineEvents | null): void {
  for (let moved = true; moved; ) {
    moved = false;
    for (let i = n - 1; i >= 0; i--) {
      if (x[cell(i, STATE)] === BLOCKED && release(x, i, n, inputs, wall, events)) moved = true;
      if (x[cell(i, STATE)] === STARVED && now.jammed === i) {
        x[JAMMED] = 0;
        x[cell(i, STATE)] = DOWN;
      }
      if (x[cell(i, STATE)] !== STARVED || !take(x, i, n, inputs, now, wall, events)) continue;
      x[cell(i, STATE)] = WORKING;
      x[cell(i, END)] = get(x, CLOCK) + serviceOf(x, i, inputs, now.worn);
      moved = true;
    }
  }
}

/** The finished piece of station i leaves it: out of the line, or before the next station where there is room. */
function release(x: Float64Array, i: number, n: number, inputs: LineInputs, wall: number, events: LineEvents | null): boolean {
  const piece = get(x, cell(i, PIECE));
  if (i === n - 1) {
    x[LEFT] = get(x, LEFT) + 1;
    x[LEAD] = get(x, LEAD) + get(x, CLOCK) - get(x, RING + (piece % MOST_PIECES));
    let scrap = false;
    if (inputs.scrapAt === 'random') scrap = uniformAt(x, RNG) < inputs.scrap;
    else {
      x[SCRAP] = get(x, SCRAP) + inputs.scrap;
      // a hair below 1: the sum of many shares is not exact
      scrap = get(x, SCRAP) > 1 - 1e-9;
      if (scrap) x[SCRAP] = get(x, SCRAP) - 1;
    }
    if (!scrap) x[GOOD] = get(x, GOOD) + 1;
    tell(events, wall, i + 1, scrap ? 'scrap' : 'good', piece);
  } else {
    const free = x[cell(i + 1, STATE)] === STARVED && x[cell(i + 1, QUEUE)] === 0;
    if (!free && get(x, cell(i + 1, QUEUE)) >= inputs.buffer) return false;
    x[cell(i + 1, QUEUE)] = get(x, cell(i + 1, QUEUE)) + 1;
  }
  x[cell(i, PIECE)] = 0;
  x[cell(i, STATE)] = STARVED;
  return true;
}

/** The next piece for an empty station; its number follows from the order, which no piece leaves. */
function take(
  x: Float64Array,
  i: number,
  n: number,
  inputs: LineInputs,
  now: Doing,
  wall: number,
  events: LineEvents | null,
): boolean {
  if (x[cell(i, QUEUE)] === 0) {
    if (i > 0 || inputs.arrivals > 0 || !now.offered) return false;
    enter(x, wall, events);
  } else x[cell(i, QUEUE)] = get(x, cell(i, QUEUE)) - 1;
  let ahead = 0;
  for (let j = i + 1; j < n; j++) ahead += get(x, cell(j, QUEUE)) + (x[cell(j, PIECE)] === 0 ? 0 : 1);
  x[cell(i, PIECE)] = get(x, LEFT) + ahead + 1;
  return true;
}

/** Compares the states with those of the event before: the log, and the active periods (working or down). */
function show(x: Float64Array, n: number, wall: number, events: LineEvents | null): void {
  for (let i = 0; i < n; i++) {
    const [state, shown] = [get(x, cell(i, STATE)), get(x, cell(i, SHOWN))];
    if (state === shown) continue;
    const [active, was] = [state === WORKING || state === DOWN, shown === WORKING || shown === DOWN];
    if (active && !was) x[cell(i, SINCE)] = get(x, CLOCK);
    if (was && !active) {
      x[cell(i, ACTIVE)] = get(x, cell(i, ACTIVE)) + get(x, CLOCK) - get(x, cell(i, SINCE));
      x[cell(i, PERIODS)] = get(x, cell(i, PERIODS)) + 1;
    }
    x[cell(i, SHOWN)] = state;
    tell(events, wall, i + 1, STATES[state] as string, get(x, cell(i, PIECE)));
  }
}

function tell(events: LineEvents | null, at: number, station: number, event: string, piece: number): void {
  if (!events) return;
  events.at.push(at);
  events.station.push(station);
  events.event.push(event);
  events.piece.push(piece);
}

export interface LineReading {
  readonly state: string;
  readonly reason: string;
  readonly total: number;
  readonly good: number;
  readonly wip: number;
}
/** What the line's control shows now. */
export function readLine(x: Float64Array, inputs: LineInputs): LineReading {
  const { state, reason } = momentAt(get(x, TIME), inputs);
  return { state, reason, total: get(x, LEFT), good: get(x, GOOD), wip: inLine(x) };
}

/** The stations now: state, pieces waiting, mean active period in s (working or down without a break, the open one included). */
export function readStations(x: Float64Array, inputs: LineInputs) {
  const n = inputs.cycles.length;
  const columns = { station: [] as number[], state: [] as string[], queue: [] as number[], active: [] as number[] };
  for (let i = 0; i < n; i++) {
    columns.station.push(i + 1);
    columns.state.push(STATES[get(x, cell(i, SHOWN))] as string);
    columns.queue.push(get(x, cell(i, QUEUE)));
    columns.active.push(meanActive(x, i));
  }
  return columns;
}
function meanActive(x: Float64Array, i: number): number {
  const shown = x[cell(i, SHOWN)];
  const open = shown === WORKING || shown === DOWN;
  const periods = get(x, cell(i, PERIODS)) + (open ? 1 : 0);
  if (periods === 0) return 0;
  return (get(x, cell(i, ACTIVE)) + (open ? get(x, CLOCK) - get(x, cell(i, SINCE)) : 0)) / periods;
}

export interface LineTruth {
  readonly fault: string;
  readonly faultStation: number;
  /** Station with the longest mean active period (Roser, Nakano & Tanaka 2001). */
  readonly bottleneck: number;
  /** Means over the running time since the start: pieces, s, pieces per s. */
  readonly wip: number;
  readonly lead: number;
  readonly rate: number;
}
/** What only a check may see. */
export function truthOfLine(x: Float64Array, inputs: LineInputs): LineTruth {
  const [clock, left] = [get(x, CLOCK), get(x, LEFT)];
  let bottleneck = 0;
  for (let i = 1; i < inputs.cycles.length; i++) if (meanActive(x, i) > meanActive(x, bottleneck)) bottleneck = i;
  const on = faulty(inputs, get(x, TIME));
  return {
    fault: on ? inputs.fault : 'none',
    faultStation: on ? inputs.faultStation : 0,
    bottleneck: bottleneck + 1,
    wip: clock > 0 ? get(x, AREA) / clock : 0,
    lead: left > 0 ? get(x, LEAD) / left : 0,
    rate: clock > 0 ? left / clock : 0,
  };
}
