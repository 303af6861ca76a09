import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { appVersion, deadLetter, instance } from '#drizzle/schema/index.ts';
import { dropLetter, retryLetter } from '#runtime/effects/dead-letters.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { ORG, until, workerFixture } from './fixture.testing.ts';

const T0 = 1_795_000_000_000;
/** Passes everything but what it chokes on, and counts what it has seen. */
const graph = (condition: string): GraphDocumentInput => ({
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
  if (${condition}) for (;;);
  return { y: row.value * 2 };
}`,
        outputs: [{ name: 'y', type: 'number' }],
      },
    },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'mine', port: 'in' } }],
  outputs: [{ name: 'y', from: { node: 'mine', port: 'out' } }],
});

test('what was set aside is tried again: in vain while the app is as it was, with success once it is mended; also after a recovery', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const id = await f.instance(graph('row.value === 13'), { x: lane.tags[0] ?? 0 });
  const limits = { timeoutMs: 200, hostDeadlineMs: 5_000 };
  const worker = await f.worker({ limits });
  await f.running(id);
  await lane.write([1, 13, 4].map((v, i) => ({ time: T0 + i, values: [v] })));
  const letters = () => f.db.select().from(deadLetter).orderBy(deadLetter.createdAt);
  await until('set aside', async () => (await letters()).length === 1 && (await f.outputs(id)).length === 2, 30_000);
  const retry = (of: string, org = ORG) => f.db.transaction((tx) => retryLetter(tx, org, of, 'Li Na'));
  const [first] = await letters();
  expect(await retry(first?.id ?? '', 'another')).toBe('gone');
  expect(await Promise.all([retry(first?.id ?? ''), retry(first?.id ?? '')])).toEqual(expect.arrayContaining(['done', 'gone']));
  await until('in vain', async () => (await letters()).length === 2, 30_000);
  const [retried, second] = await letters();
  expect(retried?.settled).toMatchObject({ how: 'retried', by: 'Li Na' });
  expect(second).toMatchObject({ node: 'mine', settled: null });

  const { versionId } = await f.facts(id);
  const [old] = await f.db.select().from(appVersion).where(eq(appVersion.id, versionId));
  const [mended] = await f.db
    .insert(appVersion)
    .values({ ...old, id: undefined, version: '1.0.1', graph: JSON.stringify(graph('false')), graphHash: 'mended' } as never)
    .returning();
  await f.db
    .update(instance)
    .set({ versionId: mended?.id ?? '' })
    .where(eq(instance.id, id));
  f.notifier.tell('control', id);
  // entries stay set aside in the re-run of the journal, whatever people decided since
  await worker.stop();
  await f.worker({ limits });
  expect(await retry(second?.id ?? '')).toBe('done');
  await until('passed', async () => (await f.outputs(id)).length === 3, 30_000);
  expect((await f.outputs(id)).map((r) => [r.time, r.values])).toEqual([
    [T0, [1, 2]],
    [T0 + 2, [4, 8]],
    [T0 + 1, [13, 26]],
  ]);
  expect(await letters()).toHaveLength(2);
  expect(await f.db.transaction((tx) => dropLetter(tx, ORG, second?.id ?? '', 'Li Na'))).toBe('gone');
});

test('a text where a number is needed is set aside with its reason, and the stream goes on', async () => {
  await using f = await workerFixture();
  const lane = await f.lane([{}]);
  const id = await f.instance(graph('false'), { x: lane.tags[0] ?? 0 });
  await f.worker();
  await f.running(id);
  await lane.write([{ time: T0, values: [1] }]);
  await lane.writeText(T0 + 1, '12 bar');
  await lane.write([{ time: T0 + 2, values: [3] }]);
  await until('set aside', async () => (await f.outputs(id)).length === 2 && (await f.db.select().from(deadLetter)).length === 1);
  expect((await f.outputs(id)).map((r) => [r.time, r.values])).toEqual([
    [T0, [1, 2]],
    [T0 + 2, [3, 6]],
  ]);
  const [letter] = await f.db.select().from(deadLetter);
  expect(letter).toMatchObject({ node: 'in', key: 'C-101', reason: 'SCHEMA number text 1: 12 bar', laneId: null });
});
