import { expect, test } from 'vitest';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { until, workerFixture } from './fixture.testing.ts';

const T0 = 1_795_000_000_000;
const ROWS = 6;
/** Doubles each value; the first takes seconds of CPU where `slow`. */
const doubling = (slow: boolean): GraphDocumentInput => ({
  format: 1,
  roles: [{ name: 'x', title: { en: 'x', zh: '甲' }, type: 'number' }],
  nodes: [
    { id: 'in', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'x' } },
    {
      id: 'mine',
      block: 'millwright/transform.code',
      version: '1.0.0',
      params: {
        code: `export default function (row) {
  let spent = 0;
  if (${slow} && row.value === 1) for (let i = 0; i < 6e8; i++) spent += i % 7;
  return { y: row.value * 2 + (spent < 0 ? 1 : 0) };
}`,
        outputs: [{ name: 'y', type: 'number' }],
      },
    },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'mine', port: 'in' } }],
  outputs: [{ name: 'y', from: { node: 'mine', port: 'out' } }],
});

test('a slow shard does not hold up its neighbours: its step runs aside and joins a later round, with nothing left out', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const bound = { x: lane.tags[0] ?? 0 };
  const slow = await f.instance(doubling(true), bound, { key: 'slow' });
  const others = [await f.instance(doubling(false), bound, { key: 'a' }), await f.instance(doubling(false), bound, { key: 'b' })];
  const limits = { timeoutMs: 120_000, hostDeadlineMs: 240_000 };
  const worker = await f.worker({ limits });
  for (const id of [slow, ...others]) await f.running(id);
  const values = async (id: string) => (await f.outputs(id)).map((row) => row.values.at(-1));
  const expected = Array.from({ length: ROWS }, (_, i) => 2 * (i + 1));
  // the first comes to all three in one round
  for (let i = 1; i <= ROWS; i++) {
    await lane.write([{ time: T0 + i, values: [i] }]);
    await until('the neighbours have it', async () => (await Promise.all(others.map(values))).every((rows) => rows.length === i));
  }
  // it is still at its first step
  expect(await values(slow)).toEqual([]);
  expect((await f.shard(slow)).step).toBe(0);
  await until('the slow one has all', async () => (await values(slow)).length === ROWS, 120_000);
  for (const id of [slow, ...others]) expect(await values(id)).toEqual(expected);
  expect(worker.held).toBe(3);
  // one step for what was slow, and few for what had waited meanwhile
  expect((await f.shard(slow)).step).toBeLessThan(ROWS);
}, 240_000);
