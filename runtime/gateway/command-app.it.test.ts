/**
 * `control.command` on its whole way: an operator's entry, the app in its isolate behind its interlock, the effect, the gateway, a method of an OPC UA server, the
 * answer in the log, and the row that the app gives for it. Everything that may be refused on that way, with the reason that the app hears.
 */
import { and, desc, eq } from 'drizzle-orm';
import { DataType, StatusCodes, Variant } from 'node-opcua';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '#blocks/connectors/suite.ts';
import { verifyAudit } from '#drizzle/audit.ts';
import { openDatabase } from '#drizzle/client.ts';
import { audit, controlLease, effect, installation, instance, latest, tag } from '#drizzle/schema/index.ts';
import { quality } from '#runtime/batch/quality.ts';
import { takeLease } from '#runtime/effects/control-leases.ts';
import { sayReason } from '#runtime/effects/reasons.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { workerFixture } from '#runtime/worker/fixture.testing.ts';
import { ORG } from './fixture.testing.ts';
import { modbusDevice, opcuaDevice, stationWith } from './station.testing.ts';

const GRANTS = ['tag.read', 'screen.render', 'command.send', 'tag.write'];
const words = (text: string) => ({ en: text, zh: text });
/** One way each: entry → interlock → command; `machine` is the role that takes it. */
const WAYS = {
  start: { role: 'machine', method: 'Start', pass: true, accept: 30, finish: 30 },
  bare: { role: 'machine', method: 'Start', pass: false, accept: 30, finish: 30 },
  stop: { role: 'machine', method: 'Stop', accept: 30, finish: 30 },
  modbus: { role: 'plc', method: 'Start', pass: true, accept: 30, finish: 30 },
  nowhere: { role: 'guard', method: 'Start', pass: true, accept: 1, finish: 1 },
  unbound: { role: 'nothing', method: 'Start', pass: true, accept: 30, finish: 30 },
} as const;
type Way = keyof typeof WAYS;
const ways = Object.keys(WAYS) as Way[];
const wire = (from: string, to: string, port: string) => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
const graph: GraphDocumentInput = {
  format: 1,
  roles: [
    { name: 'guard', title: words('guard'), write: true },
    ...['machine', 'plc', 'nothing'].map((name) => ({ name, title: words(name), unit: 'bar', write: true, optional: true })),
  ],
  nodes: [
    { id: 'guard', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'guard' } },
    ...ways.flatMap((way) => [
      {
        id: `go_${way}`,
        block: 'millwright/source.form',
        version: '1.0.0',
        params: { form: way, title: words(way), unit: 'bar' },
      },
      {
        id: `lock_${way}`,
        block: 'millwright/control.interlock',
        version: '1.0.0',
        params: { condition: 'a < 5', maxAge: 3600 },
      },
      { id: way, block: 'millwright/control.command', version: '1.0.0', params: WAYS[way] },
    ]),
  ],
  wires: ways.flatMap((way) => [
    wire(`go_${way}`, `lock_${way}`, 'command'),
    wire('guard', `lock_${way}`, 'a'),
    wire(`lock_${way}`, way, 'command'),
  ]),
  outputs: ways.map((way) => ({ name: way, from: { node: way, port: 'out' } })),
};

async function plant() {
  const s = await stationWith(opcuaDevice);
  // the station's own app is only asked for in other tests
  await s.db.update(instance).set({ wanted: 'stop' });
  const f = await workerFixture({ ...openDatabase(s.url, { max: 6 }), url: s.url });
  const plc = await modbusDevice();
  const plcId = await s.connect(plc.connector, plc.settings);
  const register = await s.tag(plcId, plc.setpoint, { name: 'register', unit: 'bar', gain: 0.1, access: 'rw' });
  // no connection feeds it: the app sees what stands in the log, the gateway what stands in `latest`
  const lane = await f.lane([{ name: 'guard', unit: null, access: 'rw' }]);
  const guard = lane.tags[0] ?? 0;
  const look = (row: { value: number; quality?: number; time?: number }) =>
    s.db
      .insert(latest)
      .values({ tagId: guard, orgId: ORG, origin: 'measured', quality: 0, time: Date.now(), ...row })
      .onConflictDoUpdate({ target: latest.tagId, set: { quality: 0, time: Date.now(), ...row } });
  const started: unknown[] = [];
  s.device.method('Start', [{ name: 'program', dataType: DataType.UInt16 }], ([program]) => {
    if (program === 99) return { statusCode: StatusCodes.BadInvalidState };
    started.push(program);
    return { statusCode: StatusCodes.Good, outputArguments: [new Variant({ dataType: DataType.Double, value: 12.5 })] };
  });
  s.gateway('one');
  await f.worker();
  await until(
    'both live',
    async () => {
      const both = await Promise.all([s.status(s.id), s.status(plcId)]);
      return both.every(({ state }) => state === 'live');
    },
    60_000,
  );
  const id = await f.instance(graph, { guard, machine: s.setpoint, plc: register }, { grants: GRANTS, key: 'press' });
  await f.running(id);
  await look({ value: 3 });
  await lane.write([{ time: Date.now(), values: [3] }]);
  const enter = (way: Way, value: number) =>
    appendControl(f.db, ORG, { type: 'form', instanceId: id, form: way, key: '', values: { value }, by: 'Li Na' });
  const told = async (way: Way) => (await f.outputs(id)).filter((row) => row.name === way).map((row) => row.values);
  /** What the app gives for one entry: `[phase, ok, seconds, reason]`. */
  const command = async (way: Way, value: number) => {
    const before = (await told(way)).length;
    await enter(way, value);
    await until(`the app hears of ${way} ${value}`, async () => (await told(way)).length > before, 40_000);
    const rows = await told(way);
    expect(rows.length, 'one answer').toBe(before + 1);
    const [phase, ok, , reason] = rows.at(-1) ?? [];
    return { phase, ok: Boolean(ok), reason };
  };
  return {
    s,
    f,
    id,
    look,
    started,
    enter,
    told,
    command,
    async [Symbol.asyncDispose]() {
      await f[Symbol.asyncDispose]();
      await s[Symbol.asyncDispose]();
      await plc.device.stop();
    },
  };
}

let p: Awaited<ReturnType<typeof plant>>;
beforeAll(async () => {
  p = await plant();
}, 120_000);
afterAll(() => p?.[Symbol.asyncDispose]());
const lastEffect = async () =>
  (
    await p.s.db
      .select()
      .from(effect)
      .where(eq(effect.instanceId, p.id))
      .orderBy(desc(effect.createdAt), desc(effect.step))
      .limit(1)
  )[0];
const lastAudit = async () => (await p.s.db.select().from(audit).orderBy(desc(audit.seq)).limit(1))[0];

test('a method is called once, and the app hears that it was', { timeout: 60_000 }, async () => {
  expect(await p.command('start', 7)).toEqual({ phase: 'done', ok: true, reason: '' });
  expect(p.started).toEqual([7]);
  expect(await lastEffect()).toMatchObject({
    kind: 'command.send',
    status: 'done',
    attempts: 1,
    answer: { ok: true, value: [12.5] },
  });
  expect(await lastAudit()).toMatchObject({ action: 'command.send', details: { ok: true } });
});

interface Refusal {
  readonly what: string;
  readonly code: string;
  readonly way?: Way;
  readonly value?: number;
  /** Brings the reason about; what it gives makes it good again. */
  readonly bring?: () => Promise<() => Promise<unknown>>;
}
const REFUSALS: readonly Refusal[] = [
  { what: 'the device says no', code: 'method-refused', value: 99 },
  { what: 'the argument does not fit its type', code: 'method-refused', value: 70_000 },
  { what: 'an argument is missing', code: 'method-refused', way: 'bare' },
  { what: 'the object has no such method', code: 'method-refused', way: 'stop' },
  { what: 'its protocol knows no methods', code: 'method-none', way: 'modbus' },
  { what: 'no gateway took it in its time', code: 'expired', way: 'nowhere' },
  { what: 'no tag is mapped to the role', code: 'role-unbound', way: 'unbound' },
  {
    what: 'the permission was taken back since',
    code: 'not-granted',
    bring: async () => {
      const set = (list: readonly string[]) =>
        p.s.db
          .update(installation)
          .set({ grants: list.map((capability) => ({ capability, by: 'owner', at: '' })) })
          .where(eq(installation.id, installed));
      const installed = (await p.f.facts(p.id)).installationId;
      await set(GRANTS.filter((one) => one !== 'command.send'));
      return () => set(GRANTS);
    },
  },
  {
    what: 'the tag is read-only',
    code: 'not-writable',
    bring: async () => {
      const set = (access: 'r' | 'rw') => p.s.db.update(tag).set({ access }).where(eq(tag.id, p.s.setpoint));
      await set('r');
      return () => set('rw');
    },
  },
  {
    what: 'the interlock held for the app and does not hold now',
    code: 'interlock',
    bring: async () => {
      await p.look({ value: 9 });
      return () => p.look({ value: 3 });
    },
  },
  {
    what: 'a value of the interlock is too old',
    code: 'stale-value',
    bring: async () => {
      await p.look({ value: 3, time: Date.now() - 7_200_000 });
      return () => p.look({ value: 3 });
    },
  },
  {
    what: 'a value of the interlock is bad',
    code: 'bad-value',
    bring: async () => {
      await p.look({ value: 3, quality: quality('bad', 'sensor-fault') });
      return () => p.look({ value: 3 });
    },
  },
  {
    what: 'a value of the interlock is gone',
    code: 'no-value',
    bring: async () => {
      await p.s.db.delete(latest);
      return () => p.look({ value: 3 });
    },
  },
  {
    what: 'a person controls the machine alone',
    code: 'leased',
    bring: async () => {
      const target = { orgId: ORG, assetId: p.s.assetId, tagId: null, name: 'Zhang Wei', rank: 10, seconds: 600 };
      await p.s.db.transaction((tx) => takeLease(tx, { ...target, holder: { userId: 'u1' } }));
      return () => p.s.db.delete(controlLease);
    },
  },
];

describe('a command is refused, the machine is not called, and the app hears why', () => {
  test.for(REFUSALS)('$what: $code', { timeout: 60_000 }, async ({ code, way = 'start', value = 8, bring }) => {
    const before = p.started.length;
    const undo = await bring?.();
    try {
      expect(await p.command(way, value)).toEqual({ phase: 'failed', ok: false, reason: code });
    } finally {
      await undo?.();
    }
    expect(p.started.length).toBe(before);
    expect(await lastEffect()).toMatchObject({ kind: 'command.send', node: way, answer: { ok: false, code } });
    expect(sayReason({ code, params: (await lastEffect())?.answer?.params })?.zh).toMatch(/^[^{}]*\p{Script=Han}/u);
  });

  test('more than ten in ten seconds: too-often, and in peace again afterwards', { timeout: 120_000 }, async () => {
    const before = (await p.told('start')).length;
    const called = p.started.length;
    // one after another, as an app that swings would
    for (let i = 0; i < 12; i++) await p.command('start', 20);
    const reasons = (await p.told('start')).slice(before).map((row) => row[3]);
    const calls = p.started.length - called;
    expect(reasons.filter((one) => one === '').length).toBe(calls);
    // a busy machine may have taken longer than ten seconds for them
    if (calls < 12) expect(reasons.filter((one) => one === 'too-often').length).toBe(12 - calls);
  });

  test('an app that was stopped meanwhile is not obeyed any more', { timeout: 60_000 }, async () => {
    const set = (wanted: 'run' | 'stop') => p.s.db.update(instance).set({ wanted }).where(eq(instance.id, p.id));
    const [sample] = await p.s.db
      .select()
      .from(effect)
      .where(and(eq(effect.instanceId, p.id), eq(effect.node, 'start'), eq(effect.status, 'done')))
      .limit(1);
    if (!sample) throw new Error('no command was done');
    // committed by the app, found by the gateway after the stop
    await set('stop');
    const again = { ...sample, step: sample.step + 1_000_000, status: 'pending' as const, answer: null, claimedUntil: null };
    await p.s.db
      .insert(effect)
      .values({ ...again, deadline: new Date(Date.now() + 30_000), createdAt: new Date(), nextAt: new Date() });
    await p.s.sql`select pg_notify('effects', ${ORG})`;
    const row = async () =>
      (
        await p.s.db
          .select()
          .from(effect)
          .where(and(eq(effect.shardId, again.shardId), eq(effect.step, again.step)))
      )[0];
    await until('refused', async () => (await row())?.answer !== null, 30_000);
    expect(await row()).toMatchObject({ status: 'refused', answer: { code: 'app-stopped' } });
  });

  test('every refusal that a gateway gave stands in the audit, whose chain is whole', async () => {
    const rows = (await p.s.db.select().from(audit)).filter((a) => a.action === 'command.send-refused');
    const codes = new Set(rows.map((a) => (a.details as { code?: string }).code));
    for (const { code } of REFUSALS) if (!['role-unbound'].includes(code)) expect(codes).toContain(code);
    expect(await verifyAudit(p.s.db, ORG)).toMatchObject({ ok: true });
  });
});
