/**
 * Everything that a write to a machine may be refused for, on the way that it really takes: an effect in the table, the runner, the gateway, a device that speaks
 * Modbus TCP or OPC UA. Each has its code, a sentence in both languages and an entry in the audit, and the device keeps what it had.
 */
import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '#blocks/connectors/suite.ts';
import { verifyAudit } from '#drizzle/audit.ts';
import { provisionOrganization } from '#drizzle/organization.ts';
import { audit, controlLease, installation, instance, latest, tag } from '#drizzle/schema/index.ts';
import { quality } from '#runtime/batch/quality.ts';
import { takeLease } from '#runtime/effects/control-leases.ts';
import { reason, sayReason } from '#runtime/effects/reasons.ts';
import { type EffectRunner, startEffectRunner } from '#runtime/effects/runner.ts';
import { ORG } from './fixture.testing.ts';
import { modbusDevice, opcuaDevice, type station, stationWith } from './station.testing.ts';

type Station = Omit<Awaited<ReturnType<typeof station>>, 'device'>;
type Asked = Parameters<Station['write']>;
interface Refusal {
  readonly what: string;
  readonly code: string;
  /** Brings the reason about, and gives what is asked for; `undo` makes it good again. */
  readonly bring: (s: Station, other: number) => Promise<{ asked: Asked; undo?: () => Promise<unknown> }> | { asked: Asked };
}
const GRANTS = [{ capability: 'tag.write', by: 'owner', at: '2026-01-01' }];
const ask = (...asked: Asked): { asked: Asked } => ({ asked });
const guardedBy = (tagId: number, expression = 'x < 5') => ({
  preconditions: [{ node: 'lock', expression, maxAge: 3_000, values: { x: { tagId, gain: 1, offset: 0 } } }],
});
const newest = (s: Station, tagId: number, row: { value: number; quality?: number; time?: number }) =>
  s.db
    .insert(latest)
    .values({ tagId, orgId: ORG, origin: 'measured', quality: 0, time: Date.now(), ...row })
    .onConflictDoUpdate({ target: latest.tagId, set: { quality: 0, time: Date.now(), ...row } });
const leaseOf = async (s: Station, holder: { instanceId: string } | { userId: string }, rank: number, tagId: number | null) => {
  const taken = await s.db.transaction((tx) =>
    takeLease(tx, { orgId: ORG, assetId: s.assetId, tagId, holder, name: 'Zhang Wei', rank, seconds: 60 }),
  );
  expect(taken.ok).toBe(true);
  return () => s.db.delete(controlLease);
};

const REFUSALS: readonly Refusal[] = [
  {
    what: 'the app was not given the permission',
    code: 'not-granted',
    bring: async (s) => {
      await s.db.update(installation).set({ grants: [] });
      return { ...ask({ value: 8 }), undo: () => s.db.update(installation).set({ grants: GRANTS }) };
    },
  },
  {
    what: 'the app was stopped since',
    code: 'app-stopped',
    bring: async (s) => {
      await s.db.update(instance).set({ wanted: 'stop' });
      return { ...ask({ value: 8 }), undo: () => s.db.update(instance).set({ wanted: 'run' }) };
    },
  },
  {
    what: 'the app is gone',
    code: 'app-gone',
    bring: () => ask({ value: 8 }, { instanceId: '00000000-0000-7000-8000-00000000dead' }),
  },
  { what: 'the tag is of another organization', code: 'tag-gone', bring: () => ask({ value: 8 }, { orgId: 'org-b' }) },
  {
    what: 'the tag is read-only',
    code: 'not-writable',
    bring: async (s) => {
      await s.db.update(tag).set({ access: 'r' }).where(eq(tag.id, s.setpoint));
      return { ...ask({ value: 8 }), undo: () => s.db.update(tag).set({ access: 'rw' }).where(eq(tag.id, s.setpoint)) };
    },
  },
  { what: 'the value is above the limit', code: 'out-of-limits', bring: () => ask({ value: 9.01 }) },
  { what: 'the value is below the limit', code: 'out-of-limits', bring: () => ask({ value: 5.49 }) },
  {
    what: 'the tag holds no number',
    code: 'not-a-number',
    bring: async (s) => {
      await s.db.update(tag).set({ type: 'text' }).where(eq(tag.id, s.setpoint));
      return { ...ask({ value: 8 }), undo: () => s.db.update(tag).set({ type: 'number' }).where(eq(tag.id, s.setpoint)) };
    },
  },
  {
    what: 'the interlock does not hold at that moment',
    code: 'interlock',
    bring: (s) => ask({ value: 8, ...s.interlock('running > 0 && now < 100') }),
  },
  {
    what: 'the interlock cannot be read',
    code: 'interlock-unreadable',
    bring: (s) => ask({ value: 8, ...s.interlock('running >') }),
  },
  {
    what: 'a value that the interlock needs has never come',
    code: 'no-value',
    bring: (_s, other) => ask({ value: 8, ...guardedBy(other) }),
  },
  {
    what: 'a value that the interlock needs is too old',
    code: 'stale-value',
    bring: async (s, other) => {
      await newest(s, other, { value: 3, time: Date.now() - 60_000 });
      return ask({ value: 8, ...guardedBy(other) });
    },
  },
  {
    what: 'a value that the interlock needs is bad',
    code: 'bad-value',
    bring: async (s, other) => {
      await newest(s, other, { value: 3, quality: quality('bad', 'sensor-fault') });
      return ask({ value: 8, ...guardedBy(other) });
    },
  },
  {
    what: 'another app controls the tag alone',
    code: 'leased',
    bring: async (s) => {
      const [app] = await s.db.select().from(instance);
      const [other] = await s.db
        .insert(instance)
        .values({
          orgId: ORG,
          installationId: app?.installationId ?? '',
          versionId: app?.versionId ?? '',
          key: 'other',
          bindings: {},
        })
        .returning();
      return { ...ask({ value: 8 }), undo: await leaseOf(s, { instanceId: other?.id ?? '' }, 1, s.setpoint) };
    },
  },
  {
    what: 'a person controls the whole asset alone',
    code: 'leased',
    bring: async (s) => ({ ...ask({ value: 8 }), undo: await leaseOf(s, { userId: 'u1' }, 10, null) }),
  },
  { what: 'its time is over', code: 'expired', bring: () => ask({ value: 8 }, { deadline: new Date(Date.now() - 1) }) },
  {
    what: 'it was refused when it was committed: no interlock before it',
    code: 'unguarded',
    bring: () => ask({ value: 8 }, { deadline: new Date(0), answer: { ok: false, ...reason('unguarded', { node: 'write' }) } }),
  },
];

describe.each([
  ['Modbus TCP', modbusDevice],
  ['OPC UA', opcuaDevice],
] as const)('a write to a machine over %s', (_name, make) => {
  let s: Station;
  let runner: EffectRunner;
  let other = 0;
  let asked = 0;
  const lastAudit = async () => (await s.db.select().from(audit).orderBy(desc(audit.at)).limit(1))[0];
  beforeAll(async () => {
    s = (await stationWith(make as typeof modbusDevice)) as Station;
    s.gateway('one');
    runner = startEffectRunner({ db: s.db, warn: () => {} });
    const [row] = await s.db.insert(tag).values({ orgId: ORG, assetId: s.assetId, name: 'elsewhere' }).returning();
    other = row?.id ?? 0;
    await provisionOrganization(s.db, 'org-b');
    await until('live', async () => (await s.status(s.id)).state === 'live', 60_000);
  }, 90_000);
  afterAll(async () => {
    await runner.stop();
    await s[Symbol.asyncDispose]();
  });

  test.for(REFUSALS)('is refused when $what: $code', { timeout: 60_000 }, async ({ code, bring }) => {
    const { asked: request, ...rest } = await bring(s, other);
    const had = s.has();
    const find = await s.ask(...request);
    await until('an answer', async () => !['pending', 'running'].includes((await find())?.status ?? ''), 20_000);
    const effect = await find();
    const told = { status: effect?.status, ...effect?.answer };
    if ('undo' in rest) await rest.undo?.();
    expect(told).toMatchObject({ ok: false, code });
    expect(['refused', 'expired']).toContain(told.status);
    const said = sayReason({ code: told.code, params: told.params });
    expect(said?.en).toMatch(/^[^\p{Script=Han}{}]+\.$/u);
    expect(said?.zh).toMatch(/\p{Script=Han}/u);
    expect(said?.zh).not.toContain('{');
    expect(await lastAudit()).toMatchObject({
      action: 'tag.write-refused',
      details: { ok: false, code, asked: request[0].value },
    });
    asked++;
    expect(await s.db.$count(audit, eq(audit.action, 'tag.write-refused'))).toBe(asked);
    expect(s.has()).toBe(had);
  });

  test('is made, read back and audited when nothing speaks against it', async () => {
    expect(await s.write({ value: 7.4, ...s.interlock('running > 0 && now < 110') })).toMatchObject({ status: 'done', ok: true });
    expect(s.has()).toBeCloseTo(7.4, 5);
    expect(await lastAudit()).toMatchObject({ action: 'tag.write', details: { asked: 7.4, ok: true } });
    expect(await verifyAudit(s.db, ORG)).toMatchObject({ ok: true });
  });

  test('is told as failed when the device keeps another value, or does not take it', { timeout: 60_000 }, async () => {
    s.clampTo(6.2);
    expect(await s.write({ value: 8 })).toMatchObject({
      status: 'failed',
      ok: false,
      code: 'readback-differs',
      params: { asked: 8 },
    });
    expect(s.has()).toBeCloseTo(6.2, 5);
    s.refuse();
    expect(await s.write({ value: 8 })).toMatchObject({ status: 'failed', ok: false, code: 'device-refused' });
    expect(await lastAudit()).toMatchObject({ action: 'tag.write-refused', details: { code: 'device-refused' } });
    expect(await verifyAudit(s.db, ORG)).toMatchObject({ ok: true });
  });

  test('is refused when the tag was written ten times in ten seconds: too-often', { timeout: 60_000 }, async () => {
    const wishes = await Promise.all(Array.from({ length: 11 }, (_, i) => s.ask({ value: 6 + i / 10 })));
    await until('all answered', async () => (await Promise.all(wishes.map((w) => w()))).every((e) => e?.answer), 30_000);
    const rows = await Promise.all(wishes.map((w) => w()));
    // the device takes none of them by now: what counts is how often it is told
    expect(rows.filter((e) => e?.answer?.code !== 'too-often').length).toBeLessThanOrEqual(10);
    expect(await lastAudit()).toMatchObject({ details: { code: 'too-often' } });
  });
});
