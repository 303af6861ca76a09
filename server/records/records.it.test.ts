import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAPABILITIES } from '#blocks/sdk/capability-words.ts';
import { audit, member, record } from '#drizzle/schema/index.ts';
import { RECORD_KIND_NAMES } from '#runtime/records/kinds.ts';
import { handleRest } from '../rest/handle.ts';
import { PASSWORD, type TestServer, testServer } from '../session.testing.ts';

type Person = Awaited<ReturnType<TestServer['person']>>;
let server: TestServer;
let owner: Person;
let operator: Person;
let stranger: Person;
let orgId: string;
let key: string;
const both = (text: string) => ({ en: text, zh: text });
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: { cause?: { facts?: { code: string } }; facts?: { code: string } }) =>
      error.facts?.code ?? error.cause?.facts?.code ?? error,
  );

let folder: string;
beforeAll(async () => {
  // read once, with the first query
  folder = await mkdtemp(join(tmpdir(), 'mw-documents-'));
  process.env.MILLWRIGHT_DATA = folder;
  server = await testServer();
  owner = await server.person('owner@example.com', 'Zhang Wei');
  operator = await server.person('operator@example.com');
  stranger = await server.person('stranger@example.com');
  orgId = (await owner.call().organization.create({ name: 'Baoan' })).orgId;
  await stranger.call().organization.create({ name: 'Elsewhere' });
  await server.db
    .insert(member)
    .values({ id: 'm2', organizationId: orgId, userId: operator.id, role: 'operator', createdAt: new Date() });
  key = (await owner.call().keys.create({ name: 'erp', scopes: ['records.read', 'records.write'] })).key;
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const recipe = {
  revision: 'A',
  name: both('Anneal'),
  procedure: [{ step: 1, unit: 'F1', operation: 'Heat', phase: 'Ramp' }],
  parameters: [{ name: 'T', value: 520, unit: 'Cel', low: 500, high: 540 }],
};

it('every kind has words for what an app may do with it', () => {
  for (const kind of RECORD_KIND_NAMES)
    expect(CAPABILITIES).toEqual(expect.arrayContaining([`record.read:${kind}`, `record.write:${kind}`]));
});

describe('a recipe', () => {
  const change = (person: Person, transition: string, more = {}) =>
    person.call().records.change({ kind: 'recipe', code: 'R-1', transition, ...more });
  const read = (person: Person) => person.call().records.read({ kind: 'recipe', code: 'R-1' });

  it('is made by those who may, released with a password, and its last release holds while it is revised', async () => {
    expect(await code(change(operator, 'create', { data: recipe }))).toBe('access.forbidden');
    await change(owner, 'create', { data: recipe, why: 'first batch' });
    expect(await code(change(owner, 'release'))).toBe('records.signature');
    expect(await code(change(owner, 'release', { password: 'not this one' }))).toBe('records.password');
    await change(owner, 'release', { password: PASSWORD, version: 1 });
    expect(await code(change(owner, 'revise', { version: 1, data: { revision: 'B' } }))).toBe('records.version');
    await change(owner, 'revise', { version: 2, data: { revision: 'B' } });
    const seen = await read(operator);
    expect(seen).toMatchObject({ state: 'draft', version: 3, inForce: 2, data: { revision: 'B' } });
    expect(seen.transitions.map((one) => [one.name, one.allowed, one.meaning !== null])).toEqual([
      ['change', false, false],
      ['release', false, true],
      ['retire', false, false],
    ]);
    const versions = await owner.call().records.versions({ kind: 'recipe', code: 'R-1' });
    expect(versions.map((one) => [one.version, one.transition, one.person, one.signature?.holds])).toEqual([
      [3, 'revise', 'Zhang Wei', undefined],
      [2, 'release', 'Zhang Wei', true],
      [1, 'create', 'Zhang Wei', undefined],
    ]);
    expect(versions[2]?.why).toBe('first batch');
    expect(versions[1]?.signature).toMatchObject({ name: 'Zhang Wei', meaning: { zh: '批准用于生产' } });
  });

  it('is not there for another organization', async () => {
    expect(await code(read(stranger))).toBe('access.not-found');
    expect(await code(stranger.call().records.versions({ kind: 'recipe', code: 'R-1' }))).toBe('access.not-found');
    expect((await stranger.call().records.list({ kind: 'recipe' })).records).toEqual([]);
    expect(await stranger.call().records.counts()).toEqual([]);
    expect(await code(change(stranger, 'retire'))).toBe('records.missing');
    expect(await code(stranger.call().records.trace({ kind: 'lot', code: 'L1' }))).toBe('access.not-found');
  });

  it('wrong data name the field, in both languages; the same call again changes nothing', async () => {
    const hot = { parameters: [{ name: 'T', value: 900, unit: 'Cel', low: 500, high: 540 }] };
    const error = await change(owner, 'change', { data: hot }).catch((e) => e);
    expect(error.facts).toMatchObject({
      code: 'records.data',
      fields: [{ path: 'parameters.0.value', message: { en: '900 is outside its own limits.', zh: '900 超出其上下限。' } }],
    });
    const requestId = crypto.randomUUID();
    const first = await change(owner, 'change', { data: { note: 'x' }, requestId });
    expect(await change(owner, 'change', { data: { note: 'x' }, requestId })).toEqual(first);
  });
});

describe('a file of records', () => {
  const file = (kind: 'item' | 'lot' | 'order', text: string | Buffer, name = 'items.csv') => ({
    kind,
    name,
    base64: Buffer.from(text).toString('base64'),
  });
  const preview = (person: Person, input: ReturnType<typeof file>) => person.call().records.previewImport(input);

  it('is looked at first: nothing is written; then all of it or nothing', async () => {
    const text = [
      'code,name.en,name.zh,revision,unit,lead [h],colour',
      'SHAFT,Shaft,轴,A,1,48,red',
      'BAR,Bar,棒料,A,kg,,',
      'BOLT,Bolt,螺栓,A,kilo,,',
    ].join('\n');
    const seen = await preview(owner, file('item', text));
    expect(seen.unknown).toEqual(['colour']);
    expect(seen.counts).toEqual({ create: 2, change: 0, same: 0, skip: 0, refused: 1 });
    expect(seen.lines[2]).toMatchObject({ line: 4, action: 'refused', faults: [{ column: 'unit' }] });
    expect(seen.lines[2]?.faults[0]?.message.zh).toContain('UCUM');
    const control = async () => Number((await server.sql`select count(*) as n from log`)[0]?.n);
    const before = await control();
    expect(await server.db.$count(record, eq(record.kind, 'item'))).toBe(0);
    const apply = (input: ReturnType<typeof file>, hash: string, person = owner) =>
      person.call().records.applyImport({ ...input, hash });
    expect(await code(apply(file('item', text), seen.hash))).toBe('records.import-refused');
    expect(await server.db.$count(record, eq(record.kind, 'item'))).toBe(0);
    const right = text.replace('kilo', 'kg');
    expect(await code(apply(file('item', right), seen.hash))).toBe('records.file-changed');
    const good = await preview(owner, file('item', right));
    expect(await code(apply(file('item', right), good.hash, operator))).toBe('access.forbidden');
    expect(await apply(file('item', right), good.hash)).toEqual({ create: 3, change: 0 });
    expect((await owner.call().records.read({ kind: 'item', code: 'SHAFT' })).data).toMatchObject({ lead: 2 });
    // each record is an entry of the log
    expect((await control()) - before).toBe(3);
    const again = await preview(owner, file('item', right.replace('Bolt', 'Screw')));
    expect(again.counts).toMatchObject({ same: 2, change: 1 });
  });

  it('rows of one number are one record; what stands further down may be named above; GB 18030 is read', async () => {
    const lots = [
      'code,item,quantity,unit,parents.lot,parents.quantity',
      'L3,SHAFT,10,1,L1,4',
      ',,,,L2,6',
      'L1,BAR,4,kg,,',
      'L2,BAR,6,kg,,',
    ].join('\n');
    const seen = await preview(operator, file('lot', lots, 'lots.csv'));
    expect(seen.counts).toMatchObject({ create: 3, refused: 0 });
    await operator.call().records.applyImport({ ...file('lot', lots, 'lots.csv'), hash: seen.hash });
    const { data } = await owner.call().records.read({ kind: 'lot', code: 'L3' });
    expect(data.parents).toEqual([
      { lot: 'L1', quantity: 4 },
      { lot: 'L2', quantity: 6 },
    ]);
    await operator
      .call()
      .records.change({ kind: 'unit', code: 'U1', transition: 'create', data: { item: 'SHAFT', serial: '1', lot: 'L3' } });
    const trace = await owner.call().records.trace({ kind: 'lot', code: 'L1' });
    expect(trace.forward.links.map((one) => [one.depth, one.code, one.by, one.quantity])).toEqual([
      [1, 'L3', 'L1', 4],
      [2, 'U1', 'L3', null],
    ]);
    const back = await owner.call().records.trace({ kind: 'unit', code: 'U1' });
    expect(back.backward.links.map((one) => one.code)).toEqual(['L3', 'L1', 'L2']);
    // “编码” and “数量” are not UTF-8 here: 0xCA FD C1 BF is 数量 in GB 18030
    const chinese = Buffer.concat([
      Buffer.from('code,item,unit,'),
      Buffer.from('cafdc1bf', 'hex'),
      Buffer.from('\nL9,BAR,kg,3\n'),
    ]);
    expect((await preview(operator, file('lot', chinese, 'lots.csv'))).counts).toMatchObject({ create: 1, refused: 0 });
  });

  it('what is no file of records is told', async () => {
    expect(await code(preview(owner, file('item', 'a,b\n1,2')))).toBe('records.file-columns');
    expect(await code(preview(owner, file('item', 'code', 'items.doc')))).toBe('records.file');
    const twice = await preview(owner, file('item', 'code,revision\nX,A\nY,A\nX,B'));
    expect(twice.lines.map((one) => one.action)).toEqual(['refused', 'refused', 'refused']);
    expect(twice.lines[2]?.faults[0]?.message.en).toBe('X stands in line 2 already.');
  });
});

it('a file becomes a document with its hash; a new file is a new version; wrong text is refused', async () => {
  const upload = (person: Person, text: string, more = {}) =>
    person.call().records.upload({ code: 'DOC-1', name: 'a.csv', base64: Buffer.from(text).toString('base64'), ...more });
  expect(await code(upload(operator, 'a'))).toBe('access.forbidden');
  const made = await upload(owner, 'abc');
  // SHA-256 of “abc”, FIPS 180-4 example
  expect(made).toMatchObject({ version: 1, hash: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' });
  expect(await code(upload(owner, 'abcd'))).toBe('records.exists');
  expect(await upload(owner, 'abcd', { version: 1 })).toMatchObject({ version: 2 });
  expect((await owner.call().records.read({ kind: 'document', code: 'DOC-1' })).data).toMatchObject({ size: 4 });
});

describe('over the programming interface', () => {
  const ask = async (path: string, body?: unknown, own = key) => {
    const answer = await handleRest(
      new Request(`http://localhost/api/v1${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${own}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const lines = [{ item: 'SHAFT', quantity: 12, unit: '1', price: '48.50', currency: 'CNY' }];

  it('an order is made once, listed and read with its versions; approvals are for persons', async () => {
    const made = { kind: 'order', code: 'SO-1', transition: 'create', data: { type: 'sales', lines }, request: 'erp-1' };
    expect(await ask('/records', made)).toMatchObject({ status: 200, body: { code: 'SO-1', version: 1, state: 'draft' } });
    expect(await ask('/records', made)).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await ask('/records', { ...made, request: 'erp-2' })).toMatchObject({ status: 409, body: { code: 'records.exists' } });
    expect(await ask('/records', { kind: 'order', code: 'SO-1', transition: 'release' })).toMatchObject({ status: 200 });
    expect(await ask('/records', { kind: 'recipe', code: 'R-1', transition: 'release' })).toMatchObject({
      status: 403,
      body: { code: 'records.key-approves' },
    });
    expect(await ask('/records?kind=order')).toMatchObject({
      body: { records: [{ code: 'SO-1', state: 'released' }], next: null },
    });
    const read = await ask('/record?kind=order&code=SO-1');
    expect(read.body.versions).toMatchObject([
      { transition: 'release' },
      { transition: 'create', by: expect.stringMatching(/^key:/) },
    ]);
    const other = (await stranger.call().keys.create({ name: 'x', scopes: ['records.read'] })).key;
    expect(await ask('/record?kind=order&code=SO-1', undefined, other)).toMatchObject({ status: 404 });
    expect(await ask('/records', made, other)).toMatchObject({ status: 403 });
  });

  it('pages go on where they ended', async () => {
    const first = await ask('/records?kind=item&limit=2');
    const { before, beforeCode } = first.body.next as { before: string; beforeCode: string };
    const second = await ask(`/records?kind=item&limit=2&before=${before}&beforeCode=${beforeCode}`);
    const codes = [first, second].flatMap(({ body }) => (body.records as { code: string }[]).map((one) => one.code));
    expect(codes.sort()).toEqual(['BAR', 'BOLT', 'SHAFT']);
  });
});

it('every change stands in the audit log', async () => {
  const actions = await server.db.select({ action: audit.action }).from(audit).where(eq(audit.orgId, orgId));
  expect(actions.map((one) => one.action)).toEqual(expect.arrayContaining(['record.create', 'record.release', 'record.import']));
});
