import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { record, recordVersion } from '#drizzle/schema/index.ts';
import { quality } from '#runtime/batch/quality.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { writeRecord } from '#runtime/records/write-record.ts';
import { ORG, until, type WorkerFixture, workerFixture } from './fixture.testing.ts';

/** Apps that write records, on the real store: what the blocks ask for is what the kinds take. */
const title = { en: 'Role', zh: '角色' };
const node = (id: string, block: string, version: string, params: Record<string, unknown>, bind?: Record<string, string>) => ({
  id,
  block: `millwright/${block}`,
  version,
  params,
  ...(bind ? { bind } : {}),
});
const wire = (from: string, to: string, port = 'in') => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
const code = (body: string, outputs: readonly { name: string; type: string }[]) => ({
  code: `export default function (row) {\n  ${body}\n}`,
  outputs,
});
const graph: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'wear', title }],
  nodes: [
    node('wear', 'source.tag', '1.0.0', { role: 'wear' }),
    node(
      'worn',
      'transform.code',
      '1.0.0',
      code('return { condition: row.value > 80 };', [{ name: 'condition', type: 'boolean' }]),
    ),
    node('repair', 'business.workorder', '1.0.0', { title: { en: 'Change the tool', zh: '更换刀具' }, again: 0 }),
    node(
      'ask',
      'transform.code',
      '1.0.0',
      code("return { code: 'PO-' + row.value, data: { lines: [{ item: 'TOOL', quantity: 1, unit: '1' }] } };", [
        { name: 'code', type: 'text' },
        { name: 'data', type: 'json' },
      ]),
    ),
    node('buy', 'business.order', '1.1.0', { type: 'purchase' }),
    node('inspect', 'source.form', '1.1.0', {
      form: 'inspect',
      title: { en: 'Inspection', zh: '检验' },
      fields: [
        { kind: 'number', name: 'diameter', title, unit: 'mm' },
        { kind: 'choice', name: 'result', title, options: [{ value: 'pass' }, { value: 'fail' }] },
        { kind: 'boolean', name: 'burr', title },
        { kind: 'date', name: 'due', title, required: false },
      ],
    }),
    node('label', 'trace.serial', '1.0.0', { pool: 'PALLETS', lease: 4, ahead: 1 }),
  ],
  wires: [
    wire('wear', 'worn'),
    wire('worn', 'repair'),
    wire('wear', 'ask'),
    wire('ask', 'buy'),
    wire('wear', 'label', 'trigger'),
  ],
  outputs: [
    { name: 'repair', from: { node: 'repair', port: 'out' } },
    { name: 'order', from: { node: 'buy', port: 'out' } },
    { name: 'inspect', from: { node: 'inspect', port: 'out' } },
    { name: 'label', from: { node: 'label', port: 'out' } },
  ],
};
const GRANTS = ['tag.read', 'screen.render', 'record.write:workorder', 'record.write:order', 'record.write:serial'];

/** A candidate is entered, recorded, signed by a person, and active. */
const models: GraphDocumentInput = {
  format: 1,
  nodes: [
    node('trained', 'source.form', '1.1.0', {
      form: 'trained',
      title,
      fields: [
        { kind: 'text', name: 'model', title },
        { kind: 'number', name: 'score', title },
      ],
    }),
    node('records', 'source.event', '1.0.0', { kinds: ['record:model'] }),
    node('registry', 'learn.registry', '1.1.0', { gate: 0.8, task: 'Bearing fault', metric: 'F1', approval: 'record' }),
  ],
  wires: [wire('trained', 'registry', 'candidate'), wire('records', 'registry', 'decided')],
  outputs: [{ name: 'registry', from: { node: 'registry', port: 'out' } }],
};

let f: WorkerFixture;
beforeAll(async () => {
  f = await workerFixture();
});
afterAll(() => f[Symbol.asyncDispose]());

test('orders, work orders and labels, each once, across a worker that is replaced in the middle', async () => {
  const pool = { key: 'sscc', prefix: '10614141', next: 234_567_890, last: 234_567_999 };
  await writeRecord(f.db, ORG, { kind: 'serial', code: 'PALLETS', transition: 'create', data: pool }, { by: 'user:li' });
  const lane = await f.lane([{}]);
  const first = await f.worker();
  const id = await f.instance(graph, { wear: lane.tags[0] ?? 0 }, { grants: GRANTS });
  await f.running(id);
  const begun = Date.now();
  const rows = async (name: string) => (await f.outputs(id)).filter((row) => row.name === name);
  for (let i = 0; i < 5; i++) await lane.write([{ time: begun + i * 1000, values: [70 + i * 4] }]);
  await until('five labels', async () => (await rows('label')).length === 5);
  await first.stop();
  for (let i = 5; i < 10; i++) await lane.write([{ time: begun + i * 1000, values: [70 + i * 4] }]);
  await f.worker();
  await until('ten labels and orders', async () => (await rows('label')).length === 10 && (await rows('order')).length === 10);
  await until('the work order is answered', async () => (await rows('repair')).length === 1);

  // a form of several fields: one submit, one row
  const due = Date.parse('2026-11-22T16:00:00Z');
  for (const values of [
    { diameter: 20.02, result: 'pass', burr: false, due },
    { diameter: 20.2, result: 'fail', burr: true },
  ])
    await appendControl(f.db, ORG, { type: 'form', instanceId: id, form: 'inspect', key: '', values, by: 'Li Na' });
  await until('both entries', async () => (await rows('inspect')).length === 2);
  const [passed, failed] = await rows('inspect');
  expect(passed).toMatchObject({ values: [20.02, 'pass', 0, due], quality: [0, 0, 0, 0] });
  expect(failed?.values.slice(0, 3)).toEqual([20.2, 'fail', 1]);
  expect(failed?.quality[3]).toBe(quality('bad', 'missing'));

  const labels = (await rows('label')).map((row) => row.values[0]);
  // the first is the standard's example (GS1 EPC Tag Data Standard, 7.2); no number twice
  expect(labels[0]).toBe('(00)106141412345678908');
  expect(new Set(labels).size).toBe(10);
  const orders = await f.db.select().from(record).where(eq(record.kind, 'order')).orderBy(asc(record.code));
  expect(orders.map((one) => [one.state, one.data.type])).toEqual(Array.from({ length: 10 }, () => ['draft', 'purchase']));
  const [repair] = await f.db.select().from(record).where(eq(record.kind, 'workorder'));
  expect(repair).toMatchObject({ state: 'open', data: { asset: 'C-101', priority: 3, value: 82 } });
  const [version] = await f.db
    .select()
    .from(recordVersion)
    .where(eq(recordVersion.recordId, repair?.id ?? ''));
  expect(version).toMatchObject({ by: `app:${id}`, transition: 'create', version: 1 });
});

test('a model is recorded with hash and figures, signed by a person, and active; what is no model is refused by name', async () => {
  const id = await f.instance(
    models,
    {},
    { grants: ['tag.read', 'screen.render', 'model.load', 'record.read:model', 'record.write:model'], key: 'M-1' },
  );
  await f.running(id);
  const enter = (model: string, score: number) =>
    appendControl(f.db, ORG, { type: 'form', instanceId: id, form: 'trained', key: '', values: { model, score }, by: 'Li Na' });
  const told = async () => (await f.outputs(id)).map((row) => row.values);
  const events = async () => (await told()).map((values) => values[2]);
  const [first, second] = ['a'.repeat(64), 'b'.repeat(64)];
  await enter(first, 0.79);
  await enter(first, 0.91);
  await until('the record is there', async () => (await events()).includes('recorded'));
  expect(await events()).toEqual(['refused', 'waiting', 'recorded']);
  const find = async (code: string) =>
    (await f.db.select().from(record).where(eq(record.kind, 'model'))).find((one) => one.code === code);
  expect(await find('MODEL-AAAAAAAAAAAA')).toMatchObject({
    state: 'candidate',
    data: { task: 'Bearing fault', hash: first, metrics: [{ name: 'F1', value: 0.91 }] },
  });
  const approve = { kind: 'model' as const, code: 'MODEL-AAAAAAAAAAAA', transition: 'approve', data: {} };
  // an app cannot sign
  expect(await writeRecord(f.db, ORG, approve, { by: `app:${id}` })).toMatchObject({ ok: false, code: 'record-signature' });
  await writeRecord(f.db, ORG, approve, { by: 'user:li', signer: { name: 'Li Na' } });
  await until('active', async () => (await events()).includes('active'));
  expect((await told()).at(-1)?.slice(0, 3)).toEqual([first, 0.91, 'active']);
  const [, signed] = await f.db
    .select()
    .from(recordVersion)
    .where(eq(recordVersion.recordId, (await find('MODEL-AAAAAAAAAAAA'))?.id ?? ''))
    .orderBy(asc(recordVersion.version));
  expect(signed).toMatchObject({ by: 'user:li', transition: 'approve', signature: { name: 'Li Na' } });
  // the next one says what it replaces; what is no hash of a file gets no record
  await enter(second, 0.95);
  await until('the second record', async () => (await find('MODEL-BBBBBBBBBBBB')) !== undefined);
  expect((await find('MODEL-BBBBBBBBBBBB'))?.data).toMatchObject({ replaces: 'MODEL-AAAAAAAAAAAA' });
  await enter('model-7', 0.99);
  await until('refused', async () => (await told()).some((values) => values[3] === 'record-data'));
  expect((await told()).at(-1)?.slice(0, 1)).toEqual([first]);
});
