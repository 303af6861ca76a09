import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { asc } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { verifyAudit } from '#drizzle/audit.ts';
import { provisionOrganization } from '#drizzle/organization.ts';
import { record, recordVersion } from '#drizzle/schema/index.ts';
import { fixture, until } from '#runtime/effects/fixture.testing.ts';
import { parseRequest } from '#runtime/effects/requests.ts';
import { startEffectRunner } from '#runtime/effects/runner.ts';
import { RECORD_KINDS, type RecordKind, type RecordRequest } from './kinds.ts';
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

test('every kind begins with one transition, and every state is reached', () => {
  for (const [kind, { transitions }] of Object.entries(RECORD_KINDS) as [string, RecordKind][]) {
    const reached = new Set(['']);
    for (let before = -1; before !== reached.size; ) {
      before = reached.size;
      for (const { from, to } of Object.values(transitions)) if (from.some((state) => reached.has(state))) reached.add(to);
    }
    expect(
      Object.values(transitions).filter(({ from }) => from.includes('')),
      kind,
    ).toHaveLength(1);
    for (const { from } of Object.values(transitions))
      for (const state of from) expect(reached, `${kind} ${state}`).toContain(state);
  }
});
