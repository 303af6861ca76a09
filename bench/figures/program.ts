import { availableParallelism } from 'node:os';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import type { StepInput } from '#runtime/step/contract.ts';
import type { FigureSet } from '../figure.ts';

/**
 * Records per CPU-second of a ten-block program in an isolate, quality on, batches of 1,000 rows over 16 keys, the copies in and out
 * included; beside it the same ten operations as a chain of closures that hands one message object on, in this process, without quality.
 */
const KEYS = 16;
const BATCH = 1000;
const ROUNDS = 7;
const BATCHES_A_ROUND = 1000;

/** Scale, average, limit with hysteresis, control chart, slow average, previous value, rate, switch, second limit, one-second windows. */
const flow: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'current', title: { en: 'Current', zh: '电流' }, unit: 'A' }],
  nodes: [
    { id: 'tag', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'current' } },
    { id: 'scale', block: 'millwright/transform.expr', version: '1.0.0', params: { expression: 'a * 1.25 - 3' } },
    { id: 'smooth', block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.2 } },
    { id: 'limit', block: 'millwright/series.compare', version: '1.0.0', params: { high: 66, hysteresis: 6 } },
    { id: 'chart', block: 'millwright/quality.ewma', version: '1.0.0', params: { lambda: 0.2, width: 3, target: 50, sigma: 12 } },
    { id: 'slow', block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.02 } },
    { id: 'before', block: 'millwright/series.delay', version: '1.0.0', params: { initial: 0 } },
    { id: 'rate', block: 'millwright/transform.expr', version: '1.0.0', params: { expression: 'a / 0.01' } },
    { id: 'route', block: 'millwright/transform.switch', version: '1.0.0', params: { a: 'out || on', b: 'value < 49' } },
    { id: 'again', block: 'millwright/series.compare', version: '1.0.0', params: { high: 55, hysteresis: 2 } },
    { id: 'window', block: 'millwright/series.window', version: '1.0.0', params: { seconds: 1 } },
  ],
  wires: [
    { from: { node: 'tag', port: 'out' }, to: { node: 'scale', port: 'a' } },
    { from: { node: 'scale', port: 'out' }, to: { node: 'smooth', port: 'in' } },
    { from: { node: 'smooth', port: 'out' }, to: { node: 'limit', port: 'in' } },
    { from: { node: 'limit', port: 'out' }, to: { node: 'chart', port: 'in' } },
    { from: { node: 'chart', port: 'out' }, to: { node: 'slow', port: 'in' } },
    { from: { node: 'slow', port: 'out' }, to: { node: 'before', port: 'in' } },
    { from: { node: 'before', port: 'out' }, to: { node: 'rate', port: 'a' } },
    { from: { node: 'slow', port: 'out' }, to: { node: 'route', port: 'in' } },
    { from: { node: 'route', port: 'a' }, to: { node: 'again', port: 'in' } },
    { from: { node: 'slow', port: 'out' }, to: { node: 'window', port: 'in' } },
  ],
  outputs: [
    { name: 'alarms', from: { node: 'again', port: 'out' } },
    { name: 'means', from: { node: 'window', port: 'out' } },
  ],
};

interface Message {
  time: number;
  key: number;
  value: number;
  on?: boolean;
  out?: boolean;
}
type Next = (message: Message) => void;

/** The same as every low-code runtime does it: a closure per block, one message object handed on. Gives what it counted. */
function closures() {
  const totals = { alarms: 0, means: 0, rows: 0 };
  const perKey = <T>(make: () => T) => {
    const all: T[] = Array.from({ length: KEYS }, make);
    return (key: number): T => all[key] as T;
  };
  const ewma = (alpha: number, next: Next): Next => {
    const state = perKey(() => ({ e: Number.NaN }));
    return (m) => {
      const s = state(m.key);
      s.e = Number.isNaN(s.e) ? m.value : s.e + alpha * (m.value - s.e);
      m.value = s.e;
      next(m);
    };
  };
  const compare = (high: number, hysteresis: number, next: Next): Next => {
    const state = perKey(() => ({ on: false }));
    return (m) => {
      const s = state(m.key);
      if (m.value > high) s.on = true;
      else if (m.value <= high - hysteresis) s.on = false;
      m.on = s.on;
      next(m);
    };
  };
  const chart = (next: Next): Next => {
    const state = perKey(() => ({ z: Number.NaN, decay: 1 }));
    return (m) => {
      const s = state(m.key);
      s.z = 0.2 * m.value + 0.8 * (Number.isNaN(s.z) ? 50 : s.z);
      s.decay *= 0.8 * 0.8;
      const half = 3 * 12 * Math.sqrt((0.2 / 1.8) * (1 - s.decay));
      m.out = s.z > 50 + half || s.z < 50 - half;
      next(m);
    };
  };
  const window = (): Next => {
    const state = perKey(() => ({ at: -1, n: 0, sum: 0, min: Infinity, max: -Infinity, squares: 0 }));
    return (m) => {
      const s = state(m.key);
      const at = Math.floor(m.time / 1000);
      if (at !== s.at) {
        if (s.n > 0) {
          totals.means += s.sum / s.n;
          totals.rows++;
        }
        Object.assign(s, { at, n: 0, sum: 0, min: Infinity, max: -Infinity, squares: 0 });
      }
      s.n++;
      s.sum += m.value;
      s.squares += m.value * m.value;
      if (m.value < s.min) s.min = m.value;
      if (m.value > s.max) s.max = m.value;
    };
  };
  const rate: Next = (m) => {
    m.value = m.value / 0.01;
  };
  const before = (next: Next): Next => {
    const state = perKey(() => ({ v: 0 }));
    return (m) => {
      const s = state(m.key);
      const { v } = s;
      s.v = m.value;
      next({ ...m, value: v });
    };
  };
  const again = compare(55, 2, (m) => {
    if (m.on) totals.alarms++;
  });
  const route: Next = (m) => {
    if (m.out || m.on) again({ ...m });
  };
  const [delayed, windowed] = [before(rate), window()];
  const fan: Next = (m) => {
    delayed(m);
    route(m);
    windowed(m);
  };
  const chain = ewma(0.2, compare(66, 6, chart(ewma(0.02, fan))));
  const head: Next = (m) => {
    m.value = m.value * 1.25 - 3;
    chain(m);
  };
  return { head, totals };
}

/** 16 tags at 100 Hz: slow sines, noise, a spike in a thousand, one value in a hundred uncertain. */
function batches(): { inputs: StepInput[]; keys: Int32Array } {
  let seed = 42;
  const random = () => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };
  const words = Array.from({ length: KEYS }, (_, i) => `pump ${i}`);
  const keys = Int32Array.from({ length: BATCH }, (_, i) => i % KEYS);
  const inputs = Array.from({ length: BATCHES_A_ROUND }, (_, b): StepInput => {
    const time = new Float64Array(BATCH);
    const value = new Float64Array(BATCH);
    const quality = new Uint8Array(BATCH);
    for (let i = 0; i < BATCH; i++) {
      const tick = Math.floor((b * BATCH + i) / KEYS);
      time[i] = 1_700_000_000_000 + tick * 10;
      value[i] = 42.4 + 6 * Math.sin(tick / 300 + (i % KEYS)) + (random() - 0.5) * 4 + (random() < 0.001 ? 60 : 0);
      quality[i] = random() < 0.01 ? 64 : 0;
    }
    const row = Int32Array.from({ length: BATCH }, (_, i) => i);
    return {
      n: BATCH,
      clock: time,
      words,
      sources: [{ source: 0, n: BATCH, row, time, key: keys, columns: [value], quality: [quality] }],
      answers: [],
    };
  });
  return { inputs, keys };
}

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const program: FigureSet = {
  name: 'program',
  async run() {
    const compiled = await compileGraph(flow, { catalogue: loadCatalogue() });
    if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
    const { inputs, keys } = batches();
    const ours: number[] = [];
    const theirs: number[] = [];
    const stepper = await createStepper(compiled.program, { seed: 1 });
    const peer = closures();
    let means = 0;
    let alarms = 0;
    let shift = 0;
    for (let round = 0; round < ROUNDS + 2; round++) {
      const begun = cpu();
      for (const input of inputs) {
        // time goes on from round to round
        const moved =
          shift === 0
            ? input
            : {
                ...input,
                clock: input.clock.map((t) => t + shift),
                sources: input.sources.map((s) => ({ ...s, time: s.time.map((t) => t + shift) })),
              };
        const result = await stepper.step(moved);
        for (const o of result.outputs) {
          const [first, second] = o.columns as readonly Float64Array[];
          if (o.output === 1) for (let i = 0; i < o.n; i++) means += first?.[i] ?? 0;
          else
            for (let i = 0; i < o.n; i++)
              alarms +=
                (compiled.program.info.outputs[0]?.schema.columns &&
                Object.keys(compiled.program.info.outputs[0].schema.columns).indexOf('on') === 0
                  ? first
                  : second)?.[i] ?? 0;
        }
      }
      const between = cpu();
      for (const input of inputs) {
        const [source] = input.sources;
        const value = source?.columns[0] as Float64Array;
        for (let i = 0; i < BATCH; i++)
          peer.head({ time: (source?.time[i] ?? 0) + shift, key: keys[i] ?? 0, value: value[i] ?? 0 });
      }
      const ended = cpu();
      shift += Math.ceil((BATCHES_A_ROUND * BATCH) / KEYS) * 10;
      // the first two rounds warm both
      if (round < 2) continue;
      ours.push((BATCHES_A_ROUND * BATCH) / (between - begun));
      theirs.push((BATCHES_A_ROUND * BATCH) / (ended - between));
    }
    stepper.dispose();
    if (Math.abs(means - peer.totals.means) > 1e-6 * Math.abs(peer.totals.means) || alarms !== peer.totals.alarms)
      throw new Error(`the two do not agree: ${means} and ${peer.totals.means}, ${alarms} and ${peer.totals.alarms}`);
    return [
      {
        name: 'program: records per CPU-second',
        value: Math.round(median(ours)),
        unit: '/s',
        conditions: `ten blocks in an isolate, per-value quality, batches of ${BATCH}, ${KEYS} keys, copies in and out included; median of ${ROUNDS} rounds of ${BATCHES_A_ROUND * BATCH} records, ${availableParallelism()} cores`,
        peer: { name: 'one closure per block and message in this process, without quality', value: Math.round(median(theirs)) },
        goal: { atLeast: 1_000_000 },
      },
    ];
  },
};
export default program;
