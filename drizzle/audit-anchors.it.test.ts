import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { appendAudit, CHAIN_START, entryHash } from './audit.ts';
import { AnchorsBrokenError, anchorsFile, noteAnchors, readAnchors, verifyAnchored } from './audit-anchors.ts';
import { audit } from './schema/index.ts';
import { type TestDatabase, testDatabase } from './seed/test-database.ts';

const KEY = 'k'.repeat(32);
let test: TestDatabase;
let folder: string;
let file: string;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mw-audit-'));
  file = anchorsFile(folder);
  // As the owner of the table: the web's role may not.
  await test.sql`delete from audit`;
  return () => rm(folder, { recursive: true });
});

const write = async (orgId: string, n = 5) => {
  for (let i = 0; i < n; i++) await appendAudit(test.db, { orgId, actor: 'platform', action: 'test', details: { i } });
};
const note = () => noteAnchors(test.db, file, KEY);
const verify = async () => verifyAnchored(test.db, (await readAnchors(file, KEY))?.byOrg ?? new Map());

it('notes a chain only when it has grown, and agrees with it', async () => {
  await write('a');
  await write('b', 2);
  expect(await note()).toEqual({ noted: 2, conflicts: [] });
  expect(await note()).toEqual({ noted: 0, conflicts: [] });
  await write('a', 1);
  expect(await note()).toEqual({ noted: 1, conflicts: [] });
  expect(await verify()).toMatchObject([
    { orgId: 'a', verdict: { ok: true, entries: 6 }, anchor: { seq: 6 } },
    { orgId: 'b', verdict: { ok: true, entries: 2 }, anchor: { seq: 2 } },
  ]);
});

it('notices removed newest entries, which the chain alone cannot', async () => {
  await write('a');
  await note();
  await test.sql`delete from audit where org_id = 'a' and seq > 3`;
  expect(await verify()).toMatchObject([{ verdict: { ok: false, seq: 4, problem: 'cut' } }]);
  expect(await note()).toEqual({ noted: 0, conflicts: [{ orgId: 'a', seq: 5 }] });
  // What is written over the gap later does not hide it.
  await write('a', 4);
  expect(await verify()).toMatchObject([{ verdict: { ok: false, seq: 5, problem: 'replaced' } }]);
  await test.sql`delete from audit`;
  expect(await verify()).toMatchObject([{ verdict: { ok: false, seq: 1, problem: 'cut' } }]);
});

it('notices a whole chain that was written anew with right hashes', async () => {
  await write('a');
  await note();
  const rows = (await test.db.select().from(audit)).sort((x, y) => x.seq - y.seq);
  let previous = CHAIN_START;
  for (const row of rows) {
    const forged = { ...row, previous, actor: row.seq === 2 ? 'user:someone-else' : row.actor };
    previous = entryHash(forged);
    await test.sql`update audit set actor = ${forged.actor}, previous = ${forged.previous}, hash = ${previous} where seq = ${row.seq}`;
  }
  expect(await verify()).toMatchObject([{ verdict: { ok: false, seq: 5, problem: 'replaced' } }]);
});

it('refuses notes that were altered, taken out or made under another key', async () => {
  await write('a');
  await note();
  await write('a', 1);
  await note();
  await write('a', 1);
  await note();
  const text = await readFile(file, 'utf8');
  const lines = text.split('\n');
  const refuses = async (altered: string, key = KEY, line = 1) => {
    await writeFile(file, altered);
    const failure = await readAnchors(file, key).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AnchorsBrokenError);
    expect(failure).toMatchObject({ line });
  };
  await refuses(text.replace('"seq":6', '"seq":5'), KEY, 2);
  await refuses([lines[0], ...lines.slice(2)].join('\n'), KEY, 2);
  await refuses(text, 'other'.repeat(8));
});

it('goes on after a line that a crash cut off', async () => {
  await write('a');
  await note();
  await appendFile(file, '{"orgId":"a","se');
  await write('a', 1);
  expect(await note()).toEqual({ noted: 1, conflicts: [] });
  expect(await verify()).toMatchObject([{ verdict: { ok: true, entries: 6 }, anchor: { seq: 6 } }]);
});
