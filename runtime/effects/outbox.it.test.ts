import { createServer } from 'node:http';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { provisionOrganization } from '#drizzle/organization.ts';
import { appVersion, channel, confirmation, effect, installation, instance, lane, notification } from '#drizzle/schema/index.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { decideConfirmation } from './confirmations.ts';
import { claimEffects, expireEffects, finishEffect, retryEffect } from './outbox.ts';
import { startEffectRunner } from './runner.ts';

const INSTANCE = '00000000-0000-7000-8000-000000000001';
async function fixture() {
  const database = await testDatabase();
  const { db } = database;
  await provisionOrganization(db, 'org');
  const name = { en: 'App', zh: '应用' };
  const [version] = await db
    .insert(appVersion)
    .values({ orgId: 'org', name, version: '1.0.0', graph: '{}', graphHash: '', screens: [] })
    .returning();
  const versionId = version?.id ?? '';
  const [installed] = await db.insert(installation).values({ orgId: 'org', name, versionId }).returning();
  await db
    .insert(instance)
    .values({ id: INSTANCE, orgId: 'org', installationId: installed?.id ?? '', versionId, key: 'k', bindings: {} });
  const [control] = await db.select({ id: lane.id }).from(lane);
  const reader = await openLogReader(database.url);
  let step = 0;
  return {
    db,
    add: async (kind: string, request: Record<string, unknown>, over: Partial<typeof effect.$inferInsert> = {}) => {
      const id = { shardId: 1, step: ++step, ordinal: 0 };
      await db.insert(effect).values({ ...id, orgId: 'org', instanceId: INSTANCE, node: 'n', key: 'k', kind, request, ...over });
      return id;
    },
    answers: async () =>
      (await reader.readAfter([control?.id ?? 0], [0], 100)).map((r) => (r.entry.kind === 'control' ? r.entry.event : undefined)),
    async [Symbol.asyncDispose]() {
      await reader.close();
      await database.close();
    },
  };
}
const until = async (ok: () => Promise<boolean>) => {
  for (let i = 0; i < 800; i++) {
    if (await ok()) return;
    await new Promise((r) => setTimeout(r, 10));
  }
  throw new Error('did not come true in 8 s');
};
const text = { en: 'Pressure high', zh: '压力高' };

test('an effect is given to one claimer, answered once, and its answer is in the log', async () => {
  await using f = await fixture();
  const id = await f.add('tag.write', { role: 'p' });
  const claims = await Promise.all([1, 2, 3, 4].map(() => claimEffects(f.db, { kinds: ['tag.write'] })));
  expect(claims.flat()).toHaveLength(1);
  expect(await finishEffect(f.db, id, 'done', { ok: true, value: 7.1 })).toBe(true);
  expect(await finishEffect(f.db, id, 'failed', { ok: false })).toBe(false);
  expect(await f.answers()).toEqual([{ type: 'answer', ...id, node: 'n', key: 'k', ok: true, value: 7.1 }]);
});

test('a claim narrows to tags; a dead performer loses it', async () => {
  await using f = await fixture();
  const resolved = { tagId: 5, value: 1, tolerance: 0, preconditions: [] };
  await f.add('tag.write', {}, { resolved });
  expect(await claimEffects(f.db, { kinds: ['tag.write'], tagIds: [4] })).toEqual([]);
  expect(await claimEffects(f.db, { kinds: ['tag.write'], tagIds: [] })).toEqual([]);
  expect(await claimEffects(f.db, { kinds: ['tag.write'], tagIds: [4, 5], claimMs: 50 })).toHaveLength(1);
  expect(await claimEffects(f.db, { kinds: ['tag.write'] })).toEqual([]);
  await new Promise((r) => setTimeout(r, 80));
  expect(await claimEffects(f.db, { kinds: ['tag.write'] })).toMatchObject([{ attempts: 2 }]);
});

test('past its deadline an effect is refused, never given out', async () => {
  await using f = await fixture();
  const id = await f.add('tag.write', {}, { deadline: new Date(Date.now() - 1) });
  expect(await claimEffects(f.db, { kinds: ['tag.write'] })).toEqual([]);
  expect(await expireEffects(f.db)).toBe(1);
  expect(await f.answers()).toMatchObject([{ ...id, ok: false, reason: 'not done before its deadline' }]);
});

test('a failing target is tried again later, and at last given up', async () => {
  await using f = await fixture();
  const id = await f.add('notify.send', {});
  const [first] = await claimEffects(f.db, { kinds: ['notify.send'] });
  if (!first) throw new Error('nothing claimed');
  await retryEffect(f.db, first, 'X', 'down');
  expect(await f.db.select().from(effect)).toMatchObject([{ status: 'pending' }]);
  expect(await claimEffects(f.db, { kinds: ['notify.send'] })).toEqual([]);
  await retryEffect(f.db, { ...first, attempts: 8 }, 'X', 'down');
  expect(await f.db.select().from(effect)).toMatchObject([{ status: 'dead' }]);
  expect(await f.answers()).toMatchObject([{ ...id, ok: false, reason: 'down (gave up after 8 attempts)' }]);
});

test('the runner: inbox and webhook with its key; a confirmation waits for enough persons', async () => {
  await using f = await fixture();
  const got: { key: unknown; body: string }[] = [];
  let broken = true;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (d) => {
      body += d;
    });
    request.on('end', () => {
      got.push({ key: request.headers['idempotency-key'], body });
      response.statusCode = broken ? 503 : 204;
      broken = false;
      response.end();
    });
  });
  await new Promise<void>((r) => server.listen(0, '127.0.0.1', r));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await f.db
    .insert(channel)
    .values({ orgId: 'org', name: 'hook', kind: 'webhook', settings: { url: `http://127.0.0.1:${port}/x` } });
  const sent = await f.add('notify.send', { channel: 'hook', text, value: 8 });
  const asked = await f.add(
    'confirm.request',
    { text, value: 3, persons: 2, timeout: 60 },
    { deadline: new Date(Date.now() + 60_000) },
  );
  const warned: string[] = [];
  const runner = startEffectRunner({ db: f.db, warn: (what, e) => warned.push(`${what} ${e}`) });
  try {
    await until(async () => (await f.db.select().from(confirmation)).length === 1);
    const [question] = await f.db.select().from(confirmation);
    const decide = (by: string, orgId = 'org') => decideConfirmation(f.db, { orgId, id: question?.id ?? '', by, agree: true });
    expect(await decide('ann', 'other')).toEqual({ state: 'not-open' });
    expect(await decide('ann')).toEqual({ state: 'open', missing: 1 });
    expect(await decide('ann')).toEqual({ state: 'open', missing: 1 });
    expect(await decide('bo')).toEqual({ state: 'confirmed' });
    expect(await decide('cy')).toEqual({ state: 'not-open' });
    await until(async () => (await f.db.select().from(notification)).length === 1);
    expect(got.map((g) => g.key)).toEqual([`1:${sent.step}:0`, `1:${sent.step}:0`]);
    expect(JSON.parse(got[1]?.body ?? '')).toMatchObject({ text, value: 8, node: 'n' });
    expect(await f.answers()).toMatchObject([
      { ...asked, ok: true, value: 'ann, bo' },
      { ...sent, ok: true },
    ]);
    expect(await f.db.select().from(effect).where(eq(effect.status, 'done'))).toHaveLength(2);
    expect(warned).toEqual([]);
  } finally {
    await runner.stop();
    server.close();
  }
});
