/** A month of ten signals of one second through an app: history read from the database, program in its isolate, report built. */
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { Samples } from '#runtime/historian/samples.ts';
import { chunksOf, storeChunks } from '#runtime/historian/store.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { ORG, type WorkerFixture, workerFixture } from '#runtime/worker/fixture.testing.ts';
import { replayGraph } from '#runtime/worker/replay-graph.ts';
import type { Figure } from '../figure.ts';

const TAGS = 10;
const DAYS = Number(process.env.BENCH_DAYS ?? 30);
const DAY_S = 86_400;
/** A year before today's log begins, so that nothing but the history has it. */
const T0 = Date.UTC(2025, 5, 1);

/** Per signal: smoothed, a limit with an alarm, windows of a minute. */
function graph(): GraphDocumentInput {
  const node = (id: string, block: string, params: Record<string, unknown>, bind?: Record<string, string>) => ({
    id,
    block: `millwright/${block}`,
    version: '1.0.0',
    params,
    ...(bind ? { bind } : {}),
  });
  const all = Array.from({ length: TAGS }, (_, i) => i);
  return {
    format: 1,
    roles: all.map((i) => ({ name: `x${i}`, title: { en: `Signal ${i}`, zh: `信号 ${i}` } })),
    nodes: all.flatMap((i) => [
      node(`tag${i}`, 'source.tag', { role: `x${i}` }),
      node(`smooth${i}`, 'series.ewma', { alpha: 0.05 }),
      node(`limit${i}`, 'series.compare', { high: 58, hysteresis: 2 }),
      node(`alarm${i}`, 'alarm.raise', { priority: 3, text: { en: 'High', zh: '偏高' } }, { condition: 'on' }),
      node(`minute${i}`, 'series.window', { seconds: 60 }),
    ]),
    wires: all.flatMap((i) => {
      const wire = (from: string, to: string) => ({
        from: { node: `${from}${i}`, port: 'out' },
        to: { node: `${to}${i}`, port: 'in' },
      });
      return [wire('tag', 'smooth'), wire('smooth', 'limit'), wire('limit', 'alarm'), wire('smooth', 'minute')];
    }),
    outputs: all.map((i) => ({ name: `minute${i}`, from: { node: `minute${i}`, port: 'out' } })),
  };
}

/** A day of one signal as a machine gives it: a slow course, noise, two decimals; stored within the second. */
function dayOf(day: number, signal: number): Samples {
  const time = Float64Array.from({ length: DAY_S }, (_, s) => T0 + (day * DAY_S + s) * 1000);
  let seed = day * 97 + signal + 1;
  const noise = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32 - 0.5;
  };
  return {
    n: DAY_S,
    time,
    value: Float64Array.from(time, (_, s) => Math.round(100 * (50 + 10 * Math.sin(s / 5_000 + signal) + noise())) / 100),
    quality: new Uint8Array(DAY_S),
    origin: new Uint8Array(DAY_S),
    at: time.map((t) => t + 20 + ((t / 1000) % 30)),
    seq: Float64Array.from({ length: DAY_S }, (_, s) => day * DAY_S + s + 1),
    other: new Map(),
  };
}

async function recorded(f: WorkerFixture) {
  const lane = await f.lane(Array.from({ length: TAGS }, () => ({})));
  for (let day = 0; day < DAYS; day++) {
    const rows = lane.tags.flatMap((tag, i) => chunksOf(tag, ORG, lane.id, dayOf(day, i)));
    await storeChunks(f.sql, { id: lane.id, orgId: ORG, from: day * DAY_S, to: (day + 1) * DAY_S }, rows);
  }
  await f.sql`vacuum analyze chunk`;
  return lane;
}

export default {
  name: 'backtest',
  async run(): Promise<Figure[]> {
    await using f = await workerFixture();
    const lane = await recorded(f);
    const text = JSON.stringify(graph());
    const tools = { db: f.db, reader: f.reader, blobs: openBlobStore(f.dataFolder), dataFolder: f.dataFolder, onFatal: () => {} };
    const run = async (input: 'arrived' | 'corrected') => {
      const cpu = process.cpuUsage();
      const began = performance.now();
      const report = await replayGraph(
        tools,
        ORG,
        {
          graph: text,
          graphHash: createHash('sha256').update(text).digest('hex'),
          key: 'C-101',
          bindings: Object.fromEntries(lane.tags.map((tagId, i) => [`x${i}`, { tagId }])),
          parameters: {},
          window: { from: T0, to: T0 + DAYS * DAY_S * 1000 },
          input,
          confirmations: 'confirm',
          wires: false,
        },
        {},
      );
      const seconds = (performance.now() - began) / 1000;
      const used = process.cpuUsage(cpu);
      if (report.rows !== TAGS * DAYS * DAY_S) throw new Error(`${report.rows} samples were read`);
      return { seconds, cpu: (used.user + used.system) / 1e6, alarms: report.alarms.total };
    };
    await run('corrected');
    const corrected = await run('corrected');
    const arrived = await run('arrived');
    const what = `${DAYS} days × ${TAGS} signals × 1 s = ${((TAGS * DAYS * DAY_S) / 1e6).toFixed(1)} M samples, 50 blocks, reading included, ${cpus().length} cores`;
    const say = ({ cpu, alarms }: typeof corrected) =>
      `${what}; ${cpu.toFixed(1)} CPU-s of this process, ${alarms} alarms captured`;
    return [
      {
        name: 'backtest-month',
        value: corrected.seconds,
        unit: 's',
        conditions: `as corrected: ${say(corrected)}`,
        goal: { atMost: 20 },
      },
      {
        name: 'backtest-month-arrived',
        value: arrived.seconds,
        unit: 's',
        conditions: `as it arrived: ${say(arrived)}`,
        goal: { atMost: 20 },
      },
    ];
  },
};
