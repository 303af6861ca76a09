import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { effect } from '#drizzle/schema/index.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { collectBlobs } from '#runtime/log/blob-collection.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import type { RecordRequest } from '#runtime/records/kinds.ts';
import { writeRecord } from '#runtime/records/write-record.ts';
import { fileReads, tableAnswers } from './file-reads.ts';
import { ORG, until, type WorkerFixture, workerFixture } from './fixture.testing.ts';

/** A running app that reads files of documents and records when one changes: real files, written by other programs. */
const node = (id: string, block: string, params: Record<string, unknown>, bind?: Record<string, string>) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
  ...(bind ? { bind } : {}),
});
const wire = (from: string, to: string) => ({ from: { node: from, port: 'out' }, to: { node: to, port: 'trigger' } });
const fields = [
  { name: 'item', type: 'text', path: '物料' },
  { name: 'mass', type: 'number', path: 'mass', unit: 'kg', unitPath: 'unit' },
  { name: 'made', type: 'time', path: 'made' },
];
const graph: GraphDocumentInput = {
  format: 1,
  roles: [],
  nodes: [
    node('changed', 'source.event', { kinds: ['record:document'] }),
    node('file', 'source.file', { fields }, { document: 'subject' }),
    node('lots', 'source.event', { kinds: ['record:lot'] }),
    node('made', 'source.record', {
      kind: 'lot',
      states: ['free'],
      rows: 'parents',
      fields: [
        { name: 'from', type: 'text', path: 'parents.lot' },
        { name: 'to', type: 'text', path: 'code' },
        { name: 'quantity', type: 'number', path: 'parents.quantity' },
      ],
    }),
  ],
  wires: [wire('changed', 'file'), wire('lots', 'made')],
  outputs: [
    { name: 'rows', from: { node: 'file', port: 'out' } },
    { name: 'problem', from: { node: 'file', port: 'problem' } },
    { name: 'links', from: { node: 'made', port: 'out' } },
  ],
};
const GRANTS = ['tag.read', 'file.read', 'record.read:document', 'record.read:lot'];

let f: WorkerFixture;
let id: string;
const write = async (kind: RecordRequest['kind'], code: string, transition: string, data: Record<string, unknown>) => {
  const done = await writeRecord(f.db, ORG, { kind, code, transition, data }, { by: 'user:li' });
  if (!done.ok) throw new Error(JSON.stringify(done));
  f.notifier.lanes([]);
};
/** As an upload does it. */
async function upload(code: string, name: string, path: string): Promise<string> {
  const bytes = await readFile(new URL(path, import.meta.url));
  const hash = await openBlobStore(f.dataFolder).put(f.db, ORG, bytes, 'application/octet-stream');
  await write('document', code, 'create', { name, media: 'application/octet-stream', hash, size: bytes.length });
  return hash;
}
const given = async (name: string) => (await f.outputs(id)).filter((row) => row.name === name).map((row) => row.values);

beforeAll(async () => {
  f = await workerFixture();
  await f.worker();
  id = await f.instance(graph, {}, { grants: GRANTS });
  await f.running(id);
});
afterAll(() => f[Symbol.asyncDispose]());

test('files as they are written by other programs: CSV in GB 18030, XLSX, JSON; a wrong row is told with its line', async () => {
  await upload('D1', 'parts.csv', '../../blocks/source/file/fixtures/parts.csv');
  await upload('D2', 'parts.xlsx', '../../blocks/source/file/fixtures/parts.xlsx');
  await upload('D3', 'parts.json', '../../blocks/source/file/fixtures/parts.json');
  await until('three tables', async () => (await given('rows')).length >= 3);
  const made = [Date.parse('2026-01-05T08:00:00Z'), Date.parse('2026-01-06T00:00:00Z')];
  for (const values of await given('rows')) {
    const [item, mass, time] = values as [string[], Float64Array, Float64Array];
    expect(item).toEqual(['轴', '棒料']);
    expect([...mass]).toEqual([1.5, 2.25]);
    expect([...time]).toEqual(made);
  }
  const problems = (await given('problem')).map(([document, reason, line]) => [document, line, String(reason).includes('“x”')]);
  expect(problems).toEqual([
    ['D1', 4, true],
    ['D2', 6, true],
    ['D3', 3, true],
  ]);
});

test('what is not there or cannot be read is told', async () => {
  const before = (await given('problem')).length;
  await upload('D4', 'parts.xlsx', '../../blocks/source/file/fixtures/parts.csv');
  await write('document', 'D5', 'create', { name: 'x.csv', media: 'text/csv', hash: '0'.repeat(64), size: 1 });
  await until('two more', async () => (await given('problem')).length >= before + 2);
  expect((await given('problem')).slice(before).map(([document, reason]) => [document, reason])).toEqual([
    ['D4', 'file-unreadable'],
    ['D5', 'file-missing'],
  ]);
});

test('Parquet of pyarrow: whole numbers to 2^53, a missing value is null, what it cannot be is told; more than the limit is counted', async () => {
  await upload('D6', 'table.parquet', '../files/fixtures/pyarrow.parquet');
  const read = fileReads(f.db, openBlobStore(f.dataFolder));
  const column = (name: string, type: 'integer' | 'text' | 'number' | 'time') => ({ name, type, path: name, required: false });
  const ask = { document: 'D6', encoding: 'auto' as const, limit: 2, asOf: Date.now() + 60_000 };
  const whole = await read(ORG, { ...ask, fields: [column('time', 'time'), column('key', 'text'), column('count', 'integer')] });
  expect(whole).toMatchObject({
    columns: {
      time: [Date.parse('2026-01-04T16:00:00Z'), expect.closeTo(Date.parse('2026-01-04T16:00:00Z'), -1)],
      key: ['C-1', 'C-2'],
      count: [7, 9007199254740991],
    },
    left: 1,
  });
  expect(await read(ORG, { ...ask, fields: [column('key', 'number')] })).toMatchObject({ refused: [{ line: 1 }, { line: 2 }] });
});

test('records are read as of the row: the links of lots follow their changes', async () => {
  await write('item', 'BAR', 'create', { name: { en: 'Bar', zh: '棒料' }, revision: 'A', unit: 'kg' });
  const lot = { item: 'BAR', quantity: 1, unit: 'kg' };
  await write('lot', 'L1', 'create', lot);
  await write('lot', 'L2', 'create', { ...lot, parents: [{ lot: 'L1', quantity: 0.5 }] });
  const newest = async () => (await given('links')).at(-1) as [string[], string[], Float64Array] | undefined;
  await until('a link', async () => (await newest())?.[0].length === 1);
  const [from, to, quantity] = (await newest()) ?? [[], [], new Float64Array()];
  expect([from, to, [...quantity]]).toEqual([['L1'], ['L2'], [0.5]]);
  const then = Date.now();
  await write('lot', 'L2', 'scrap', {});
  await until('none that is free', async () => (await newest())?.[0].length === 0);
  // a backtest reads the versions of then
  const answer = tableAnswers(f.db, openBlobStore(f.dataFolder), ORG, () => ({ ok: false, reason: 'unknown' }));
  const [asked] = (await f.db.select().from(effect)).filter((one) => one.kind === 'record.read').slice(-1);
  const request = { ...asked?.request, asOf: then };
  expect(await answer({ node: '', key: '', row: 0, time: 0, kind: 'record.read', request })).toMatchObject({
    ok: true,
    value: { columns: { from: ['L1'], to: ['L2'] } },
  });
});

test('a file that a document names is kept, one that nothing names is collected', async () => {
  const store = openBlobStore(f.dataFolder);
  const lost = await store.put(f.db, ORG, Buffer.from('nobody names it'), 'text/plain');
  const [kept] = await f.sql<{ hash: string }[]>`select data->>'hash' as hash from record where code = 'D1'`;
  await f.sql`update blob set last_used_at = now() - interval '1 day'`;
  const rules = { waveHours: 1, sampleDays: 1, safeMs: 0, graceMs: 0 };
  await collectBlobs(f.db, f.dataFolder, rules);
  await expect(store.get(f.db, ORG, lost)).rejects.toThrow();
  expect((await store.get(f.db, ORG, kept?.hash ?? '')).bytes.length).toBeGreaterThan(0);
});

test('without the grants of its kinds it does not run, and says which', async () => {
  const other = await f.instance(graph, {}, { grants: ['tag.read', 'file.read'] });
  await until('it says so', async () => (await f.facts(other)).reason?.code === 'CAPABILITY_MISSING');
  expect((await f.facts(other)).reason?.message).toContain('record.read:document, record.read:lot');
});
