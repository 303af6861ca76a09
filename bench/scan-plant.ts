/** A plant without protocols, for figures of the pipeline: scan groups through the gateway's pump, apps, the product's own processes, a database of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '#drizzle/client.ts';
import { migrateDatabase } from '#drizzle/migrate.ts';
import { historyCursor, instance, lane, shard, tag } from '#drizzle/schema/index.ts';
import { lanesOf, openListener } from '#runtime/log/notify.ts';
import { startPostgres } from '#runtime/supervisor/postgres.ts';
import { ORG, until, type WorkerFixture, workerFixture } from '#runtime/worker/fixture.testing.ts';
import { scanGroupApp } from './graphs/scan-group.ts';
import { usageOf } from './process-tree.ts';
import { runtimeProcesses } from './runtime-processes.ts';
import type { FromSource, ToSource } from './sources/scan-groups.ts';

export interface ScanPlantOptions {
  readonly apps: number;
  readonly tagsAnApp: number;
  readonly tagsALane: number;
}
export interface Held {
  /** Records appended a second. */
  readonly records: number;
  /** Most that was on its way to committed outputs, seconds of the load. */
  readonly most: number;
  /** What the historian had not stored at the end, seconds of the load. */
  readonly history: number;
  /** From the sample's due time to where a reader sees the committed output, ms. */
  readonly late: { readonly p50: number; readonly p90: number; readonly p99: number };
  /** CPU of each process. */
  readonly cores: string;
}
/** With more than this on its way a rate is given up. */
const HOPELESS_S = 8;

export async function openScanPlant({ apps, tagsAnApp, tagsALane }: ScanPlantOptions) {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'mw-bench-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o711);
  const server = await startPostgres({ dataFolder: folder, quickInit: true });
  stack.defer(() => server.stop());
  await migrateDatabase(server.socketDir);
  const f = stack.use(
    await workerFixture({ url: server.socketDir, ...openDatabase(server.socketDir, { max: 6, name: 'bench' }) }),
  );
  const tags = apps * tagsAnApp;
  const lanes: { id: number; tags: number[] }[] = [];
  for (let i = 0; i < tags / tagsALane; i++) {
    const [made] = await f.db.insert(lane).values({ orgId: ORG, kind: 'scan' }).returning();
    const id = made?.id ?? 0;
    const values = Array.from({ length: tagsALane }, (_, k) => ({
      orgId: ORG,
      assetId: f.siteId,
      name: `t ${i} ${k}`,
      laneId: id,
    }));
    const rows = await f.db.insert(tag).values(values).returning({ id: tag.id });
    lanes.push({ id, tags: rows.map((row) => row.id) });
  }
  const all = lanes.flatMap((one) => one.tags);
  const graph = scanGroupApp(tagsAnApp);
  for (let a = 0; a < apps; a++) {
    const own = all.slice(a * tagsAnApp, (a + 1) * tagsAnApp);
    await f.instance(graph, Object.fromEntries(own.map((id, i) => [`x${i}`, id])), { key: `K${a}` });
  }
  const processes = stack.use(runtimeProcesses(['worker', 'historian'], f));
  const source: ChildProcess = fork(fileURLToPath(new URL('./sources/scan-groups.ts', import.meta.url)), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  stack.defer(() => void source.kill('SIGKILL'));
  const tell = (message: ToSource) => source.send(message);
  let told: FromSource = { pushed: 0, appended: 0, waiting: 0 };
  let ended: number | null = null;
  source.on('message', (message: FromSource) => {
    told = message;
  });
  source.on('exit', (code) => {
    ended = code;
  });
  tell({ groups: { url: f.url, dataFolder: f.dataFolder, lanes } });
  await once(source, 'message');
  await until('all run', async () => (await f.db.select().from(instance)).every((r) => r.status === 'running'), 120_000);
  const shards = await f.db.select().from(shard);
  const seen = stack.use(
    await watch(
      f,
      shards.filter((_, i) => i % Math.ceil(apps / 5) === 0).map((s) => s.outLane),
    ),
  );
  const cpu = () =>
    Object.entries({ source: source.pid ?? 0, ...processes.pids, postgres: server.pid }).map(
      ([name, pid]) => [name, usageOf(pid).total.cpu] as const,
    );

  /** What the apps, the historian and the source have not passed on yet, seconds of the load. */
  async function behind(rate: number): Promise<{ apps: number; history: number; source: number }> {
    const ends = await f.reader.ends(lanes.map((l) => l.id));
    const seconds = (have: (lane: number) => number) =>
      (lanes.reduce((sum, { id }, i) => sum + (ends[i] ?? 0) - have(id), 0) * tagsALane) / rate;
    const now = await f.db.select().from(shard);
    const cursorOf = (id: number) =>
      Math.min(...now.flatMap((s) => (s.lanes.includes(id) ? [s.cursor[s.lanes.indexOf(id)] ?? 0] : [])));
    const stored = new Map((await f.db.select().from(historyCursor)).map((c) => [c.laneId, c.seq]));
    return {
      apps: seconds(cursorOf),
      history: seconds((id) => stored.get(id) ?? 0),
      source: (told.waiting * tagsALane) / rate,
    };
  }
  const owned = stack.move();
  return {
    /** One rate for so long; ends early when it is hopeless. */
    async hold(rate: number, seconds: number): Promise<Held> {
      const from = { at: performance.now(), told, cpu: cpu() };
      seen.reset();
      tell({ periodMs: (tags / rate) * 1_000 });
      let most = 0;
      while (performance.now() - from.at < seconds * 1_000 && most < HOPELESS_S) {
        await sleep(1_000);
        if (ended !== null) throw new Error(`the source ended with ${ended}`);
        const now = await behind(rate);
        most = Math.max(most, now.apps + now.source);
      }
      const took = (performance.now() - from.at) / 1_000;
      const used = new Map(cpu());
      return {
        records: ((told.appended - from.told.appended) * tagsALane) / took,
        most,
        history: (await behind(rate)).history,
        late: seen.quantiles(),
        cores: from.cpu.map(([name, was]) => `${name} ${(((used.get(name) ?? 0) - was) / took).toFixed(2)}`).join(', '),
      };
    },
    /** Nothing may be left: every record in a committed step and, where asked, in the history, which stores a lane's last rows after two minutes. */
    async drain(history: boolean): Promise<void> {
      tell({ periodMs: 0 });
      await until('every record is in a committed step', async () => (await behind(1)).apps === 0, 180_000);
      if (history) await until('the history has all', async () => (await behind(1)).history === 0, 240_000);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** How late outputs of some lanes are there, seen by a listener as any reader would be. */
async function watch(f: WorkerFixture, outLanes: readonly number[]) {
  let late: number[] = [];
  const cursors = await f.reader.ends(outLanes);
  let reading = false;
  const news = new Set<number>();
  const listener = openListener(f.url, ['log'], (_channel, payload) => {
    const lanes = lanesOf(payload);
    for (const one of outLanes) if (!lanes || lanes.includes(one)) news.add(one);
    void read();
  });
  async function read(): Promise<void> {
    if (reading || news.size === 0) return;
    reading = true;
    const now = Date.now();
    const own = [...news];
    news.clear();
    try {
      const at = own.map((one) => outLanes.indexOf(one));
      const rows = await f.reader.readAfter(
        own,
        at.map((i) => cursors[i] ?? 0),
        100,
      );
      for (const row of rows) {
        cursors[outLanes.indexOf(row.lane)] = row.seq;
        if (row.entry.kind === 'outputs') for (const t of row.entry.outputs[0]?.time ?? []) late.push(now - t);
      }
    } finally {
      reading = false;
    }
    return read();
  }
  return {
    reset() {
      late = [];
    },
    quantiles() {
      const sorted = [...late].sort((a, b) => a - b);
      const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
      return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
    },
    [Symbol.asyncDispose]: () => listener.close(),
  };
}
