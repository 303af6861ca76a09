import { asc, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { appendAudit } from '#drizzle/audit.ts';
import { alarm, alarmEvent } from '#drizzle/schema/index.ts';
import { forwardEvents } from '#runtime/events/forward.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { sha256 } from '#runtime/graph/hash.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { ORG, until, workerFixture } from './fixture.testing.ts';
import { replayGraph } from './replay-graph.ts';

const guard: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'p', title: { en: 'Pressure', zh: '压力' } }],
  nodes: [
    { id: 'p', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'p' } },
    { id: 'limit', block: 'millwright/series.compare', version: '1.0.0', params: { high: 5 } },
    {
      id: 'alarm',
      block: 'millwright/alarm.raise',
      version: '1.0.0',
      bind: { condition: 'on' },
      params: { priority: 2, text: { en: 'High', zh: '高' } },
    },
  ],
  wires: [
    { from: { node: 'p', port: 'out' }, to: { node: 'limit', port: 'in' } },
    { from: { node: 'limit', port: 'out' }, to: { node: 'alarm', port: 'in' } },
  ],
  outputs: [{ name: 'p', from: { node: 'p', port: 'out' } }],
};
const listener: GraphDocumentInput = {
  format: 1,
  roles: [],
  nodes: [
    {
      id: 'e',
      block: 'millwright/source.event',
      version: '1.0.0',
      params: { kinds: ['alarm', 'audit', 'cycle'], subject: '*' },
    },
  ],
  wires: [],
  outputs: [{ name: 'seen', from: { node: 'e', port: 'out' } }],
};
// columns of `seen` in the order of the block: id, kind, subject, asset, action, state, value, data
const short = (values: readonly unknown[]) => [values[1], values[2], values[4], values[5]];

test('alarms, acts and sent events reach the apps that take them: once, in order, whoever forwards; and a replay of it is the same', async () => {
  await using f = await workerFixture();
  const { db } = f;
  const lane = await f.lane([{}]);
  await f.worker();
  const raising = await f.instance(guard, { p: lane.tags[0] ?? 0 });
  await f.running(raising);
  const began = Date.now();
  // before anyone takes events: told to nobody, ever
  await lane.writeOne(0, began, 9);
  await until('raised', async () => (await db.$count(alarmEvent)) === 1);
  await appendAudit(db, { orgId: ORG, actor: 'user:1', action: 'app.before' });
  const id = await f.instance(listener, {});
  await f.running(id);
  await f.worker();

  await lane.writeOne(0, Date.now(), 1);
  await until('cleared', async () => (await db.$count(alarmEvent)) === 2);
  await until('seen', async () => (await f.outputs(id)).length === 1);
  await appendAudit(db, { orgId: ORG, actor: 'user:1', action: 'app.deploy', target: 'app:7', details: { version: '1.1.0' } });
  await until('the act is seen', async () => (await f.outputs(id)).length === 2);
  const sent = { id: 's1', kind: 'cycle', subject: 'press-3', about: '', time: began, action: 'end', state: 'ok', value: 12.5 };
  await appendControl(db, ORG, { type: 'event', ...sent, data: { good: 1 } });
  await appendControl(db, ORG, { type: 'event', ...sent, id: 's2', kind: 'other', data: {} });
  await until('what was sent is seen', async () => (await f.outputs(id)).length === 3);
  // several at once give each once
  await lane.writeOne(0, Date.now(), 9);
  await until('raised again', async () => (await db.$count(alarmEvent)) >= 3);
  await Promise.all([forwardEvents(db), forwardEvents(db), forwardEvents(db)]);
  await until('seen again', async () => (await f.outputs(id)).length >= 4);
  const journal = await db.select().from(alarmEvent).orderBy(asc(alarmEvent.id));
  expect(journal.every((row) => row.told)).toBe(true);

  const rows = await f.outputs(id);
  const states = journal.slice(1).map((row) => ['alarm', 'C-101/alarm', 'condition', row.to]);
  expect(rows.map((row) => short(row.values))).toEqual([
    states[0],
    ['audit', 'app:7', 'app.deploy', ''],
    ['cycle', 'press-3', 'end', 'ok'],
    ...states.slice(1),
  ]);
  expect(rows[2]).toMatchObject({
    time: began,
    key: 'C-101',
    values: ['s1', 'cycle', 'press-3', '', 'end', 'ok', 12.5, { good: 1 }],
  });
  const [{ priority } = { priority: 0 }] = await db.select().from(alarm).where(eq(alarm.orgId, ORG));
  expect(rows[0]?.values[7]).toMatchObject({ priority, message: { en: 'High', zh: '高' } });

  const text = JSON.stringify(listener);
  const run = async (input: 'arrived' | 'corrected') => {
    const seen: unknown[][] = [];
    const report = await replayGraph(
      { db, reader: f.reader, blobs: openBlobStore(f.dataFolder), dataFolder: f.dataFolder, onFatal: () => {} },
      ORG,
      {
        graph: text,
        graphHash: await sha256(text),
        key: 'C-101',
        bindings: {},
        parameters: {},
        window: { from: began - 1000, to: Date.now() + 1000 },
        input,
        confirmations: 'confirm',
        wires: false,
        beside: id,
      },
      {
        onResult: (r) => {
          for (const o of r.outputs) for (let i = 0; i < o.n; i++) seen.push(short(o.columns.map((c) => c[i])));
        },
      },
    );
    return { seen, report };
  };
  const again = await run('arrived');
  expect(again.report.source).toMatchObject({ kind: 'journal', different: 0 });
  expect(again.seen).toEqual(rows.map((row) => short(row.values)));
  // from the journals, also what nobody took then
  const corrected = (await run('corrected')).seen.map(([kind, , action]) => [kind, action]);
  expect(corrected.filter(([kind]) => kind === 'alarm')).toHaveLength(journal.length);
  expect(corrected.filter(([kind]) => kind === 'audit')).toEqual([
    ['audit', 'app.before'],
    ['audit', 'app.deploy'],
  ]);
}, 180_000);
