import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { asc } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { verifyAudit } from '#drizzle/audit.ts';
import { provisionOrganization } from '#drizzle/organization.ts';
import { record, recordLink, recordVersion } from '#drizzle/schema/index.ts';
import { fixture, until } from '#runtime/effects/fixture.testing.ts';
import { parseRequest } from '#runtime/effects/requests.ts';
import { startEffectRunner } from '#runtime/effects/runner.ts';
import type { RecordRequest } from './kinds.ts';
import { isSigned } from './signature.ts';
import { writeRecord } from './write-record.ts';

const lines = [{ item: 'shaft', quantity: 12, unit: '1', price: '48.50', currency: 'CNY' }];
const order = (transition: string, more: Partial<RecordRequest> = {}): RecordRequest => ({
  kind: 'order',
  code: 'SO-1',
  transition,
  data: {},
  ...more,
});
const BY = { by: 'user:li' };
const made = { data: { type: 'sales', lines } };

describe('a record', () => {
  test('goes through its life; every version, audit entry and change entry is there', async () => {
    await using f = await fixture();
    const steps = ['create', 'change', 'release', 'start', 'complete'];
    for (const step of steps) {
      const done = await writeRecord(
        f.db,
        'org',
        order(step, step === 'create' ? made : step === 'change' ? { data: { note: 'urgent' } } : {}),
        BY,
      );
      expect(done.ok, step).toBe(true);
    }
    const [now] = await f.db.select().from(record);
    expect(now).toMatchObject({
      kind: 'order',
      code: 'SO-1',
      state: 'completed',
      version: 5,
      data: { type: 'sales', lines, note: 'urgent' },
    });
    const versions = await f.db.select().from(recordVersion).orderBy(asc(recordVersion.version));
    expect(versions.map((v) => [v.transition, v.state])).toEqual([
      ['create', 'draft'],
      ['change', 'draft'],
      ['release', 'released'],
      ['start', 'running'],
      ['complete', 'completed'],
    ]);
    expect(versions[0]?.data).toEqual({ type: 'sales', lines });
    expect(await f.answers()).toMatchObject(
      steps.map((transition, i) => ({ type: 'record', record: 'order', code: 'SO-1', version: i + 1, transition })),
    );
    expect(await verifyAudit(f.db, 'org')).toMatchObject({ ok: true, entries: 5 });
  });

  test('refusals write nothing', async () => {
    await using f = await fixture();
    expect(await writeRecord(f.db, 'org', order('release'), BY)).toMatchObject({ ok: false, code: 'record-missing' });
    await writeRecord(f.db, 'org', order('create', made), BY);
    expect(await writeRecord(f.db, 'org', order('create', made), BY)).toMatchObject({ ok: false, code: 'record-exists' });
    expect(await writeRecord(f.db, 'org', order('complete'), BY)).toMatchObject({ ok: false, code: 'record-transition' });
    expect(await writeRecord(f.db, 'org', order('change', { version: 7 }), BY)).toMatchObject({
      ok: false,
      code: 'record-version',
      params: { version: 1, asked: 7 },
    });
    const wrong = { data: { lines: [{ item: 'shaft', quantity: -1, unit: '1' }] } };
    expect(await writeRecord(f.db, 'org', order('change', wrong), BY)).toMatchObject({
      ok: false,
      code: 'record-data',
      params: { where: 'lines.0.quantity' },
    });
    expect(await f.answers()).toHaveLength(1);
    expect(await f.db.$count(recordVersion)).toBe(1);
  });

  test('two who change it at once: one does, the other is told', async () => {
    await using f = await fixture();
    await writeRecord(f.db, 'org', order('create', made), BY);
    const both = await Promise.all(
      ['a', 'b'].map((note) => writeRecord(f.db, 'org', order('change', { version: 1, data: { note } }), BY)),
    );
    expect(both.map((one) => (one.ok ? 'ok' : one.code)).sort()).toEqual(['ok', 'record-version']);
    const created = await Promise.all([1, 2].map(() => writeRecord(f.db, 'org', order('create', { ...made, code: 'SO-2' }), BY)));
    expect(created.map((one) => (one.ok ? 'ok' : one.code)).sort()).toEqual(['ok', 'record-exists']);
  });

  test('another organization has its own of the same code', async () => {
    await using f = await fixture();
    await provisionOrganization(f.db, 'other');
    await writeRecord(f.db, 'org', order('create', made), BY);
    expect(await writeRecord(f.db, 'other', order('release'), BY)).toMatchObject({ ok: false, code: 'record-missing' });
    expect((await writeRecord(f.db, 'other', order('create', made), BY)).ok).toBe(true);
  });
});

const text = (word: string) => ({ en: word, zh: word });
describe('records that name others', () => {
  test('an item, its lot, a unit of the lot: what is named must be there, and not have ended', async () => {
    await using f = await fixture();
    await provisionOrganization(f.db, 'other');
    const write = (kind: RecordRequest['kind'], code: string, transition: string, data = {}, org = 'org') =>
      writeRecord(f.db, org, { kind, code, transition, data }, BY);
    const item = { name: text('Shaft'), revision: 'A', unit: '1' };
    const lot = { item: 'SHAFT', quantity: 10, unit: '1' };
    expect(await write('lot', 'L1', 'create', lot)).toMatchObject({
      code: 'record-relation',
      params: { where: 'item', named: 'SHAFT', other: { en: 'item' } },
    });
    // a record of the same code of another organization is none
    await write('item', 'SHAFT', 'create', item, 'other');
    expect(await write('lot', 'L1', 'create', lot)).toMatchObject({ code: 'record-relation' });
    await write('item', 'SHAFT', 'create', item);
    for (const code of ['L1', 'L2']) expect((await write('lot', code, 'create', lot)).ok).toBe(true);
    const parents = [
      { lot: 'L1', quantity: 4 },
      { lot: 'L2', quantity: 6 },
    ];
    expect((await write('lot', 'L3', 'create', { ...lot, parents })).ok).toBe(true);
    expect((await write('unit', 'U1', 'create', { item: 'SHAFT', serial: '1', lot: 'L3' })).ok).toBe(true);
    // L3 is made of L1: L1 cannot be made of L3
    expect(await write('lot', 'L1', 'change', { parents: [{ lot: 'L3', quantity: 1 }] })).toMatchObject({
      code: 'record-circle',
      params: { where: 'parents.0.lot', named: 'L3' },
    });
    expect(await write('lot', 'L1', 'change', { parents: [{ lot: 'L1', quantity: 1 }] })).toMatchObject({
      code: 'record-circle',
    });
    expect((await write('lot', 'L2', 'scrap')).ok).toBe(true);
    // what named it before may still be changed, nothing new may name it
    expect((await write('lot', 'L3', 'change', { note: 'seen' })).ok).toBe(true);
    expect(await write('lot', 'L4', 'create', { ...lot, parents: [{ lot: 'L2', quantity: 1 }] })).toMatchObject({
      code: 'record-ended',
    });
    // null takes a field away, and its links
    expect(await f.db.$count(recordLink)).toBe(2 + 1 + 2 + 2);
    expect((await write('lot', 'L3', 'change', { parents: null })).ok).toBe(true);
    expect(await f.db.$count(recordLink)).toBe(2 + 1 + 2);
  });

  test('two changes that would close a circle together: one is refused', async () => {
    await using f = await fixture();
    const write = (code: string, parent?: string) =>
      writeRecord(
        f.db,
        'org',
        {
          kind: 'reason',
          code,
          transition: parent ? 'change' : 'create',
          data: parent ? { parent } : { name: text(code), type: 'scrap' },
        },
        BY,
      );
    await write('a');
    await write('b');
    const both = await Promise.all([write('a', 'b'), write('b', 'a')]);
    expect(both.map((one) => (one.ok ? 'ok' : one.code)).sort()).toEqual(['ok', 'record-circle']);
  });
});

describe('what is signed', () => {
  const recipe = {
    revision: 'A',
    name: text('Anneal'),
    procedure: [{ step: 1, unit: 'F1', operation: 'Heat', phase: 'Ramp' }],
    parameters: [{ name: 'T', value: 520, unit: 'Cel', low: 500, high: 540 }],
  };
  test('needs a signer; the signature fits its version and no other; versions stay as they are', async () => {
    await using f = await fixture();
    const write = (transition: string, data = {}, more = {}) =>
      writeRecord(f.db, 'org', { kind: 'recipe', code: 'R1', transition, data, ...more.valueOf() }, { ...BY, ...more });
    await write('create', recipe);
    expect(await write('release')).toMatchObject({ code: 'record-signature' });
    expect((await write('release', {}, { signer: { name: 'Li Na' } })).ok).toBe(true);
    expect(await write('change', { note: 'x' })).toMatchObject({
      code: 'record-transition',
      params: { state: { en: 'released' } },
    });
    expect(await write('retire', { note: 'x' })).toMatchObject({ code: 'record-fields', params: { field: { en: 'Note' } } });
    const [, released] = await f.db.select().from(recordVersion).orderBy(asc(recordVersion.version));
    if (!released?.signature) throw new Error('no signature');
    expect(released.signature).toMatchObject({ by: 'user:li', name: 'Li Na', meaning: { en: 'Released for production' } });
    const { version, transition, state, data, signature } = released;
    const what = { orgId: 'org', kind: 'recipe', code: 'R1', version, transition, state, data };
    expect(isSigned(what, signature)).toBe(true);
    expect(isSigned({ ...what, version: 3 }, signature)).toBe(false);
    expect(isSigned({ ...what, data: { ...data, revision: 'B' } }, signature)).toBe(false);
    expect(isSigned(what, { ...signature, name: 'Li Wei' })).toBe(false);
    expect((await f.answers()).at(-1)).toMatchObject({ type: 'record', state: 'released', signed: true });
    const change = f.db.update(recordVersion).set({ state: 'draft' });
    await expect(change).rejects.toMatchObject({ cause: { message: expect.stringContaining('stays as it is') } });
    await expect(f.db.delete(recordVersion)).rejects.toThrow();
  });
});

test('serial numbers: many takers at once, killed and asked again, no number twice and none lost', async () => {
  await using f = await fixture();
  const pool = { key: 'sscc', prefix: '09506000', next: 1, last: 200 };
  await writeRecord(f.db, 'org', { kind: 'serial', code: 'P', transition: 'create', data: pool }, BY);
  const lease = (i: number) =>
    writeRecord(
      f.db,
      'org',
      { kind: 'serial', code: 'P', transition: 'lease', data: { count: 7 } },
      { by: 'app:1', request: `effect:1:${i}:0` },
    );
  // each request comes twice, as after a crash between the commit and its answer
  const all = await Promise.all(Array.from({ length: 28 }, (_, i) => [lease(i), lease(i)]).flat());
  const ranges = all.flatMap((one) => (one.ok ? (one.record.answer?.leased as { from: number; to: number }[]) : []));
  expect(ranges).toHaveLength(56);
  const given = [...new Set(ranges.map(({ from, to }) => `${from}-${to}`))].flatMap((range) => {
    const [from = 0, to = 0] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  expect(given.sort((a, b) => a - b)).toEqual(Array.from({ length: 196 }, (_, i) => i + 1));
  expect(await lease(99)).toMatchObject({
    ok: false,
    code: 'record-data',
    params: { what: { en: '4 numbers are left in the pool.' } },
  });
});

describe('asked by an app', () => {
  test('needs the capability of its kind', () => {
    const ask = (...granted: string[]) => parseRequest('record.write', order('create', made), new Set(granted));
    expect(ask('record.write:order').ok).toBe(true);
    expect(ask('record.write:workorder', 'record.write')).toMatchObject({ ok: false, why: { code: 'not-granted' } });
  });

  test('is done once, whoever dies; a refusal is the answer', { timeout: 60_000 }, async () => {
    await using f = await fixture();
    const asked = 20;
    for (let i = 0; i < asked; i++) await f.add('record.write', order('create', { ...made, code: `SO-${i}` }));
    await f.add('record.write', order('complete', { code: 'SO-0' }));
    for (let kill = 0; kill < 2; kill++) {
      const child = fork(fileURLToPath(new URL('../effects/runner.testing.ts', import.meta.url)), [f.url], { stdio: 'inherit' });
      await until(async () => (await f.db.$count(record)) > kill * 3);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const runner = startEffectRunner({ db: f.db, claimMs: 1_000, warn: () => {} });
    await until(async () => (await f.rows()).every((row) => row.answered));
    await runner.stop();
    expect(await f.db.$count(record)).toBe(asked);
    expect(await f.db.$count(recordVersion)).toBe(asked);
    const entries = await f.answers();
    expect(entries.filter((e) => e?.type === 'record')).toHaveLength(asked);
    expect(entries.filter((e) => e?.type === 'answer')).toHaveLength(asked + 1);
    expect((await f.rows()).at(-1)).toMatchObject({ status: 'refused', answer: { ok: false } });
  });

  test('the same request again gives what it gave, and changes nothing', async () => {
    await using f = await fixture();
    const who = { by: 'app:1', request: 'effect:1:1:0' };
    const first = await writeRecord(f.db, 'org', order('create', made), who);
    expect(await writeRecord(f.db, 'org', order('create', made), who)).toEqual(first);
    expect(await f.db.$count(recordVersion)).toBe(1);
  });
});
