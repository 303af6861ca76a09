/** What apps do to machines beyond one value, against devices that speak Modbus TCP and OPC UA: methods, recipes, signs of life, exclusive control. */
import { and, desc, eq, gt, sql } from 'drizzle-orm';
import { DataType, StatusCodes, Variant } from 'node-opcua';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '#blocks/connectors/suite.ts';
import { verifyAudit } from '#drizzle/audit.ts';
import { audit, controlLease, effect, installation, instance, tag } from '#drizzle/schema/index.ts';
import { releaseLease, takeLease } from '#runtime/effects/control-leases.ts';
import { claimEffects, expireEffects } from '#runtime/effects/outbox.ts';
import { type EffectRunner, startEffectRunner } from '#runtime/effects/runner.ts';
import { ORG } from './fixture.testing.ts';
import { modbusDevice, opcuaDevice, stationWith } from './station.testing.ts';

const standing = gt(controlLease.until, sql`clock_timestamp()`);
const GRANTS = ['tag.write', 'command.send'].map((capability) => ({ capability, by: 'owner', at: '2026-01-01' }));
type Modbus = Awaited<ReturnType<typeof stationWith<Awaited<ReturnType<typeof modbusDevice>>>>>;

/** Three parameters of a press, in registers 10 to 12, and what the recipe asks for. */
async function press(s: Modbus) {
  const words = s.device.words;
  const ids: number[] = [];
  for (const [i, name] of ['temperature', 'pressure', 'time'].entries()) {
    words.set(`1/holding/${10 + i}`, 100 + i);
    ids.push(await s.tag(s.id, `1/holding/${10 + i}:uint16`, { name, low: 0, high: 500, access: 'rw' }));
  }
  const has = () => [10, 11, 12].map((i) => words.get(`1/holding/${i}`));
  const download = (values: readonly number[], more: Parameters<Modbus['ask']>[1] = {}) =>
    s.ask(
      { value: 0, tagId: ids[0] ?? 0 },
      {
        kind: 'recipe.download',
        request: { recipe: 'Housing', version: '3', values: [], deadline: 10 },
        resolved: {
          tagId: ids[0] ?? 0,
          preconditions: [],
          values: values.map((value, i) => ({ role: `p${i}`, tagId: ids[i] ?? 0, value, tolerance: 0.01 })),
        },
        deadline: new Date(Date.now() + 10_000),
        ...more,
      },
    );
  const answerOf = async (find: Awaited<ReturnType<typeof download>>, ms = 20_000) => {
    await until('an answer', async () => !['pending', 'running'].includes((await find())?.status ?? ''), ms);
    const row = await find();
    return { status: row?.status, ...row?.answer };
  };
  /** How often registers 10 to 12 were written. */
  let writes = 0;
  const { set } = words;
  words.set = (key, value) => {
    if (/^1\/holding\/1[012]$/.test(key)) writes++;
    return set.call(words, key, value);
  };
  return { ids, has, words, set, download, answerOf, writes: () => writes };
}

describe('over Modbus TCP', () => {
  let s: Modbus;
  let runner: EffectRunner;
  let p: Awaited<ReturnType<typeof press>>;
  let gateway: ReturnType<Modbus['gateway']>;
  const lastAudit = async () => (await s.db.select().from(audit).orderBy(desc(audit.seq)).limit(1))[0];
  beforeAll(async () => {
    s = await stationWith(modbusDevice);
    await s.db.update(installation).set({ grants: GRANTS });
    p = await press(s);
    gateway = s.gateway('one');
    runner = startEffectRunner({ db: s.db, warn: () => {} });
    await until('live', async () => (await s.status(s.id)).state === 'live', 60_000);
  }, 90_000);
  afterAll(async () => {
    await runner.stop();
    await s[Symbol.asyncDispose]();
  });

  test('a recipe is downloaded as one act, with its fingerprint and what was there before', async () => {
    const told = await p.answerOf(await p.download([180, 75, 30]));
    expect(told).toMatchObject({
      status: 'done',
      ok: true,
      value: {
        recipe: 'Housing',
        version: '3',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        former: { p0: 100, p1: 101, p2: 102 },
      },
    });
    expect(p.has()).toEqual([180, 75, 30]);
    expect(await lastAudit()).toMatchObject({ action: 'recipe.download', details: { recipe: 'Housing', ok: true } });
    // the same set has the same fingerprint, another one another
    const hash = ({ value }: { value?: unknown }) => (value as { hash?: string } | undefined)?.hash;
    expect(hash(await p.answerOf(await p.download([180, 75, 30])))).toBe(hash(told));
    expect(hash(await p.answerOf(await p.download([181, 75, 30])))).not.toBe(hash(told));
  });

  test('all are checked before the first is written: one outside its limits, read-only, or not readable, and nothing is', async () => {
    const before = p.has();
    const writes = p.writes();
    expect(await p.answerOf(await p.download([190, 80, 501]))).toMatchObject({ status: 'refused', code: 'out-of-limits' });
    await s.db
      .update(tag)
      .set({ access: 'r' })
      .where(eq(tag.id, p.ids[2] ?? 0));
    expect(await p.answerOf(await p.download([190, 80, 40]))).toMatchObject({ status: 'refused', code: 'not-writable' });
    await s.db
      .update(tag)
      .set({ access: 'rw' })
      .where(eq(tag.id, p.ids[2] ?? 0));
    p.words.delete('1/holding/12');
    // until its polling has found which of the registers it reads together is the one that is gone
    await expect
      .poll(async () => p.answerOf(await p.download([190, 80, 40])), { timeout: 20_000, interval: 200 })
      .toMatchObject({ status: 'refused', code: 'recipe-former', params: { tag: 'time' } });
    p.set.call(p.words, '1/holding/12', before[2] ?? 0);
    expect(p.has()).toEqual(before);
    expect(p.writes()).toBe(writes);
  });

  test('a device that keeps another value at the last one: all get back what they had, the last first', async () => {
    const before = p.has();
    const { set } = p.words;
    const order: string[] = [];
    p.words.set = (key, value) => {
      order.push(key);
      return set.call(p.words, key, key === '1/holding/12' ? Math.min(value, 35) : value);
    };
    expect(await p.answerOf(await p.download([200, 90, 60]))).toMatchObject({
      status: 'failed',
      ok: false,
      code: 'recipe-undone',
      params: { tag: 'time', cause: { zh: '回读不一致' } },
    });
    p.words.set = set;
    expect(p.has()).toEqual(before);
    expect(order.map((key) => key.slice(-2))).toEqual(['10', '11', '12', '12', '11', '10']);
    expect(await lastAudit()).toMatchObject({ action: 'recipe.download-refused', details: { code: 'recipe-undone' } });
  });

  test('a value that cannot be put back either is named, so that somebody looks', async () => {
    const before = p.has();
    const { set } = p.words;
    p.words.set = (key, value) => {
      if (key !== '1/holding/11') return set.call(p.words, key, key === '1/holding/12' ? 35 : value);
      // stuck from its first change on
      return value === before[1] ? p.words : set.call(p.words, key, value);
    };
    expect(await p.answerOf(await p.download([210, 95, 60]))).toMatchObject({
      status: 'failed',
      code: 'recipe-in-part',
      params: { tag: 'time', left: expect.stringContaining('pressure') },
    });
    p.words.set = set;
    for (const [i, value] of before.entries()) p.set.call(p.words, `1/holding/${10 + i}`, value ?? 0);
  });

  test('a sign of life goes out, also while another app has control; one that is late does not', async () => {
    p.set.call(p.words, '1/holding/10', 0);
    const beat = (value: number, more: object = {}) =>
      s.ask(
        { tagId: p.ids[0] ?? 0, value, tolerance: 0 },
        { kind: 'watchdog.beat', request: { role: 'life', value, deadline: 2 }, deadline: new Date(Date.now() + 5_000), ...more },
      );
    const entries = await s.db.$count(audit);
    const [app] = await s.db.select().from(instance);
    const wish = {
      orgId: ORG,
      assetId: s.assetId,
      tagId: null,
      holder: { userId: 'u1' },
      name: 'Zhang Wei',
      rank: 10,
      seconds: 60,
    };
    await s.db.transaction((tx) => takeLease(tx, wish));
    expect(await p.answerOf(await beat(1))).toMatchObject({ status: 'done' });
    expect(await p.answerOf(await beat(2))).toMatchObject({ status: 'done' });
    expect(p.has()[0]).toBe(2);
    expect(await p.answerOf(await s.ask({ value: 8 }, { instanceId: app?.id ?? '' }))).toMatchObject({ code: 'leased' });
    await s.db.transaction((tx) => releaseLease(tx, wish));
    expect(await p.answerOf(await beat(3, { deadline: new Date(Date.now() - 1) }))).toMatchObject({ status: 'expired' });
    expect(p.has()[0]).toBe(2);
    // taken, refused, released; and one entry for all signs of life
    expect(
      (await s.db.select().from(audit).orderBy(audit.seq))
        .slice(entries)
        .map((a) => a.action)
        .sort(),
    ).toEqual(['lease.release', 'lease.take', 'tag.write-refused', 'watchdog.beat'].sort());
    expect(await verifyAudit(s.db, ORG)).toMatchObject({ ok: true });
  });

  test('a device with its own watchdog runs while signs of life come, and falls back by itself when they stop', {
    timeout: 60_000,
  }, async () => {
    // the device’s own program: when register 10 has not changed for 1.5 s, it takes its set-point back to 6 bar
    let last = -1;
    let at = performance.now();
    let fallen = 0;
    const device = setInterval(() => {
      const now = p.words.get('1/holding/10') ?? -1;
      if (now !== last) {
        last = now;
        at = performance.now();
      } else if (performance.now() - at > 1_500 && fallen === 0) {
        fallen = performance.now();
        p.set.call(p.words, '1/holding/0', 60);
      }
    }, 20);
    try {
      p.set.call(p.words, '1/holding/0', 80);
      const deadline = () => new Date(Date.now() + 10_000);
      for (let count = 1; count <= 6; count++) {
        const find = await s.ask(
          { tagId: p.ids[0] ?? 0, value: 20 + count, tolerance: 0 },
          { kind: 'watchdog.beat', request: { role: 'life', value: 20 + count, deadline: 10 }, deadline: deadline() },
        );
        await p.answerOf(find);
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      expect(p.has()[0]).toBe(26);
      const alive = fallen === 0;
      // a busy machine may have kept a sign of life for too long; then the device was right to fall back
      if (alive) expect(s.has()).toBe(8);
      // the app stops here: nobody tells the device anything
      await until('the device falls back', async () => fallen > 0, 10_000);
      expect(s.has()).toBe(6);
    } finally {
      clearInterval(device);
      p.set.call(p.words, '1/holding/0', 70);
    }
  });

  test('exclusive control: had, renewed, refused to the same rank, taken over by a higher one, over after its time', async () => {
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
    const take = async (instanceId: string, rank: number, seconds = 60, scope = 'tag') =>
      p.answerOf(
        await s.ask(
          { value: 0 },
          {
            instanceId,
            kind: 'lease.take',
            request: { role: 'p', scope, rank, seconds },
            resolved: { tagId: s.setpoint, assetId: s.assetId, preconditions: [] },
            deadline: null,
          },
        ),
      );
    const one = app?.id ?? '';
    const two = other?.id ?? '';
    expect(await take(one, 1)).toMatchObject({ status: 'done', value: { holder: expect.stringContaining('C-101') } });
    expect(await take(one, 1)).toMatchObject({ status: 'done' });
    expect(await take(two, 1)).toMatchObject({ status: 'refused', code: 'leased' });
    // the whole asset is about the same tag
    expect(await take(two, 1, 60, 'asset')).toMatchObject({ status: 'refused', code: 'leased' });
    expect(await p.answerOf(await s.ask({ value: 7.2 }, { instanceId: two }))).toMatchObject({ code: 'leased' });
    expect(await p.answerOf(await s.ask({ value: 7.2 }, { instanceId: one }))).toMatchObject({ status: 'done' });
    expect(await take(two, 2, 60, 'asset')).toMatchObject({ status: 'done' });
    expect(await p.answerOf(await s.ask({ value: 7.3 }, { instanceId: one }))).toMatchObject({ code: 'leased' });
    expect(await s.db.select().from(controlLease)).toMatchObject([{ instanceId: two, tagId: null, rank: 2 }]);
    expect(await s.db.$count(controlLease, standing)).toBe(1);
    await s.db.update(controlLease).set({ until: new Date(Date.now() - 1) });
    expect(await s.db.$count(controlLease, standing)).toBe(0);
    expect(await p.answerOf(await s.ask({ value: 7.3 }, { instanceId: one }))).toMatchObject({ status: 'done' });
    const actions = (await s.db.select().from(audit)).map((a) => a.action);
    expect(actions.filter((a) => a.startsWith('lease.'))).toEqual(expect.arrayContaining(['lease.take', 'lease.take-over']));
  });

  test('a gateway that died in the middle of a recipe: the one that takes over puts the former values back', async () => {
    // no gateway for the while in which this one claims, stores what was there, writes two of three values, and is gone
    await gateway.stop();
    for (const i of [10, 11, 12]) p.set.call(p.words, `1/holding/${i}`, 100 + i);
    const find = await p.download([300, 310, 320], { deadline: new Date(Date.now() + 4_000) });
    await claimEffects(s.db, { kinds: ['recipe.download'], tagIds: p.ids, untilDeadline: true });
    const row = await find();
    await s.db
      .update(effect)
      .set({
        resolved: { ...row?.resolved, former: [110, 111, 112] } as never,
        nextAt: new Date(0),
        deadline: new Date(Date.now() - 3_000),
      })
      .where(and(eq(effect.kind, 'recipe.download'), eq(effect.status, 'running')));
    p.set.call(p.words, '1/holding/10', 300);
    p.set.call(p.words, '1/holding/11', 310);
    // nobody answers for it before a gateway had its chance
    expect(await expireEffects(s.db)).toBe(0);
    s.gateway('two');
    expect(await p.answerOf(find, 30_000)).toMatchObject({ status: 'failed', code: 'recipe-undone' });
    expect(p.has()).toEqual([110, 111, 112]);
  });
});

describe('over OPC UA', () => {
  test('a method of the object that the tag belongs to is called, with arguments in the types it declares', {
    timeout: 60_000,
  }, async () => {
    await using s = await stationWith(opcuaDevice);
    await s.db.update(installation).set({ grants: GRANTS });
    const started: number[] = [];
    s.device.method('Start', [{ name: 'program', dataType: DataType.UInt16 }], ([program]) => {
      if (program === 99) return { statusCode: StatusCodes.BadInvalidState };
      started.push(Number(program));
      return { statusCode: StatusCodes.Good, outputArguments: [new Variant({ dataType: DataType.Double, value: 12.5 })] };
    });
    s.gateway('one');
    await until('live', async () => (await s.status(s.id)).state === 'live', 40_000);
    const call = async (method: string, given: readonly unknown[], more: object = {}) => {
      const find = await s.ask(
        { value: 0 },
        { kind: 'command.send', request: { role: 'p', method, arguments: given, deadline: 5 }, ...more },
      );
      await until('an answer', async () => (await find())?.answer !== null, 20_000);
      const row = await find();
      return { status: row?.status, ...row?.answer };
    };
    expect(await call('Start', [7])).toMatchObject({ status: 'done', ok: true, value: [12.5] });
    expect(await call('Start', [99])).toMatchObject({
      status: 'failed',
      code: 'method-refused',
      reason: expect.stringContaining('BadInvalidState'),
    });
    expect(await call('Start', [])).toMatchObject({ status: 'failed', code: 'method-refused' });
    expect(await call('Start', [70_000])).toMatchObject({ status: 'failed', code: 'method-refused' });
    expect(await call('Stop', [])).toMatchObject({
      code: 'method-refused',
      reason: expect.stringContaining('has no method “Stop”'),
    });
    const preconditions = s.interlock('running < 1').preconditions;
    expect(await call('Start', [8], { resolved: { tagId: s.setpoint, preconditions } })).toMatchObject({
      status: 'refused',
      code: 'interlock',
    });
    await s.db.update(tag).set({ access: 'r' }).where(eq(tag.id, s.setpoint));
    expect(await call('Start', [9])).toMatchObject({ status: 'refused', code: 'not-writable' });
    expect(started).toEqual([7]);
    expect((await s.db.select().from(audit)).map((a) => a.action)).toEqual([
      'command.send',
      ...Array(6).fill('command.send-refused'),
    ]);
  });
});
