import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effect, run } from '#drizzle/schema/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { ORG, until, type WorkerFixture, workerFixture } from './fixture.testing.ts';
import { performRun } from './replay-run.ts';
import { openRunDesk } from './run-desk.ts';
import { shadow } from './shadow.ts';

/** A value times a factor, smoothed; above the limit an alarm and a message. */
const graph = (factor: string, high: number): GraphDocumentInput => {
  const node = (id: string, block: string, params: Record<string, unknown>, bind?: Record<string, string>) => ({
    id,
    block: `millwright/${block}`,
    version: '1.0.0',
    params,
    ...(bind ? { bind } : {}),
  });
  const wire = (from: string, to: string, port = 'in') => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
  const text = { en: 'High', zh: '偏高' };
  return {
    format: 1,
    roles: [{ name: 'x', title: { en: 'x', zh: 'x' } }],
    nodes: [
      node('x', 'source.tag', { role: 'x' }),
      node('scaled', 'transform.expr', { expression: factor }),
      node('limit', 'series.compare', { high, hysteresis: 1 }),
      node('alarm', 'alarm.raise', { priority: 2, text }, { condition: 'on' }),
      node('tell', 'notify.send', { channel: 'shift', text }, { condition: 'on' }),
    ],
    wires: [wire('x', 'scaled', 'a'), wire('scaled', 'limit'), wire('limit', 'alarm'), wire('limit', 'tell')],
    outputs: [{ name: 'scaled', from: { node: 'scaled', port: 'out' } }],
  };
};
let f: WorkerFixture;
let id: string;
let lane: Awaited<ReturnType<WorkerFixture['lane']>>;
let n = 0;
beforeAll(async () => {
  f = await workerFixture();
  lane = await f.lane([{}]);
  id = await f.instance(graph('a', 100), { x: lane.tags[0] as number });
  await f.worker();
  await f.running(id);
  await write(3);
  await until('something was put out', async () => (await f.outputs(id)).length >= 3);
});
afterAll(() => f[Symbol.asyncDispose]());

/** 0 … 9 again and again: above 7 once in ten. */
async function write(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await lane.write([{ time: Date.now(), values: [n++ % 10] }]);
}
async function beside(candidate: GraphDocumentInput, more: { forMs?: number; signal?: AbortSignal } = {}) {
  const text = JSON.stringify(candidate);
  const seen: number[] = [];
  const stop = new AbortController();
  const running = shadow(
    { db: f.db, reader: f.reader, blobs: openBlobStore(f.dataFolder), dataFolder: f.dataFolder, onFatal: () => {} },
    ORG,
    {
      graph: text,
      graphHash: createHash('sha256').update(text).digest('hex'),
      instanceId: id,
      bindings: { x: { tagId: lane.tags[0] as number } },
      parameters: {},
      forMs: more.forMs ?? 2_500,
    },
    { onProgress: (done) => seen.push(done), signal: more.signal ?? stop.signal },
  );
  return {
    running,
    /** Ends it once it has seen everything that was written. */
    async whole() {
      await until('the running version gave all', async () => (await f.outputs(id)).length >= n);
      const before = seen.length;
      await until('the shadow has followed', () => seen.length >= before + 2);
      stop.abort();
      return running;
    },
  };
}

describe('a shadow', () => {
  it('of the same graph sees no difference in anything', async () => {
    const { whole } = await beside(graph('a', 100), { forMs: 60_000 });
    await sleep(300);
    await write(50);
    const report = await whole();
    const [output] = report.outputs;
    expect(output?.same).toBeGreaterThanOrEqual(50);
    expect(report).toMatchObject({
      outputs: [{ name: 'scaled', changed: 0, missing: 0, added: 0, columns: [] }],
      alarms: { raised: [0, 0], added: [], removed: [] },
      effects: { same: 0, missing: 0, added: 0, byKind: {} },
      against: { version: '1.0.0' },
    });
  });

  it('counts changed records, alarms and effects of a candidate, and performs none of them', async () => {
    // Twice the value from 5 on; above 15: 16 and 18, once in ten records.
    const { whole } = await beside(graph('a < 5 ? a : 2 * a', 15), { forMs: 60_000 });
    await sleep(300);
    while (n % 10 !== 0) await write(1);
    await write(100);
    const report = await whole();
    const [output] = report.outputs;
    expect(output?.changed).toBeGreaterThanOrEqual(50);
    expect(output?.same).toBeGreaterThanOrEqual(50);
    expect(output).toMatchObject({ missing: 0, added: 0, columns: [{ column: 'value', most: 9 }] });
    // from 5 on it is twice the value
    const [first] = report.first ?? [];
    expect(first).toMatchObject({ key: 'C-101', output: 'scaled', column: 'value', live: { v: 5 }, candidate: { v: 10 } });
    expect(report.first).toHaveLength(Math.min(100, output?.changed ?? 0));
    const [live, candidate] = report.alarms.raised;
    expect(live).toBe(0);
    expect(candidate).toBeGreaterThanOrEqual(10);
    expect(report.alarms.added.length).toBe(candidate);
    expect(report.effects).toMatchObject({ missing: 0, same: 0, unknown: 0 });
    expect(report.effects.added).toBe(report.effects.byKind['notify.send']?.[1]);
    expect(report.effects.added).toBeGreaterThanOrEqual(1);
    expect(report.effects.list[0]).toMatchObject({ node: 'tell', kind: 'notify.send', key: 'C-101' });
    expect(await f.db.select().from(effect)).toEqual([]);
  });

  it('ends at once when cancelled, with what was counted', async () => {
    const stop = new AbortController();
    const begun = performance.now();
    const { running } = await beside(graph('a', 100), { forMs: 600_000, signal: stop.signal });
    await sleep(300);
    stop.abort();
    expect((await running).outputs[0]?.name).toBe('scaled');
    expect(performance.now() - begun).toBeLessThan(15_000);
  });

  it('is worked off as a run, beside which others go on', async () => {
    const text = JSON.stringify(graph('a', 100));
    const common = { graph: text, graphHash: 'h', bindings: { x: { tagId: lane.tags[0] as number } }, parameters: {} };
    const tools = {
      db: f.db,
      reader: f.reader,
      blobs: openBlobStore(f.dataFolder),
      dataFolder: f.dataFolder,
      onFatal: () => {},
      holder: 'w1',
    };
    const ask = async (kind: 'shadow' | 'test', request: Record<string, unknown>) => {
      const [row] = await f.db
        .insert(run)
        .values({ orgId: ORG, kind, request: { ...common, ...request } })
        .returning();
      return row?.id ?? '';
    };
    const rowOf = async (runId: string) => (await f.db.select().from(run).where(eq(run.id, runId)))[0];
    const warned: unknown[] = [];
    const desk = openRunDesk({
      db: f.db,
      perform: (runId, signal, aside) => performRun({ ...tools, aside }, runId, signal),
      warn: (_what, error) => warned.push(error),
    });
    const long = await ask('shadow', { instanceId: id, forMs: 2_000 });
    const window = { from: Date.now() - 60_000, to: Date.now() };
    const quick = await ask('test', {
      key: 'C-101',
      assetId: '',
      window,
      input: 'arrived',
      confirmations: 'none',
      compare: false,
    });
    const given = await ask('shadow', { instanceId: id, forMs: 600_000 });
    const { signal } = new AbortController();
    await desk.perform(long, signal);
    await desk.perform(given, signal);
    await desk.perform(quick, signal);
    expect((await rowOf(quick))?.status).toBe('done');
    expect((await rowOf(long))?.status).toBe('running');
    await until('the shadow is over', async () => (await rowOf(long))?.status === 'done');
    expect((await rowOf(long))?.report).toMatchObject({ outputs: [{ name: 'scaled', changed: 0 }] });
    // The process ends: the other one is another process' from now on.
    await desk.stop();
    expect(await rowOf(given)).toMatchObject({ status: 'queued', report: null, holder: null });
    expect(warned.length).toBeLessThanOrEqual(1);
  });

  it('refuses an instance of another tenant, and a candidate that does not compile', async () => {
    const tools = { db: f.db, reader: f.reader, blobs: openBlobStore(f.dataFolder), dataFolder: f.dataFolder, onFatal: () => {} };
    const wish = { graph: '{}', graphHash: '', instanceId: id, bindings: {}, parameters: {}, forMs: 1_000 };
    await expect(shadow(tools, 'org-b', wish, {})).rejects.toMatchObject({ code: 'NOT_RUNNING' });
    const wrong = JSON.stringify({ ...graph('a +', 1) });
    await expect(shadow(tools, ORG, { ...wish, graph: wrong }, {})).rejects.toMatchObject({ code: 'COMPILE', node: 'scaled' });
  });
});
