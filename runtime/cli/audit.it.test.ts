import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appendAudit, entryHash } from '#drizzle/audit.ts';
import { anchorsFile, noteAnchors } from '#drizzle/audit-anchors.ts';
import { audit } from '#drizzle/schema/index.ts';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import { auditVerify } from './audit-verify.ts';
import { masterKeyOf } from './product.ts';

const MW = fileURLToPath(new URL('./mw.mjs', import.meta.url));
const KEY = 'a master key of thirty-two letters';
let test: TestDatabase;
let folder: string;
beforeAll(async () => {
  test = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'mw-audit-'));
});
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true });
});
const mw = (env: Record<string, string> = {}, ...args: string[]) => {
  const product = { DATABASE_URL: test.url, MILLWRIGHT_DATA: folder, MILLWRIGHT_MASTER_KEY: KEY };
  const done = spawnSync(process.execPath, [MW, 'audit', 'verify', ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...product, ...env },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
};

it('says what is whole, what was altered and what was cut off, with exit codes to rely on', async () => {
  for (let i = 0; i < 4; i++)
    await appendAudit(test.db, { orgId: 'one', actor: 'platform', action: 'tag.write', details: { i } });
  await noteAnchors(test.db, anchorsFile(folder), KEY);
  const good = mw({}, '--json');
  expect(good.err).toBe('');
  expect(good.code).toBe(0);
  expect(JSON.parse(good.out)).toMatchObject({ ok: true, organizations: [{ org: 'one', entries: 4, noted: { seq: 4 } }] });

  await test.sql`delete from audit where org_id = 'one' and seq = 4`;
  const cut = mw();
  expect(cut.code).toBe(1);
  expect(cut.out).toContain('entries from 4 on were noted outside the database and are gone');

  await test.sql`update audit set actor = 'user:nobody' where org_id = 'one' and seq = 2`;
  const altered = mw({}, '--json');
  expect(altered.code).toBe(1);
  expect(JSON.parse(altered.out)).toMatchObject({ ok: false, organizations: [{ problem: 'altered', seq: 2 }] });

  await appendFile(anchorsFile(folder), '{"orgId":"one","seq":9}\n');
  const broken = mw();
  expect(broken.code).toBe(1);
  expect(broken.err).toContain('anchors.jsonl:2');
});

it('calls entries that were never noted unproven, once they are older than the pause between two notes', async () => {
  process.env.MILLWRIGHT_MASTER_KEY = KEY;
  const nothing = { ...test, dataFolder: path.join(folder, 'without-notes') };
  await appendAudit(test.db, { orgId: 'two', actor: 'platform', action: 'test' });
  const only = async () => (await auditVerify(nothing, {})).organizations.find((one) => one.org === 'two');
  expect(await only()).toMatchObject({ ok: true, entries: 1 });
  const [row] = await test.db.select().from(audit).where(eq(audit.orgId, 'two'));
  if (!row) throw new Error('no entry');
  const old = { ...row, at: new Date(Date.now() - 3_600_000) };
  await test.db
    .update(audit)
    .set({ at: old.at, hash: entryHash(old) })
    .where(eq(audit.orgId, 'two'));
  expect(await only()).toMatchObject({ ok: false, problem: 'never-noted' });
  await expect(auditVerify(nothing, { org: 'three' })).rejects.toThrow('no such organization');
});

it('refuses with 2 when there is no product or no key', () => {
  const nowhere = mw({ DATABASE_URL: '', MILLWRIGHT_DATA: path.join(folder, 'nothing') });
  expect(nowhere.code).toBe(2);
  expect(nowhere.err).toContain('MILLWRIGHT_DATA');
  const unreachable = mw({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
  expect(unreachable.code).toBe(2);
  expect(unreachable.err).toContain('does not answer');
  delete process.env.MILLWRIGHT_MASTER_KEY;
  expect(() => masterKeyOf(folder)).toThrow('MILLWRIGHT_MASTER_KEY');
});
