/** 200 installed apps with nothing to do, and how soon one of them works when something comes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { instance, shard } from '#drizzle/schema/index.ts';
import { until, workerFixture } from '#runtime/worker/fixture.testing.ts';
import type { Figure } from '../figure.ts';
import { smoothingGraph } from '../graphs/smoothing.ts';

const APPS = 200;
const WOKEN = 40;
const PARK_MS = 5_000;
const START_MS = 300_000;

const rss = () => {
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
};

export default {
  name: 'idle-apps',
  async run(): Promise<Figure[]> {
    await using f = await workerFixture();
    const lanes = await Promise.all(Array.from({ length: 10 }, () => f.lane(Array.from({ length: APPS / 10 }, () => ({})))));
    const worker = await f.worker({ parkMs: PARK_MS });
    await sleep(3_000);
    const base = rss();
    for (let i = 0; i < APPS; i++) {
      const lane = lanes[i % lanes.length];
      await f.instance(smoothingGraph, { x: lane?.tags[Math.floor(i / lanes.length)] ?? 0 }, { key: `K${i}` });
    }
    await until('all run', async () => (await f.db.select().from(instance)).every((r) => r.status === 'running'), START_MS);
    const begun = rss();
    await until('all are parked', () => worker.facts().parked === APPS, START_MS);
    await sleep(2_000);
    const parked = rss();

    const shards = new Map((await f.db.select().from(shard)).map((s) => [s.instanceId, s]));
    const apps = (await f.db.select().from(instance)).slice(0, WOKEN);
    const asleep: number[] = [];
    const awake: number[] = [];
    for (const into of [asleep, awake])
      for (const app of apps) {
        const lane = lanes.find((l) => l.tags.includes(app.bindings.x?.tagId ?? 0));
        const at = lane?.tags.indexOf(app.bindings.x?.tagId ?? 0) ?? 0;
        const outLane = shards.get(app.id)?.outLane ?? 0;
        const [end = 0] = await f.reader.ends([outLane]);
        const t = performance.now();
        await lane?.writeOne(at, Date.now(), 1);
        while (((await f.reader.ends([outLane]))[0] ?? 0) === end) await sleep(1);
        into.push(performance.now() - t);
      }
    const p = (of: number[], q: number) => [...of].sort((a, b) => a - b)[Math.floor(of.length * q)] ?? Number.NaN;
    const conditions = `${APPS} apps of one graph, worker and source in one process, ${WOKEN} woken one after the other`;
    return [
      {
        name: 'idle apps: memory above the base, parked',
        value: parked - base,
        unit: 'MiB',
        conditions,
        goal: { atMost: 1_024 },
      },
      { name: 'idle apps: memory above the base, just started', value: begun - base, unit: 'MiB', conditions },
      { name: 'idle apps: sample to committed output, parked, p50', value: p(asleep, 0.5), unit: 'ms', conditions },
      { name: 'idle apps: sample to committed output, awake, p50', value: p(awake, 0.5), unit: 'ms', conditions },
      {
        name: 'idle apps: a parked one is awake, p50 (the difference)',
        value: p(asleep, 0.5) - p(awake, 0.5),
        unit: 'ms',
        conditions,
        goal: { atMost: 50 },
      },
    ];
  },
};
