import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { consume } from '#runtime/historian/consume.ts';
import { readSlices, sliceLength } from '#runtime/historian/slices.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { ORG, until, type WorkerFixture, workerFixture } from './fixture.testing.ts';
import { type ReplayWish, replayGraph } from './replay-graph.ts';

const node = (id: string, block: string, params: Record<string, unknown>) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
});
const wire = (from: string, to: string, port = 'in') => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
const role = (name: string) => ({ name, title: { en: name, zh: name }, unit: 'bar' });
/** Latest of two signals of a lane, smoothed, and windows of one second that a late sample may miss. */
const graph: GraphDocumentInput = {
  format: 1,
  roles: [role('p'), role('q')],
  nodes: [
    node('p', 'source.tag', { role: 'p' }),
    node('q', 'source.tag', { role: 'q' }),
    node('sum', 'transform.expr', { expression: 'a + 10 * b', unit: 'bar' }),
    node('smooth', 'series.ewma', { alpha: 0.3 }),
    // It never closes by silence: these samples are of another year than the clock by which a running app is woken.
    node('window', 'series.window', { seconds: 1, idle: 1_000_000_000 }),
  ],
  wires: [wire('p', 'sum', 'a'), wire('q', 'sum', 'b'), wire('sum', 'smooth'), wire('smooth', 'window')],
  outputs: [
    { name: 'smooth', from: { node: 'smooth', port: 'out' } },
    { name: 'mean', from: { node: 'window', port: 'out' } },
  ],
};
const T0 = Date.UTC(2026, 0, 5, 23, 50);
const ROWS = 800;

type Row = readonly [output: string, time: number, values: readonly unknown[]];
let f: WorkerFixture;
let tags: [number, number];
let live: Row[];

beforeAll(async () => {
  f = await workerFixture();
  const lane = await f.lane([{ unit: 'bar' }, { unit: 'bar' }]);
  tags = lane.tags as [number, number];
  await f.worker();
  const id = await f.instance(graph, { p: tags[0], q: tags[1] });
  await f.running(id);
  // Every 50th sample of p comes 3 s late, behind newer ones; over midnight, so that slices have a border.
  for (let i = 0; i < ROWS; i++) {
    const late = i % 50 === 49;
    const time = T0 + i * 700 - (late ? 3_000 : 0);
    await lane.write([{ time, at: T0 + i * 700 + 20, values: i % 3 === 0 ? [Math.sin(i), i % 7] : [Math.sin(i)] }]);
  }
  const rows = async () => (await f.outputs(id)).map((o): Row => [o.name, o.time, o.values]);
  const expected = ROWS + Math.ceil(ROWS / 3) - 1;
  await until('all was put out', async () => (await rows()).filter(([name]) => name === 'smooth').length >= expected);
  live = await rows();
  const stop = new AbortController();
  await consume({ sql: f.sql, read: f.reader.readAfter, wait: async () => stop.abort(), signal: stop.signal, flushRows: 300 });
  return async () => f[Symbol.asyncDispose]();
});

const wish = (more: Partial<ReplayWish> = {}): ReplayWish => {
  const text = JSON.stringify(graph);
  return {
    graph: text,
    graphHash: createHash('sha256').update(text).digest('hex'),
    key: 'C-101',
    bindings: { p: { tagId: tags[0] }, q: { tagId: tags[1] } },
    parameters: {},
    window: { from: T0 - 10_000, to: T0 + ROWS * 700 },
    input: 'arrived',
    confirmations: 'confirm',
    wires: false,
    ...more,
  };
};
async function run(more: Partial<ReplayWish> = {}) {
  const rows: Row[] = [];
  const tools = { db: f.db, reader: f.reader, blobs: openBlobStore(f.dataFolder), dataFolder: f.dataFolder, onFatal: () => {} };
  const report = await replayGraph(tools, ORG, wish(more), {
    onResult(result, info) {
      for (const o of result.outputs)
        for (let i = 0; i < o.n; i++) rows.push([info.outputs[o.output]?.name ?? '', o.time[i] ?? 0, o.columns.map((c) => c[i])]);
    },
  });
  return { rows, report };
}
/** Order between two outputs of one step depends on how steps are cut; within an output it is fixed. */
const byOutput = (rows: readonly Row[]) => ['smooth', 'mean'].map((name) => rows.filter(([output]) => output === name));

describe('a backtest', () => {
  it('as it arrived gives what the running app gave, bit for bit, late samples included', async () => {
    const { rows, report } = await run();
    expect(byOutput(rows)).toEqual(byOutput(live));
    expect(report.input).toBe('arrived');
    expect(report.rows).toBe(ROWS + Math.ceil(ROWS / 3));
    expect(Object.values(report.late).reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
  });

  it('as corrected has every sample at its own time, so that none is late', async () => {
    const { rows, report } = await run({ input: 'corrected' });
    expect(report.late).toEqual({});
    const times = rows.filter(([output]) => output === 'smooth').map(([, time]) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(byOutput(rows)).not.toEqual(byOutput(live));
  });

  it('keeps the last of every wire where asked, and gives the same outputs', async () => {
    const { rows, report } = await run({ wires: true });
    expect(byOutput(rows)).toEqual(byOutput(live));
    expect(report.wires.find((one) => one.node === 'sum')?.count).toBe(report.outputs[0]?.rows);
  });
});

describe('slices', () => {
  it('of any length give the same samples in the same order', async () => {
    const { window } = wish();
    const reader = { tx: f.db, orgId: ORG, readLog: f.reader.readAfter };
    for (const order of ['arrived', 'corrected'] as const) {
      const read = async (length: number) => {
        const all = new Map(tags.map((id) => [id, [] as number[][]]));
        for await (const slices of readSlices(reader, tags, window, order, length))
          for (const { id, samples } of slices)
            for (let i = 0; i < samples.n; i++)
              all.get(id)?.push([samples.time[i] ?? 0, samples.value[i] ?? 0, samples.at[i] ?? 0]);
        return all;
      };
      const whole = await read(365 * 86_400_000);
      expect(whole.get(tags[0])?.length).toBe(ROWS);
      for (const length of [60_000, 7 * 60_000, 86_400_000]) expect(await read(length)).toEqual(whole);
    }
  });

  it('are as long as some millions of samples of 1 s allow', () => {
    expect([1, 10, 40, 100, 5_000].map((n) => sliceLength(n) / 3_600_000)).toEqual([24, 24, 12, 4, 1]);
  });

  it('stop reading when nobody listens any more', async () => {
    const reader = { tx: f.db, orgId: ORG, readLog: f.reader.readAfter };
    for await (const _slices of readSlices(reader, tags, wish().window, 'corrected', 60_000)) break;
    // No query of it holds a connection: all of the pool's answer.
    await Promise.all(Array.from({ length: 12 }, () => f.sql`select pg_sleep(0.01)`));
  });
});
