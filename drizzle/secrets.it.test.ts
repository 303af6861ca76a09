import { afterAll, beforeAll, expect, it } from 'vitest';
import { masterKeyFits, openSecret, SealBrokenError, seal, sealSecret, unseal } from './secrets.ts';
import { type TestDatabase, testDatabase } from './seed/test-database.ts';

const MASTER = 'a master key of at least thirty-two characters';
let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

it('takes any master key for an empty database, and only the one it was sealed under afterwards', async () => {
  expect(await masterKeyFits(test.db, 'whichever')).toBe(true);
  await sealSecret(test.db, MASTER, 'first', 'n', 'x');
  expect(await masterKeyFits(test.db, MASTER)).toBe(true);
  expect(await masterKeyFits(test.db, `${MASTER}x`)).toBe(false);
});

it('gives back what was sealed, to its organization and under its master key only', async () => {
  const id = await sealSecret(test.db, MASTER, 'a', 'opc password', 'pässwörd 密码');
  expect(await openSecret(test.db, MASTER, 'a', id)).toBe('pässwörd 密码');
  expect(await openSecret(test.db, MASTER, 'b', id)).toBeUndefined();
  await expect(openSecret(test.db, `${MASTER}x`, 'a', id)).rejects.toThrow(SealBrokenError);
});

it('stores nothing readable, and never the same text twice', async () => {
  const one = await sealSecret(test.db, MASTER, 'a', 'n', 'the same words');
  const two = await sealSecret(test.db, MASTER, 'a', 'n', 'the same words');
  const rows = await test.sql`select sealed from secret where id in (${one}, ${two})`;
  expect(rows.map((row) => row.sealed).join()).not.toContain('same');
  expect(new Set(rows.map((row) => row.sealed)).size).toBe(2);
});

it('refuses a sealed text that was altered by one character or moved to another row', async () => {
  const one = await sealSecret(test.db, MASTER, 'a', 'n', 'first');
  const two = await sealSecret(test.db, MASTER, 'a', 'n', 'second');
  await test.sql`update secret set sealed = (select sealed from secret where id = ${one}) where id = ${two}`;
  await expect(openSecret(test.db, MASTER, 'a', two)).rejects.toThrow(SealBrokenError);

  const key = new Uint8Array(32).fill(7);
  const text = seal(key, Buffer.from('x'), 'here');
  expect(unseal(key, text, 'here').toString()).toBe('x');
  const at = text.length - 3;
  const altered = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
  expect(() => unseal(key, altered, 'here')).toThrow(SealBrokenError);
  expect(() => unseal(key, text, 'there')).toThrow(SealBrokenError);
  expect(() => unseal(key, text.replace('v1', 'v2'), 'here')).toThrow(SealBrokenError);
});

it('agrees on one data key when two first secrets are sealed at once', async () => {
  const ids = await Promise.all(
    Array.from({ length: 8 }, (_, i) => test.db.transaction((tx) => sealSecret(tx, MASTER, 'first', 'n', `secret ${i}`))),
  );
  expect(await Promise.all(ids.map((id) => openSecret(test.db, MASTER, 'first', id)))).toEqual(ids.map((_, i) => `secret ${i}`));
});
