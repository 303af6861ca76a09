/** Records from the gateway's append to committed outputs: how many a second, and how late, through log, isolate and one commit a round. */
import { setTimeout as sleep } from 'node:timers/promises';
import { shard } from '#drizzle/schema/index.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { until, workerFixture } from '#runtime/worker/fixture.testing.ts';
import type { Figure } from '../figure.ts';
import { smoothingOf } from '../graphs/smoothing.ts';

const TAGS = 100;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);

export default {
  name: 'durable',
  async run(): Promise<Figure[]> {
    await using f = await workerFixture();
    const lane = await f.lane(Array.from({ length: TAGS }, () => ({})));
    const id = await f.instance(smoothingOf(TAGS), Object.fromEntries(lane.tags.map((tag, i) => [`x${i}`, tag])));
    const worker = await f.worker();
    await f.running(id);
    const values = (tick: number) => Array.from({ length: TAGS }, (_, k) => Math.sin(tick / 50 + k));
    const rows = () => (worker.facts() as { rows: number }).rows;
    const caughtUp = async () => {
      const [s] = await f.db.select().from(shard);
      const [end = 0] = await f.reader.ends([lane.id]);
      return s !== undefined && (s.cursor[s.lanes.indexOf(lane.id)] ?? 0) >= end;
    };

    // as many as go through: the source waits while the worker is behind
    let tick = 0;
    const burst = async (seconds: number) => {
      const before = rows();
      const t = performance.now();
      let written = 0;
      while (performance.now() - t < seconds * 1000) {
        const now = Date.now();
        await lane.write(Array.from({ length: 16 }, (_, i) => ({ time: now + i, values: values(tick++), at: now })));
        written += 16 * TAGS;
        while (written - (rows() - before) > 64 * TAGS && performance.now() - t < seconds * 1000) await sleep(1);
      }
      await until('caught up', caughtUp);
      return (rows() - before) / ((performance.now() - t) / 1000);
    };
    await burst(3);
    const rate = await burst(SECONDS);

    // a paced load: latency from the sample's time to the committed output's
    const [s] = await f.db.select().from(shard);
    const reader = await openLogReader(f.url);
    const [from = 0] = await reader.ends([s?.outLane ?? 0]);
    const started = performance.now();
    for (let i = 0; performance.now() - started < SECONDS * 1000; i++) {
      await lane.write([{ time: Date.now(), values: values(tick++) }]);
      const wait = started + (i + 1) * 100 - performance.now();
      if (wait > 0) await sleep(wait);
    }
    await until('caught up', caughtUp);
    const late: number[] = [];
    for (let cursor = from; ; ) {
      const got = await reader.readAfter([s?.outLane ?? 0], [cursor], 200);
      if (got.length === 0) break;
      for (const row of got) {
        cursor = row.seq;
        // `at` is stamped when the step starts; what follows is its run and its commit
        if (row.entry.kind === 'outputs') for (const o of row.entry.outputs) late.push(row.entry.at - (o.time[0] ?? 0));
      }
    }
    await reader.close();
    late.sort((a, b) => a - b);
    const at = (q: number) => late[Math.min(late.length - 1, Math.floor(late.length * q))] ?? Number.NaN;
    const conditions = `one app of ${TAGS} tags with an average and a stored output each, synchronous commits, source in the worker's process`;
    return [
      {
        name: 'durable: records from append to committed output',
        value: rate,
        unit: '1/s',
        conditions,
        goal: { atLeast: 20_000 },
      },
      { name: 'durable: sample to its step, p50', value: at(0.5), unit: 'ms', conditions: `${conditions}; 1,000 records/s` },
      {
        name: 'durable: sample to its step, p99',
        value: at(0.99),
        unit: 'ms',
        conditions: `${conditions}; 1,000 records/s`,
        goal: { atMost: 250 },
      },
    ];
  },
};
