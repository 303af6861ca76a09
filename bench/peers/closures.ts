/**
 * The ten blocks of `graphs/ten-blocks.ts` as a per-message runtime has them: a closure a block, one message object handed on, copied where
 * the way forks, state found by the message's key. It does what the compiled program does for every value (quality beside each, the worst of
 * the inputs on, bad ones skipped or held, NaN is `bad:missing`, the origin, rows for the outputs) and it has no isolate, no checkpoint, no
 * timers for silence, no count of failures by node: nothing that it would be slower by is there only for that.
 */
export interface Message {
  time: number;
  key: string;
  origin: string;
  value: number;
  valueQ: number;
  on?: boolean;
  onQ?: number;
  z?: number;
  zQ?: number;
  ucl?: number;
  uclQ?: number;
  lcl?: number;
  lclQ?: number;
  out?: boolean;
  outQ?: number;
}
export interface WindowRow {
  time: number;
  key: string;
  origin: string;
  mean: number;
  min: number;
  max: number;
  sd: number;
  count: number;
  quality: number;
}
type Next = (message: Message) => void;

const MISSING = 137;
const STALE = 65;
const worse = Math.max;
const number = (value: number, q: number) => (Number.isNaN(value) ? worse(q, MISSING) : q);

function perKey<T>(make: () => T): (key: string) => T {
  const all = new Map<string, T>();
  return (key) => {
    let state = all.get(key);
    if (state === undefined) {
      state = make();
      all.set(key, state);
    }
    return state;
  };
}

const formula =
  (compute: (value: number) => number, next: Next): Next =>
  (m) => {
    const value = compute(m.value);
    m.value = value;
    m.on = value !== 0 && !Number.isNaN(value);
    m.onQ = m.valueQ;
    m.valueQ = number(value, m.valueQ);
    next(m);
  };

function ewma(alpha: number, next: Next): Next {
  const state = perKey(() => ({ e: Number.NaN }));
  return (m) => {
    const s = state(m.key);
    s.e = Number.isNaN(s.e) ? m.value : s.e + alpha * (m.value - s.e);
    m.value = s.e;
    m.valueQ = number(s.e, m.valueQ);
    next(m);
  };
}

/** Limit with hysteresis; bad values are answered with the last good result. */
function limit(high: number, hysteresis: number, next: Next): Next {
  const state = perKey(() => ({ on: false, held: false, value: 0 }));
  return (m) => {
    const s = state(m.key);
    if (m.valueQ >= 128) {
      if (!s.held) return;
      m.on = s.on;
      m.value = s.value;
      m.onQ = m.valueQ = STALE;
    } else {
      if (m.value > high) s.on = true;
      else if (m.value <= high - hysteresis) s.on = false;
      s.held = true;
      s.value = m.value;
      m.on = s.on;
      m.onQ = m.valueQ;
    }
    next(m);
  };
}

/** EWMA chart with exact limits (λ 0.2, L 3, target 50, σ 12); bad values are skipped. */
function chart(next: Next): Next {
  const state = perKey(() => ({ z: Number.NaN, decay: 1 }));
  return (m) => {
    if (m.valueQ >= 128) return;
    const s = state(m.key);
    s.z = 0.2 * m.value + 0.8 * (Number.isNaN(s.z) ? 50 : s.z);
    s.decay *= 0.8 * 0.8;
    const half = 3 * 12 * Math.sqrt((0.2 / 1.8) * (1 - s.decay));
    m.z = s.z;
    m.zQ = number(s.z, m.valueQ);
    m.ucl = 50 + half;
    m.uclQ = number(m.ucl, m.valueQ);
    m.lcl = 50 - half;
    m.lclQ = number(m.lcl, m.valueQ);
    m.out = s.z > 50 + half || s.z < 50 - half;
    m.outQ = m.valueQ;
    next(m);
  };
}

function before(initial: number, next: Next): Next {
  const state = perKey(() => ({ value: initial, q: 0 }));
  return (m) => {
    const s = state(m.key);
    const { value, q } = s;
    s.value = m.value;
    s.q = m.valueQ;
    m.value = value;
    m.valueQ = q;
    next(m);
  };
}

/** Statistics of one second after the other, closed by the first row of the next; bad values are skipped. */
function window(rows: WindowRow[]): Next {
  const state = perKey(() => ({ start: Number.NaN, n: 0, mean: 0, squares: 0, min: 0, max: 0, quality: 0, late: 0 }));
  return (m) => {
    if (m.valueQ >= 128) return;
    const s = state(m.key);
    const start = Math.floor(m.time / 1000) * 1000;
    if (start < s.start) {
      s.late++;
      return;
    }
    if (start !== s.start) {
      if (s.n > 0) {
        const sd = s.n > 1 ? Math.sqrt(s.squares / (s.n - 1)) : 0;
        const { mean, min, max, quality } = s;
        rows.push({ time: s.start + 1000, key: m.key, origin: m.origin, mean, min, max, sd, count: s.n, quality });
      }
      s.start = start;
      s.n = s.mean = s.squares = s.quality = 0;
      s.min = s.max = m.value;
    }
    s.n++;
    const next = s.mean + (m.value - s.mean) / s.n;
    s.squares += (m.value - s.mean) * (m.value - next);
    s.mean = next;
    if (m.value < s.min) s.min = m.value;
    if (m.value > s.max) s.max = m.value;
    if (m.valueQ > s.quality) s.quality = m.valueQ;
  };
}

export interface Closures {
  send: Next;
  /** Rows of the two outputs since they were last emptied. */
  alarms: Message[];
  means: WindowRow[];
  failed: number;
}

export function closures(): Closures {
  const alarms: Message[] = [];
  const means: WindowRow[] = [];
  const delayed = before(
    0,
    formula(
      (v) => v / 0.01,
      () => {},
    ),
  );
  const windowed = window(means);
  const again = limit(55, 2, (m) => void alarms.push(m));
  const route: Next = (m) => {
    const q = worse(worse(m.valueQ, m.outQ ?? 0), m.onQ ?? 0);
    if (!m.out && !m.on) return;
    m.valueQ = q;
    again(m);
  };
  const fork: Next = (m) => {
    delayed({ ...m });
    route({ ...m });
    windowed(m);
  };
  const first = formula((v) => v * 1.25 - 3, ewma(0.2, limit(66, 6, chart(ewma(0.02, fork)))));
  const all: Closures = {
    alarms,
    means,
    failed: 0,
    send(m) {
      try {
        first(m);
      } catch {
        all.failed++;
      }
    },
  };
  return all;
}
