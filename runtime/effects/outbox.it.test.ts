import { expect, test } from 'vitest';
import { effect } from '#drizzle/schema/index.ts';
import { fixture } from './fixture.testing.ts';
import { claimEffects, expireEffects, finishEffect, postponeEffect, retryEffect } from './outbox.ts';
import { reason } from './reasons.ts';

const DOWN = reason('receiver-away', { cause: 'ECONNREFUSED' });

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
  expect(await claimEffects(f.db, { kinds: ['tag.write'], tagIds: [4, 5] })).toHaveLength(1);
  expect(await claimEffects(f.db, { kinds: ['tag.write'] })).toEqual([]);
  await f.db.update(effect).set({ nextAt: new Date(0) });
  expect(await claimEffects(f.db, { kinds: ['tag.write'] })).toMatchObject([{ attempts: 2 }]);
});

test('past its deadline an effect is refused, never given out', async () => {
  await using f = await fixture();
  const id = await f.add('tag.write', {}, { deadline: new Date(Date.now() - 1) });
  expect(await claimEffects(f.db, { kinds: ['tag.write'] })).toEqual([]);
  expect(await expireEffects(f.db)).toBe(1);
  expect(await f.answers()).toMatchObject([{ ...id, ok: false, reason: 'expired' }]);
});

test('a write whose gateway died in the middle of it is not called late: nobody knows whether the machine took it', async () => {
  await using f = await fixture();
  const id = await f.add('tag.write', {}, { deadline: new Date(Date.now() + 60_000) });
  expect(await claimEffects(f.db, { kinds: ['tag.write'] })).toHaveLength(1);
  await f.db.update(effect).set({ deadline: new Date(Date.now() - 1) });
  // its performer may still be at it
  expect(await expireEffects(f.db)).toBe(0);
  await f.db.update(effect).set({ nextAt: new Date(0) });
  expect(await expireEffects(f.db)).toBe(1);
  expect(await f.rows()).toMatchObject([{ status: 'failed', answer: { code: 'outcome-unknown' } }]);
  expect(await f.answers()).toMatchObject([{ ...id, ok: false, reason: 'outcome-unknown' }]);
});

test('a failing target is tried again later, and at last given up', async () => {
  await using f = await fixture();
  const id = await f.add('notify.send', {});
  const [first] = await claimEffects(f.db, { kinds: ['notify.send'] });
  if (!first) throw new Error('nothing claimed');
  await retryEffect(f.db, first, DOWN);
  expect(await f.rows()).toMatchObject([{ status: 'pending' }]);
  expect(await claimEffects(f.db, { kinds: ['notify.send'] })).toEqual([]);
  await retryEffect(f.db, { ...first, attempts: 8 }, DOWN);
  expect(await f.rows()).toMatchObject([
    { status: 'dead', answer: { code: 'receiver-away', params: { cause: 'ECONNREFUSED', attempts: 8 } } },
  ]);
  expect(await f.answers()).toMatchObject([{ ...id, ok: false, reason: 'receiver-away' }]);
});

test('a pause that the target asks for is no failed attempt', async () => {
  await using f = await fixture();
  await f.add('notify.send', {});
  for (let i = 0; i < 12; i++) {
    const [e] = await claimEffects(f.db, { kinds: ['notify.send'] });
    if (!e) throw new Error('nothing claimed');
    await postponeEffect(f.db, e, 0);
  }
  expect(await f.rows()).toMatchObject([{ status: 'pending', attempts: 1 }]);
});

test('an installation that asks for more than its limit is refused the rest, by claimers together; another is not touched', async () => {
  await using f = await fixture();
  const other = await f.instance();
  for (let i = 0; i < 9; i++) await f.add('notify.send', {}, { createdAt: new Date(1_000_000 + i) });
  await f.add('notify.send', {}, { instanceId: other });
  const rate = { perMinute: 5, burst: 5 };
  const claims = await Promise.all([1, 2, 3].map(() => claimEffects(f.db, { kinds: ['notify.send'], limit: 4, rate })));
  expect(claims.flat()).toHaveLength(6);
  const refused = (await f.rows()).filter((e) => e.status === 'refused');
  expect(refused).toHaveLength(4);
  for (const e of refused) expect(e.answer).toMatchObject({ ok: false, code: 'too-many', params: { limit: 5 } });
  expect(claims.flat().some((e) => e.instanceId === other)).toBe(true);
  expect((await f.answers()).map((a) => a?.type === 'answer' && a.reason)).toEqual(Array(4).fill('too-many'));
});
