import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { until } from '#blocks/connectors/suite.ts';
import { verifyAudit } from '#drizzle/audit.ts';
import { audit, installation, lane, latest, tag } from '#drizzle/schema/index.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { ORG } from './fixture.testing.ts';
import { station } from './station.testing.ts';

test('a write acts, is read back, answered in the log and audited', async () => {
  await using s = await station();
  s.gateway('one');
  expect(await s.write({ value: 7.5, ...s.interlock('running > 0 && now < 110') })).toMatchObject({
    status: 'done',
    ok: true,
    value: 7.5,
  });
  expect(s.device.words.get('1/holding/0')).toBe(75);
  const [control] = await s.db.select().from(lane).where(eq(lane.kind, 'control'));
  const reader = await openLogReader(s.url);
  const rows = await reader.readAfter([control?.id ?? 0], [0], 10);
  await reader.close();
  expect(rows.map((row) => (row.entry.kind === 'control' ? row.entry.event : undefined))).toMatchObject([
    { type: 'answer', shardId: 1, step: 1, node: 'write', ok: true, value: 7.5 },
  ]);
  const [entry] = await s.db.select().from(audit);
  expect(entry).toMatchObject({
    orgId: ORG,
    action: 'tag.write',
    target: `tag:${s.setpoint}`,
    details: { asked: 7.5, ok: true, value: 7.5 },
  });
  expect(await verifyAudit(s.db, ORG)).toMatchObject({ ok: true, entries: 1 });
});

test('every refusal has its code and sentence, and the machine is not touched', async () => {
  await using s = await station();
  s.gateway('one');
  const held = await s.write({ value: 8, ...s.interlock('running > 0 && now < 100') });
  // 7.0 bar = 101.5 psi: the condition sees the value in its own unit
  expect(held).toMatchObject({
    status: 'refused',
    ok: false,
    code: 'interlock',
    reason: expect.stringContaining('now = 101.526'),
  });
  expect(await s.write({ value: 9.5 })).toMatchObject({
    status: 'refused',
    code: 'out-of-limits',
    params: { value: 9.5, unit: 'bar', low: 5.5, high: 9 },
  });
  await s.db.update(tag).set({ access: 'r' }).where(eq(tag.id, s.setpoint));
  expect(await s.write({ value: 8 })).toMatchObject({ status: 'refused', code: 'not-writable' });
  await s.db.update(tag).set({ access: 'rw' }).where(eq(tag.id, s.setpoint));
  await s.db.update(installation).set({ grants: [] });
  expect(await s.write({ value: 8 })).toMatchObject({ status: 'refused', code: 'not-granted' });
  await s.db.update(installation).set({ grants: [{ capability: 'tag.write', by: 'owner', at: '2026-01-01' }] });
  s.device.words.delete('1/coil/0');
  expect(await s.write({ value: 8, ...s.interlock('running > 0') })).toMatchObject({
    status: 'refused',
    code: 'no-value',
    params: { name: 'running' },
  });
  expect(s.device.words.get('1/holding/0')).toBe(70);
  expect(await s.db.select().from(audit)).toHaveLength(5);
});

test('values of other connections count only while they are young enough', async () => {
  await using s = await station();
  const [other] = await s.db.insert(tag).values({ orgId: ORG, assetId: s.assetId, name: 'elsewhere' }).returning();
  const preconditions = [
    { node: 'lock', expression: 'x < 5', maxAge: 3000, values: { x: { tagId: other?.id ?? 0, gain: 1, offset: 0 } } },
  ];
  s.gateway('one');
  expect(await s.write({ value: 8, preconditions })).toMatchObject({ code: 'no-value', params: { name: 'x' } });
  const row = { tagId: other?.id ?? 0, orgId: ORG, value: 3, quality: 0, origin: 'measured' };
  await s.db.insert(latest).values({ ...row, time: Date.now() - 10_000 });
  expect(await s.write({ value: 8, preconditions })).toMatchObject({
    code: 'stale-value',
    params: { name: 'x', limit: 3 },
  });
  await s.db.update(latest).set({ time: Date.now() }).where(eq(latest.tagId, row.tagId));
  expect(await s.write({ value: 8, preconditions })).toMatchObject({ status: 'done', value: 8 });
  await s.db.update(latest).set({ orgId: 'another', time: Date.now() }).where(eq(latest.tagId, row.tagId));
  expect(await s.write({ value: 7, preconditions })).toMatchObject({ code: 'no-value' });
});

test('a device that is away, or that does not keep the value, is told; a late write is not made', async () => {
  await using s = await station();
  s.gateway('one');
  await until('live', async () => (await s.status(s.id)).state === 'live');
  await s.device.silence(true);
  const late = await s.write({ value: 8 }, { deadline: new Date(Date.now() + 1500) });
  expect(late.ok).toBe(false);
  expect(['expired', 'no-connection', 'device-refused']).toContain(late.code);
  await s.device.stop();
  await until('the session is gone', async () => (await s.status(s.id)).state === 'failed', 15_000);
  const away = await s.write({ value: 8 }, { deadline: new Date(Date.now() + 1500) });
  expect(['expired', 'no-connection']).toContain(away.code);
  await s.device.silence(false);
  await s.device.start();
  await until('live again', async () => (await s.status(s.id)).state === 'live', 30_000);
  expect(s.device.words.get('1/holding/0'), 'not made late').toBe(70);
  s.device.words.delete('1/holding/0');
  expect(await s.write({ value: 8 })).toMatchObject({
    status: 'failed',
    ok: false,
    code: 'device-refused',
    reason: expect.stringContaining('no such register'),
  });
});
