/** 100 trivial instances at 50 records a second each: what a factory full of small apps asks of one worker. */
import { setTimeout as sleep } from 'node:timers/promises';
import { instance, shard } from '#drizzle/schema/index.ts';
import { lanesOf, openListener } from '#runtime/log/notify.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { until, workerFixture } from '#runtime/worker/fixture.testing.ts';
import type { Figure } from '../figure.ts';
import { smoothingGraph } from '../graphs/smoothing.ts';

const INSTANCES = 100;
const PERIOD_MS = 20;
/** Three minutes as the goal asks; shorter for a look (`BENCH_SECONDS`). */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 180);

export default {
  name: 'many-instances',
  async run(): Promise<Figure[]> {
    await using f = await workerFixture();
    const lanes = await Promise.all(Array.from({ length: 10 }, () => f.lane(Array.from({ length: 10 }, () => ({})))));
    for (let i = 0; i < INSTANCES; i++) {
      const lane = lanes[i % lanes.length];
      await f.instance(smoothingGraph, { x: lane?.tags[Math.floor(i / lanes.length)] ?? 0 }, { key: `K${i}` });
    }
    const worker = await f.worker();
    await until('all run', async () => (await f.db.select().from(instance)).every((r) => r.status === 'running'), 120_000);
    await sleep(1_000);

    // latency: from the sample's time to the commit's wake-up of its output lane, seen by a listener as any reader would be
    const shards = await f.db.select().from(shard);
    const outLanes = new Set(shards.map((s) => s.outLane));
    const latencies: number[] = [];
    const reader = await openLogReader(f.url);
    const probeLane = shards[0]?.outLane ?? 0;
    let cursor = (await reader.ends([probeLane]))[0] ?? 0;
    let reading = false;
    const listener = openListener(f.url, ['log'], (_c, payload) => {
      const told = lanesOf(payload);
      if (told && !told.some((l) => outLanes.has(l))) return;
      const now = Date.now();
      if (reading) return;
      reading = true;
      void (async () => {
        for (const row of await reader.readAfter([probeLane], [cursor], 100)) {
          cursor = row.seq;
          if (row.entry.kind === 'outputs') for (const o of row.entry.outputs) for (const t of o.time) latencies.push(now - t);
        }
      })()
        .catch(() => {})
        .finally(() => {
          reading = false;
        });
    });
    const before = worker.facts() as { steps: number; rounds: number; commits: number; rows: number };
    const cpu = process.cpuUsage();
    const started = performance.now();
    for (let tick = 0; performance.now() - started < SECONDS * 1000; tick++) {
      const time = Date.now();
      await Promise.all(
        lanes.map((lane) => lane.write([{ time, values: Array.from({ length: 10 }, (_, k) => Math.sin(tick / 50 + k)) }])),
      );
      const wait = started + (tick + 1) * PERIOD_MS - performance.now();
      if (wait > 0) await sleep(wait);
    }
    const seconds = (performance.now() - started) / 1000;
    const used = process.cpuUsage(cpu);
    const after = worker.facts() as typeof before;
    await sleep(500);
    await listener.close();
    await reader.close();
    latencies.sort((a, b) => a - b);
    const at = (q: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? Number.NaN;
    const conditions = `${INSTANCES} instances × ${1000 / PERIOD_MS} records/s, ${Math.round(seconds)} s, 10 lanes, synchronous commits, source and reader in the worker's process`;
    return [
      { name: 'many instances: sample to committed output, p50', value: at(0.5), unit: 'ms', conditions },
      { name: 'many instances: sample to committed output, p99', value: at(0.99), unit: 'ms', conditions, goal: { atMost: 250 } },
      { name: 'many instances: records committed', value: (after.rows - before.rows) / seconds, unit: '1/s', conditions },
      { name: 'many instances: steps committed', value: (after.steps - before.steps) / seconds, unit: '1/s', conditions },
      { name: 'many instances: commits', value: (after.commits - before.commits) / seconds, unit: '1/s', conditions },
      { name: 'many instances: CPU with source', value: (used.user + used.system) / 1e6 / seconds, unit: 'cores', conditions },
    ];
  },
};
