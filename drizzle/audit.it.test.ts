import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appendAudit, CHAIN_START, canonicalJson, entryHash, verifyAudit } from './audit.ts';
import { type TestDatabase, testDatabase } from './seed/test-database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

it('hashes the canonical form: SHA-256 of the hash before, a line feed, and the entry with sorted keys', () => {
  // Written out by hand, so that a change of the form cannot pass unseen.
  const text = `${CHAIN_START}\n{"action":"a","actor":"user:1","at":"2026-01-02T03:04:05.006Z","details":{"a":[1,{"y":2,"z":1}],"b":"ä"},"orgId":"o","seq":1,"target":null}`;
  const entry = {
    orgId: 'o',
    seq: 1,
    at: new Date('2026-01-02T03:04:05.006Z'),
    actor: 'user:1',
    action: 'a',
    target: null,
    details: { b: 'ä', a: [1, { z: 1, y: 2 }] },
    previous: CHAIN_START,
  };
  expect(entryHash(entry)).toBe(createHash('sha256').update(text).digest('hex'));
  expect(canonicalJson({ b: 1, a: { d: null, c: [] } })).toBe('{"a":{"c":[],"d":null},"b":1}');
});

it('chains entries that twenty writers append at once, without gap or fork', async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      test.db.transaction((tx) =>
        appendAudit(tx, { orgId: 'many', actor: 'platform', action: 'test', details: { i, x: 1e21, u: undefined } }),
      ),
    ),
  );
  const verdict = await verifyAudit(test.db, 'many');
  expect(verdict).toMatchObject({ ok: true, entries: 20 });
});

it('leaves nothing of a transaction that was undone', async () => {
  await expect(
    test.db.transaction(async (tx) => {
      await appendAudit(tx, { orgId: 'undone', actor: 'platform', action: 'test' });
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await verifyAudit(test.db, 'undone')).toEqual({ ok: true, entries: 0, head: CHAIN_START });
});

it('names the entry that was altered, removed or replaced', async () => {
  const write = async (orgId: string) => {
    for (let i = 0; i < 5; i++) await appendAudit(test.db, { orgId, actor: 'platform', action: 'test', details: { i } });
  };
  await write('altered');
  await test.sql`update audit set details = '{"i":9}' where org_id = 'altered' and seq = 3`;
  expect(await verifyAudit(test.db, 'altered')).toEqual({ ok: false, seq: 3, problem: 'altered' });
  await write('removed');
  await test.sql`delete from audit where org_id = 'removed' and seq = 2`;
  expect(await verifyAudit(test.db, 'removed')).toEqual({ ok: false, seq: 2, problem: 'missing' });
  await write('replaced');
  await test.sql`update audit set hash = ${'f'.repeat(64)} where org_id = 'replaced' and seq = 4`;
  expect(await verifyAudit(test.db, 'replaced')).toEqual({ ok: false, seq: 4, problem: 'altered' });
});
