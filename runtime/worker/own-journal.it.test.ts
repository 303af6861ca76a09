import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadLetter, effect, keptCheckpoint } from '#drizzle/schema/index.ts';
import { finishEffect } from '#runtime/effects/outbox.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { consume } from '#runtime/historian/consume.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { dayOf } from '#runtime/log/days.ts';
import { retireDays } from '#runtime/log/retention.ts';
import { ORG, until, type WorkerFixture, workerFixture } from './fixture.testing.ts';
import { keepDaily } from './kept-checkpoint.ts';
import { type ReplayWish, replayGraph } from './replay-graph.ts';

/**
 * A running app over two lanes whose entries are appended out of the order of their times, a form, a window that only time closes, and a command
 * that a person confirms or refuses; its worker is replaced twice; then the first half of the log is archived. What the live app put out
 * is what its as-arrived backtest must put out.
 */
const node = (id: string, block: string, params: Record<string, unknown>, bind?: Record<string, string>) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
  ...(bind ? { bind } : {}),
});
const wire = (from: string, to: string, port = 'in') => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
const role = (name: string) => ({ name, title: { en: name, zh: name } });
const graph = (alpha: number): GraphDocumentInput => ({
  format: 1,
  roles: [role('p'), role('q')],
  nodes: [
    node('p', 'source.tag', { role: 'p' }),
    node('q', 'source.tag', { role: 'q' }),
    node('target', 'source.form', { form: 'target', title: { en: 'Target', zh: '目标' }, min: 0, max: 100 }),
    node('sum', 'transform.expr', { expression: 'a + 10 * b + 1000 * c' }),
    node('smooth', 'series.ewma', { alpha }),
    node('window', 'series.window', { seconds: 1, idle: 1 }),
    node('ask', 'control.confirm', { text: { en: 'Set it?', zh: '是否设定？' }, timeout: 3_600 }),
  ],
  wires: [
    wire('p', 'sum', 'a'),
    wire('q', 'sum', 'b'),
    wire('target', 'sum', 'c'),
    wire('sum', 'smooth'),
    wire('smooth', 'window'),
    wire('target', 'ask'),
  ],
  outputs: [
    { name: 'smooth', from: { node: 'smooth', port: 'out' } },
    { name: 'mean', from: { node: 'window', port: 'out' } },
    { name: 'set', from: { node: 'ask', port: 'out' } },
  ],
});

type Row = readonly [output: string, time: number, values: readonly unknown[], quality: readonly number[]];
let f: WorkerFixture;
let id: string;
let tags: { p: { tagId: number }; q: { tagId: number } };
let live: Row[];
let began: number;
let middle: number;
let ended: number;

async function form(value: number): Promise<void> {
  await f.db.transaction((tx) =>
    appendControl(tx, ORG, { type: 'form', instanceId: id, form: 'target', key: '', values: { value }, by: 'test' }),
  );
  const [asked] = await (async () => {
    let rows: (typeof effect.$inferSelect)[] = [];
    await until('it asked', async () => {
      rows = await f.db
        .select()
        .from(effect)
        .where(and(eq(effect.instanceId, id), eq(effect.answered, false)));
      return rows.length > 0;
    });
    return rows;
  })();
  if (asked) await finishEffect(f.db, asked, 'done', value > 2 ? { ok: true, value } : { ok: false, code: 'refused' });
}

beforeAll(async () => {
  f = await workerFixture();
  const [one, two] = [await f.lane([{}]), await f.lane([{}])];
  tags = { p: { tagId: one.tags[0] as number }, q: { tagId: two.tags[0] as number } };
  let worker = await f.worker();
  id = await f.instance(graph(0.3), { p: tags.p.tagId, q: tags.q.tagId });
  await f.running(id);
  began = Date.now();
  let written = 0;
  const write = async (times: number, taken = true) => {
    for (let i = 0; i < times; i++, written++) {
      const now = Date.now();
      await one.write([{ time: now, values: [Math.sin(written)] }]);
      // now and then the step behind it is surely another one
      if (taken && i % 10 === 5) {
        const [end = 0] = await f.reader.ends([one.id]);
        await until('it was taken', async () => {
          const { lanes, cursor } = await f.shard(id);
          return (cursor[lanes.indexOf(one.id)] ?? 0) >= end;
        });
      }
      // its entry is older than the one before, and comes behind it
      await two.write([{ time: now - 9, at: now - 9, values: [written % 7] }]);
    }
  };
  await form(1);
  await write(40);
  await form(3);
  await worker.stop();
  await write(10, false);
  worker = await f.worker();
  await write(20);
  await sleep(1_500);
  middle = Date.now();
  await f.sql`update kept_checkpoint set created_at = now() - interval '25 hours'`;
  expect(await keepDaily(f.sql)).toBe(1);
  await write(30);
  await form(5);
  await worker.stop();
  worker = await f.worker();
  await write(20);
  await sleep(1_500);
  const rows = async () => (await f.outputs(id)).map((o): Row => [o.name, o.time, o.values, o.quality]);
  await until('all was put out', async () => (await rows()).filter(([name]) => name === 'smooth').length >= 2 * written - 1);
  await until('the last window closed', async () => (await rows()).at(-1)?.[0] === 'mean');
  await worker.stop();
  ended = Date.now();
  live = await rows();
  const stop = new AbortController();
  await consume({ sql: f.sql, read: f.reader.readAfter, wait: async () => stop.abort(), signal: stop.signal, flushRows: 300 });
});
afterAll(() => f[Symbol.asyncDispose]());

async function run(more: Partial<ReplayWish> = {}, of = graph(0.3)) {
  const text = JSON.stringify(of);
  const rows: Row[] = [];
  const tools = {
    db: f.db,
    reader: f.reader,
    blobs: openBlobStore(f.dataFolder),
    dataFolder: f.dataFolder,
    onFatal: () => {},
  };
  const wish: ReplayWish = {
    graph: text,
    graphHash: createHash('sha256').update(text).digest('hex'),
    key: 'C-101',
    bindings: tags,
    parameters: {},
    window: { from: began - 60_000, to: ended },
    input: 'arrived',
    confirmations: 'confirm',
    wires: false,
    beside: id,
    ...more,
  };
  const report = await replayGraph(tools, ORG, wish, {
    onResult(result, info) {
      for (const o of result.outputs)
        for (let i = 0; i < o.n; i++)
          rows.push([
            info.outputs[o.output]?.name ?? '',
            o.time[i] ?? 0,
            o.columns.map((c) => c[i]),
            o.quality.map((q) => q?.[i] ?? 0),
          ]);
    },
  });
  return { rows, report };
}
/** Order between two outputs of one step depends on how steps are cut; within an output it is fixed. */
const byOutput = (rows: readonly Row[]) => ['smooth', 'mean', 'set'].map((name) => rows.filter(([output]) => output === name));

describe('the running version, backtested as it arrived', () => {
  it('follows its own journal over restarts, answers and lanes, bit for bit', async () => {
    expect(live.filter(([name]) => name === 'set').map(([, , values]) => values[0])).toEqual([3, 5]);
    const { rows, report } = await run();
    expect(report.source).toMatchObject({ kind: 'journal', different: 0 });
    expect(byOutput(rows)).toEqual(byOutput(live));
    expect(report.effects).toMatchObject({ byKind: { 'confirm.request': 3 }, recorded: 3, unknown: 0 });
    // Another version, alike in everything but its number, takes the lanes by append time, and so sees other sums.
    const other = await run(
      { beside: id },
      { ...graph(0.3), nodes: graph(0.3).nodes.map((n) => (n.id === 'smooth' ? { ...n, params: { alpha: 0.300001 } } : n)) },
    );
    expect(other.report.source).toEqual({ kind: 'log' });
    // the same requests get the answers that they got then: the first was refused
    expect(other.report.effects).toMatchObject({ byKind: { 'confirm.request': 3 }, recorded: 3, unknown: 0 });
    expect(byOutput(other.rows)[2]?.map(([, , values]) => values[0])).toEqual([3, 5]);
    const [, mine] = byOutput(rows);
    expect(byOutput(other.rows)[1]?.length).not.toBe(0);
    expect(byOutput(other.rows)[0]?.map(([, time]) => time)).not.toEqual(byOutput(rows)[0]?.map(([, time]) => time));
    expect(mine?.length).toBeGreaterThan(1);
  });

  it('of a window in its life begins with the state that it had then; watched, and with a wire to see, too', async () => {
    const window = { from: middle, to: ended };
    const [smooth = []] = byOutput(live);
    const { rows, report } = await run({ window });
    expect(report.source).toMatchObject({ kind: 'journal', different: 0 });
    const [mine = []] = byOutput(rows);
    expect(mine.length).toBeGreaterThan(90);
    expect(mine).toEqual(smooth.slice(-mine.length));
    const watched = await run({ window, wires: true });
    expect(byOutput(watched.rows)).toEqual(byOutput(rows));
    expect(watched.report.wires.find((one) => one.node === 'sum')).toBeDefined();
    const wired = graph(0.3);
    const seen = await run(
      { window, seen: ['wire'] },
      { ...wired, outputs: [...(wired.outputs ?? []), { name: 'wire', from: { node: 'sum', port: 'out' } }] },
    );
    expect(seen.report.source).toMatchObject({ kind: 'journal', different: 0 });
    expect(byOutput(seen.rows)).toEqual(byOutput(rows));
    expect(seen.rows.filter(([name]) => name === 'wire').length).toBe(mine.length);
  });

  it('reads days that left the log from their archive', async () => {
    const old = dayOf(Date.now()) - 9;
    await f.sql`select log_make_days(${old}::int, ${old}::int)`;
    await f.sql`update log set day = ${old} where at < ${middle}`;
    const { dropped } = await retireDays(f.sql, 7, f.dataFolder);
    expect(dropped).toContain(old);
    const { rows, report } = await run();
    expect(report.source).toMatchObject({ kind: 'journal', different: 0 });
    expect(byOutput(rows)).toEqual(byOutput(live));
    const other = await run(
      {},
      { ...graph(0.3), nodes: graph(0.3).nodes.map((n) => (n.id === 'smooth' ? { ...n, params: { alpha: 0.4 } } : n)) },
    );
    expect(other.report.source).toEqual({ kind: 'log' });
    expect(byOutput(other.rows)[0]?.length).toBe(byOutput(live)[0]?.length);
  });

  it('says when it does not reproduce what was committed', async () => {
    const [shard] = await f.db.execute<{ id: number; lane: number }>(
      sql`select id, lanes[2] as lane from shard where instance_id = ${id}`,
    );
    const aside = {
      orgId: ORG,
      instanceId: id,
      shardId: shard?.id ?? 0,
      step: 0,
      reason: 'never happened',
      laneId: shard?.lane ?? 0,
      seq: 5,
    };
    const [made] = await f.db.insert(deadLetter).values(aside).returning({ id: deadLetter.id });
    const { report } = await run();
    expect(report.source).toMatchObject({ kind: 'journal' });
    expect(report.source?.kind === 'journal' && report.source.different).toBeGreaterThan(0);
    await f.db.delete(deadLetter).where(eq(deadLetter.id, made?.id ?? ''));
  });

  it('falls back on the historian, and says so, when the log is gone for good', async () => {
    await f.sql`delete from log_archive`;
    const { rows, report } = await run();
    expect(report.source).toEqual({ kind: 'history' });
    expect(byOutput(rows)[0]?.length).toBe(byOutput(live)[0]?.length);
    expect(await f.db.select({ step: keptCheckpoint.step }).from(keptCheckpoint)).toHaveLength(2);
    // also when nothing of its lanes is left at all
    await f.sql`delete from log`;
    const empty = await run();
    expect(empty.report.source).toEqual({ kind: 'history' });
    expect(byOutput(empty.rows)[0]).toEqual(byOutput(rows)[0]);
  });
});
