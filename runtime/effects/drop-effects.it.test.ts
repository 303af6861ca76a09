import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { effect, effectGone } from '#drizzle/schema/index.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { dropOldEffects } from './drop-effects.ts';

const DAY_MS = 86_400_000;

test('effects go with the log they belonged to, counted; what waits, runs or needs a person stays', async () => {
  await using database = await testDatabase();
  const { db, sql } = database;
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);
  const row = (step: number, more: Partial<typeof effect.$inferInsert>, orgId = 'a') => ({
    ...{ shardId: 1, step, ordinal: 0, orgId, instanceId: randomUUID(), node: 'n', key: 'k', kind: 'notify.send', request: {} },
    ...{ status: 'done' as const, answered: true, createdAt: daysAgo(400), doneAt: daysAgo(40) },
    ...more,
  });
  const settled = { how: 'dropped' as const, by: 'user:x', at: '' };
  await db.insert(effect).values([
    row(1, {}),
    row(2, { status: 'refused' }),
    row(3, { status: 'dead', settled }),
    row(4, {}, 'b'),
    row(5, { status: 'failed', doneAt: daysAgo(370) }),
    // these stay
    row(11, { doneAt: daysAgo(36) }),
    row(12, { status: 'dead' }),
    row(13, { status: 'pending', answered: false, doneAt: null }),
    row(14, { status: 'waiting', answered: false, doneAt: null }),
    row(15, { answered: false }),
  ]);
  expect(await dropOldEffects(sql, 37)).toBe(5);
  expect(await dropOldEffects(sql, 37)).toBe(0);
  const left = await db.select({ step: effect.step }).from(effect).orderBy(effect.step);
  expect(left.map((one) => one.step)).toEqual([11, 12, 13, 14, 15]);
  const counted = await db
    .select({ orgId: effectGone.orgId, count: effectGone.count })
    .from(effectGone)
    .orderBy(effectGone.orgId);
  expect(counted).toEqual([
    { orgId: 'a', count: 4 },
    { orgId: 'b', count: 1 },
  ]);
});
