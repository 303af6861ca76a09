import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { checkpoint, deadLetter, instance } from '#drizzle/schema/index.ts';
import { troublesIn } from '#drizzle/troubles.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { until, workerFixture } from './fixture.testing.ts';

const T0 = 1_795_000_000_000;
/** Halves the way to every new value: the state shows in each row. */
const smoothing: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'x', title: { en: 'x', zh: '甲' }, type: 'number' }],
  nodes: [
    { id: 'in', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'x' } },
    { id: 'avg', block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.5 } },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'avg', port: 'in' } }],
  outputs: [{ name: 'smooth', from: { node: 'avg', port: 'out' } }],
};

test('a damaged entry becomes a dead letter with lane and number, and the app goes on; a state that needs it is not made up', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const id = await f.instance(smoothing, { x: lane.tags[0] ?? 0 });
  const values = async () => (await f.outputs(id)).map((row) => row.values[0]);
  const first = await f.worker();
  await f.running(id);
  await lane.write([{ time: T0, values: [64] }]);
  await until('a row', async () => (await values()).length === 1);
  await first.stop();
  const kept = await f.db.select().from(checkpoint);
  for (let i = 1; i <= 3; i++) await lane.write([{ time: T0 + i, values: [0] }]);
  await f.sql`update log set data = substring(data from 1 for 20) where lane = ${lane.id} and seq = 3`;
  const second = await f.worker();
  await until('both others', async () => (await values()).length === 3);
  expect(await values()).toEqual([64, 32, 16]);
  const reason = expect.stringContaining('LOG_ENTRY_DAMAGED');
  expect(await f.db.select().from(deadLetter)).toMatchObject([{ laneId: lane.id, seq: 3, instanceId: id, reason }]);
  expect(troublesIn(second.facts())).toEqual([{ code: 'log-unreadable', params: { count: 1, lane: lane.id, seq: 3 } }]);
  await second.stop();

  // an entry that a step had consumed is damaged afterwards, and the state before it is all that is left
  await f.sql`update log set data = substring(data from 1 for 20) where lane = ${lane.id} and seq = 4`;
  for (const { step, cursor, state } of kept) await f.db.update(checkpoint).set({ step, cursor, state });
  await f.worker();
  await until('it says so', async () => (await f.facts(id)).status === 'failed');
  const [row] = await f.db.select().from(instance).where(eq(instance.id, id));
  expect(row?.reason).toMatchObject({ code: 'JOURNAL_DAMAGED', message: expect.stringMatching(/entry 4 of lane/) });
});
