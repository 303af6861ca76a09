import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarm, alarmEvent, asset, confirmation, controlLease, effect, instance, notification } from '#drizzle/schema/index.ts';
import type { TestDatabase } from '#drizzle/seed/test-database.ts';
import { takeLease } from '#runtime/effects/control-leases.ts';
import { readStorage } from '#runtime/historian/storage.ts';
import { openNotifier } from '#runtime/log/notify.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { acknowledgeAlarms, shelveAlarm, unshelveAlarm } from '../alarms/act-on-alarms.ts';
import { countUnread, markRead, readInbox } from '../alarms/inbox.ts';
import { listAlarms, readAlarmRate, readJournal } from '../alarms/list-alarms.ts';
import { AppError } from '../errors.ts';
import { exportCsv } from '../history/export-csv.ts';
import { exportHistory } from '../history/export-history.ts';
import { liveValues } from '../history/live-values.ts';
import { readSignalsResampled } from '../history/read-resampled.ts';
import { readSignalRollups } from '../history/read-rollups.ts';
import { readTrends } from '../history/read-trend.ts';
import { readRetention, saveRetention, saveRetentionDefault } from '../history/save-retention.ts';
import { listSignals } from '../history/signals.ts';
import { answerConfirmation } from './answer-confirmation.ts';
import { as, both, code, inTenant, OWN, one, openWorld, STRANGER, type World } from './fixture.testing.ts';
import { listControl, releaseControl, takeControl } from './leases.ts';
import { liveScreen } from './live-screen.ts';
import { listScreens, readScreen } from './read-screen.ts';
import { submitForm } from './submit-form.ts';

/** As the owner and as a stranger: what each may see and change. */
let open: Awaited<ReturnType<typeof openWorld>>;
let test: TestDatabase;
let world: World;
const lastControl = () => open.lastControl();
const audited = (orgId?: string) => open.audited(orgId);
beforeAll(async () => {
  open = await openWorld();
  ({ test, world } = open);
});
afterAll(() => open.close());

describe('operator screens', () => {
  it('lists and reads a screen with its form, its range and the tag behind it', async () => {
    const list = await as(OWN, (tx, a) => listScreens(tx, a.orgId));
    expect(list[0]).toMatchObject({ id: world.installationId, screens: [{ id: 'main' }], instances: [{ key: 'C-101' }] });
    const facts = await as(OWN, (tx, a) => readScreen(tx, a.orgId, { installationId: world.installationId, screenId: 'main' }));
    expect(facts.forms[0]).toMatchObject({ name: 'setpoint', low: 5.5, high: 8, target: { id: world.tagId, unit: 'bar' } });
    const read = (input: Parameters<typeof readScreen>[2], actor = OWN) =>
      code(as(actor, (tx, a) => readScreen(tx, a.orgId, input)));
    expect(await read({ installationId: world.installationId, screenId: 'none' })).toBe('access.not-found');
    expect(await read({ installationId: world.installationId, screenId: 'main' }, STRANGER)).toBe('access.not-found');
  });

  it('a submitted form is an audited entry of the log; outside its range it is refused', async () => {
    const submit = (value: number, actor = OWN) =>
      as(actor, (tx, a) => submitForm(tx, a, { instanceId: world.instanceId, form: 'setpoint', values: { value } }));
    const { seq } = await submit(6.5);
    expect(seq).toBeGreaterThan(0);
    expect(await lastControl()).toMatchObject({
      type: 'form',
      form: 'setpoint',
      key: 'C-101',
      values: { value: 6.5 },
      by: 'Zhang Wei',
    });
    expect(await audited()).toContain('operate.submit');
    expect(await code(submit(9))).toBe('operate.entry');
    expect(await code(submit(6.5, STRANGER))).toBe('access.not-found');
    await test.db.update(instance).set({ wanted: 'stop' }).where(eq(instance.id, world.instanceId));
    expect(await code(submit(6.5))).toBe('operate.not-running');
    await test.db.update(instance).set({ wanted: 'run' }).where(eq(instance.id, world.instanceId));
  });

  it('a form of several fields is one entry with all of them, or none; dates are those of the plant', async () => {
    const submit = (values: Parameters<typeof submitForm>[2]['values'], actor = OWN) =>
      as(actor, (tx, a) => submitForm(tx, a, { instanceId: world.instanceId, form: 'inspect', values }));
    await test.db.update(asset).set({ timeZone: 'Asia/Shanghai' }).where(eq(asset.id, world.placeId));
    const { seq } = await submit({ diameter: 20.02, result: 'pass', due: '2026-11-23' });
    const entry = { type: 'form', form: 'inspect', key: 'C-101', by: 'Zhang Wei' };
    const due = Date.parse('2026-11-22T16:00:00Z');
    expect(await lastControl()).toMatchObject({ ...entry, values: { diameter: 20.02, result: 'pass', due } });
    await submit({ diameter: 20.03, result: 'fail', due: null });
    expect(await lastControl()).toMatchObject({ ...entry, values: { diameter: 20.03, result: 'fail' } });
    const wrong = await submit({ diameter: 20.2, result: 'maybe', due: '2026-02-30' }).catch((error: unknown) => error);
    expect(wrong).toBeInstanceOf(AppError);
    const { facts } = wrong as AppError;
    expect(facts.code).toBe('operate.entry');
    expect(facts.message.en).toMatch(
      /Inspection.*Diameter must lie between 19\.9 and 20\.1 mm; 20\.2 does not\. Result must be one of pass, fail\. Due must be a date/,
    );
    expect(facts.message.zh).toMatch(
      /检验.*直径须在 19\.9 到 20\.1 mm 之间，20\.2 超出范围。结果须为以下之一：pass、fail。到期日须为日期/,
    );
    expect(await code(submit({ result: 'pass' }))).toBe('operate.entry');
    expect(await code(submit({ diameter: 20, result: 'pass', colour: 'red' }))).toBe('operate.entry');
    expect(await code(submit({ diameter: 20, result: 'pass' }, STRANGER))).toBe('access.not-found');
    expect((await lastControl()) as object).toMatchObject({ values: { diameter: 20.03 } });
    expect(seq).toBeGreaterThan(0);
  });

  it('a confirmation needs as many persons as it says, and answers through the log', async () => {
    const waiting = async (step: number, persons: number) => {
      await test.db.insert(effect).values({
        shardId: world.shardId,
        step,
        ordinal: 0,
        orgId: OWN.orgId,
        instanceId: world.instanceId,
        node: 'c',
        key: 'C-101',
        kind: 'confirm.request',
        request: {},
        status: 'waiting',
      });
      return one(
        await test.db
          .insert(confirmation)
          .values({
            orgId: OWN.orgId,
            instanceId: world.instanceId,
            shardId: world.shardId,
            step,
            ordinal: 0,
            node: 'c',
            key: 'C-101',
            text: both('Sure?'),
            persons,
            deadline: new Date(Date.now() + 60_000),
          })
          .returning(),
      ).id;
    };
    const answer = (id: string, agree: boolean, actor = OWN) => as(actor, (tx, a) => answerConfirmation(tx, a, { id, agree }));
    const id = await waiting(1, 2);
    expect(await code(answer(id, true, STRANGER))).toBe('access.not-found');
    expect(await answer(id, true)).toEqual({ state: 'open' });
    expect(await code(answer(id, true))).toBe('operate.confirmed-already');
    expect(await answer(id, true, { orgId: OWN.orgId, user: { id: 'u3', name: 'Li Na' } })).toEqual({ state: 'confirmed' });
    expect(await lastControl()).toMatchObject({ type: 'answer', shardId: world.shardId, step: 1, ok: true });
    expect(await code(answer(id, false))).toBe('operate.confirmation-over');
    expect(await answer(await waiting(2, 1), false)).toEqual({ state: 'refused' });
    expect(await lastControl()).toMatchObject({ type: 'answer', step: 2, ok: false });
  });

  it('a person takes an asset for themselves, for a time, which is shown and audited; a second person does not get it', async () => {
    const { placeId: assetId } = world;
    const other = { orgId: OWN.orgId, user: { id: 'u3', name: 'Li Na' } };
    const take = (actor = OWN) => as(actor, (tx, a) => takeControl(tx, a, { assetId, minutes: 30 }));
    expect(await code(take(STRANGER))).toBe('access.not-found');
    const { until } = await take();
    expect(until.getTime()).toBeGreaterThan(Date.now() + 29 * 60_000);
    expect(await code(take(other))).toBe('operate.controlled');
    expect(await as(other, (tx, a) => listControl(tx, a))).toMatchObject([
      { assetId, tagId: null, holder: 'Zhang Wei', rank: 10, mine: false },
    ]);
    expect(await as(STRANGER, (tx, a) => listControl(tx, a))).toEqual([]);
    expect(await as(other, (tx, a) => releaseControl(tx, a, { assetId }))).toEqual({ released: false });
    expect(await as(OWN, (tx, a) => releaseControl(tx, a, { assetId }))).toEqual({ released: true });
    expect(await as(OWN, (tx, a) => listControl(tx, a))).toEqual([]);
    expect((await take(other)).until).toBeInstanceOf(Date);
    expect(await as(other, (tx, a) => releaseControl(tx, a, { assetId }))).toEqual({ released: true });
    expect(await audited()).toEqual(expect.arrayContaining(['lease.take', 'lease.release']));
  });

  it('a screen shows who controls its machines alone, a person or an app, as soon as it changes', async () => {
    const stop = new AbortController();
    const input = { instanceId: world.instanceId, outputs: [], tagIds: [] };
    const facts = await as(OWN, (tx, a) => readScreen(tx, a.orgId, { installationId: world.installationId, screenId: 'main' }));
    expect(facts.machines).toMatchObject([{ id: world.placeId, code: 'C-101' }]);
    const stream = liveScreen(inTenant(OWN), OWN.orgId, input, stop.signal);
    const next = async () => {
      for await (const message of { [Symbol.asyncIterator]: () => ({ next: () => stream.next() }) })
        if (message.state) return message.state.leases;
    };
    expect(await next()).toEqual([]);
    await as(OWN, (tx, a) => takeControl(tx, a, { assetId: world.placeId, minutes: 30 }));
    expect(await next()).toMatchObject([
      { assetId: world.placeId, tag: null, holder: 'Zhang Wei', userId: 'u1', instanceId: null },
    ]);
    await as(OWN, (tx, a) => releaseControl(tx, a, { assetId: world.placeId }));
    expect(await next()).toEqual([]);
    const claim = { orgId: OWN.orgId, assetId: world.placeId, tagId: world.tagId, rank: 1, seconds: 60 };
    await test.db.transaction(async (tx) => {
      await takeLease(tx, { ...claim, holder: { instanceId: world.instanceId }, name: 'App · C-101' });
      await tx.execute(sql`select pg_notify('effects', ${OWN.orgId})`);
    });
    expect(await next()).toMatchObject([
      { tag: 'Air.Setpoint', holder: 'App · C-101', userId: null, instanceId: world.instanceId },
    ]);
    // over by its time: nobody has to give it back
    await test.db.update(controlLease).set({ until: new Date(Date.now() - 1) });
    expect(await next()).toEqual([]);
    await test.db.delete(controlLease);
    stop.abort();
    await stream.return(undefined);
  });

  it('live: outputs of the log reach the screen, with the state around them', async () => {
    const stop = new AbortController();
    const stream = liveScreen(
      inTenant(OWN),
      OWN.orgId,
      { instanceId: world.instanceId, outputs: ['written'], tagIds: [world.tagId] },
      stop.signal,
    );
    const first = await stream.next();
    expect(first.value).toMatchObject({ values: [], tags: [] });
    const writer = await openScanWriter(test.url, [world.out, world.scan]);
    const notify = openNotifier(test.url);
    const at = Date.now();
    await writer.append([
      {
        lane: world.out,
        entry: {
          kind: 'outputs',
          at,
          shardId: world.shardId,
          step: 1,
          outputs: [
            {
              name: 'written',
              schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' } } },
              origin: 'simulated',
              n: 1,
              time: Float64Array.of(at),
              key: ['C-101'],
              columns: [Float64Array.of(6.5)],
              quality: [undefined],
            },
          ],
        },
      },
      {
        lane: world.scan,
        entry: {
          kind: 'samples',
          at,
          origin: 'measured',
          n: 1,
          tag: Int32Array.of(world.tagId),
          time: Float64Array.of(at),
          value: Float64Array.of(6.4),
        },
      },
    ]);
    notify.lanes([world.out, world.scan]);
    const seen: unknown[] = [];
    const tags: unknown[] = [];
    let state: unknown = first.value?.state;
    for await (const message of stream) {
      seen.push(...message.values);
      tags.push(...message.tags);
      state ??= message.state;
      if (seen.length && tags.length && state) break;
    }
    stop.abort();
    await writer.close();
    await notify.close();
    expect(seen).toEqual([
      {
        bind: 'written.value',
        key: 'C-101',
        time: at,
        value: 6.5,
        other: null,
        quality: 0,
        origin: 'simulated',
        unit: 'bar',
        from: { shardId: world.shardId, step: 1 },
      },
    ]);
    expect(tags).toMatchObject([{ id: world.tagId, value: 6.4 }]);
    expect(state).toMatchObject({ status: 'running', confirmations: [] });
    const foreign = liveScreen(
      inTenant(STRANGER),
      STRANGER.orgId,
      { instanceId: world.instanceId, outputs: [], tagIds: [] },
      undefined,
    );
    expect(await code(foreign.next())).toBe('access.not-found');
  });
});

describe('history', () => {
  it('trends, live values and export of own signals only', async () => {
    const window = { from: Date.now() - 3_600_000, to: Date.now() + 1000 };
    const [trend] = await as(OWN, (tx, a) => readTrends(tx, a.orgId, { ids: [world.tagId], width: 100, ...window }));
    expect(trend?.y).toEqual([6.4]);
    expect(await code(as(STRANGER, (tx, a) => readTrends(tx, a.orgId, { ids: [world.tagId], width: 100, ...window })))).toBe(
      'access.not-found',
    );
    expect(await code(as(OWN, (tx, a) => readTrends(tx, a.orgId, { ids: [world.tagId], width: 100, from: 2, to: 1 })))).toBe(
      'history.window',
    );
    expect(await as(STRANGER, (tx, a) => listSignals(tx, a.orgId))).toEqual([]);
    const live = liveValues(inTenant(STRANGER), STRANGER.orgId, { ids: [world.tagId] }, undefined);
    expect(await code(live.next())).toBe('access.not-found');
    const stop = new AbortController();
    const own = liveValues(inTenant(OWN), OWN.orgId, { ids: [world.tagId] }, stop.signal);
    expect((await own.next()).value?.values).toMatchObject([{ id: world.tagId, value: 6.4 }]);
    stop.abort();
    await own.return(undefined);
    let csv = '';
    for await (const part of exportCsv(inTenant(OWN), OWN.orgId, { ids: [world.tagId], ...window })) csv += part;
    expect(csv).toMatch(/^\ufefftime,signal,unit,value,quality,origin\r\n\d{4}-.*Z,Air.Setpoint,bar,6.4,good,measured\r\n$/);
    const table = { ids: [world.tagId], format: 'jsonl' as const, ...window };
    const lines: string[] = [];
    for await (const part of exportHistory(inTenant(OWN), OWN.orgId, table)) lines.push(Buffer.from(part).toString());
    expect(JSON.parse(lines.join(''))).toMatchObject({
      key: 'Air.Setpoint',
      'value [bar]': 6.4,
      'value.quality': 'good',
      'value.origin': 'measured',
    });
    expect(await code(exportHistory(inTenant(STRANGER), STRANGER.orgId, table).next())).toBe('access.not-found');
    const foreign = exportCsv(inTenant(STRANGER), STRANGER.orgId, { ids: [world.tagId], ...window });
    expect(await code(foreign.next())).toBe('access.not-found');
  });

  it('rollups and resampled values of own signals only', async () => {
    const grid = {
      ids: [world.tagId],
      unit: 'hour' as const,
      every: 2,
      zone: 'UTC',
      from: Date.now() - 3_600_000,
      to: Date.now() + 1000,
    };
    const [rolled] = await as(OWN, (tx, a) => readSignalRollups(tx, a.orgId, grid));
    expect(rolled?.rows).toMatchObject([{ n: 1, count: 1, min: 6.4, max: 6.4, mean: 6.4, quality: 0 }]);
    expect(await code(as(STRANGER, (tx, a) => readSignalRollups(tx, a.orgId, grid)))).toBe('access.not-found');
    const even = {
      ...grid,
      unit: 'minute' as const,
      every: 1,
      method: 'step' as const,
      maxAgeMs: 60_000,
      to: Date.now() + 120_000,
    };
    const resampled = await as(OWN, (tx, a) => readSignalsResampled(tx, a.orgId, even));
    expect(resampled.signals[0]?.value.filter((x) => x !== null)).toEqual([6.4]);
    expect(await code(as(STRANGER, (tx, a) => readSignalsResampled(tx, a.orgId, even)))).toBe('access.not-found');
  });

  it('how long a signal is kept is set by its own organization, with an entry in the audit log', async () => {
    const rule = { id: world.tagId, sampleDays: 30, largeHours: null };
    expect(await code(as(STRANGER, (tx, a) => saveRetention(tx, a, rule)))).toBe('access.not-found');
    await as(OWN, (tx, a) => saveRetention(tx, a, rule));
    expect(await as(OWN, (tx, a) => readRetention(tx, a.orgId, [world.tagId]))).toEqual([rule]);
    expect(await as(STRANGER, (tx, a) => readRetention(tx, a.orgId, [world.tagId]))).toEqual([]);
    expect(await test.sql`select details from audit where action = 'history.retention'`).toEqual([
      { details: { sampleDays: 30, largeHours: null } },
    ]);
    // the same for everything of the organization, of its own alone
    await as(OWN, (tx, a) => saveRetentionDefault(tx, a, { sampleDays: 90, largeHours: 12 }));
    expect((await as(OWN, (tx, a) => readStorage(tx, a.orgId))).rule).toEqual({ sampleDays: 90, largeHours: 12 });
    expect((await as(STRANGER, (tx, a) => readStorage(tx, a.orgId))).rule).toEqual({ sampleDays: null, largeHours: null });
    await as(OWN, (tx, a) => saveRetentionDefault(tx, a, { sampleDays: null, largeHours: null }));
    await as(OWN, (tx, a) => saveRetention(tx, a, { ...rule, sampleDays: null }));
    expect(await as(OWN, (tx, a) => readRetention(tx, a.orgId, [world.tagId]))).toEqual([]);
  });
});

describe('alarms', () => {
  it('acknowledge, shelve and take back: state, journal, log and audit; nothing of a stranger', async () => {
    const raise = async () =>
      one(
        await test.db
          .insert(alarm)
          .values({
            orgId: OWN.orgId,
            instanceId: world.instanceId,
            node: `n${Math.random()}`,
            key: 'C-101',
            priority: 1,
            active: true,
            state: 'unack-active',
            message: both('High'),
            since: new Date(),
            step: 1,
          })
          .returning(),
      ).id;
    const id = await raise();
    expect(await code(as(STRANGER, (tx, a) => acknowledgeAlarms(tx, a, { ids: [id] })))).toBe('access.not-found');
    expect(await as(STRANGER, (tx, a) => listAlarms(tx, a.orgId))).toEqual([]);
    expect(await as(OWN, (tx, a) => acknowledgeAlarms(tx, a, { ids: [id], comment: 'seen' }))).toEqual({ changed: 1 });
    expect(await lastControl()).toMatchObject({ type: 'alarm', alarmId: id, action: 'acknowledge' });
    expect(await code(as(OWN, (tx, a) => acknowledgeAlarms(tx, a, { ids: [id] })))).toBe('alarm.no-effect');
    const shelf = { id, minutes: 30, comment: 'sensor is being changed' };
    expect(await code(as(STRANGER, (tx, a) => shelveAlarm(tx, a, shelf)))).toBe('access.not-found');
    await as(OWN, (tx, a) => shelveAlarm(tx, a, shelf));
    expect(one(await as(OWN, (tx, a) => listAlarms(tx, a.orgId)))).toMatchObject({ state: 'shelved' });
    expect(await code(as(STRANGER, (tx, a) => unshelveAlarm(tx, a, { id })))).toBe('access.not-found');
    await as(OWN, (tx, a) => unshelveAlarm(tx, a, { id }));
    expect(await code(as(OWN, (tx, a) => unshelveAlarm(tx, a, { id })))).toBe('alarm.no-effect');
    const journal = await as(OWN, (tx, a) => readJournal(tx, a.orgId, { limit: 10 }));
    expect(journal.map((j) => [j.cause, j.by, j.comment])).toEqual([
      ['unshelve', 'Zhang Wei', null],
      ['shelve', 'Zhang Wei', 'sensor is being changed'],
      ['acknowledge', 'Zhang Wei', 'seen'],
    ]);
    expect(await as(STRANGER, (tx, a) => readJournal(tx, a.orgId, { limit: 10 }))).toEqual([]);
    expect(await audited()).toEqual(expect.arrayContaining(['alarm.acknowledge', 'alarm.shelve']));
  });

  it('more than ten in ten minutes is a flood', async () => {
    const [row] = await test.db.select({ id: alarm.id }).from(alarm);
    const slot = Math.floor(Date.now() / 600_000) * 600_000 - 3_600_000;
    await test.db.insert(alarmEvent).values(
      Array.from({ length: 11 }, (_, i) => ({
        orgId: OWN.orgId,
        alarmId: row?.id ?? '',
        from: 'normal' as const,
        to: 'unack-active' as const,
        cause: 'condition' as const,
        at: new Date(slot + i * 1000),
      })),
    );
    expect(await as(OWN, (tx, a) => readAlarmRate(tx, a.orgId))).toMatchObject({ lastTenMinutes: 0, lastDay: 11, floods: 1 });
  });

  it('the inbox is read by each person for themselves', async () => {
    const note = one(
      await test.db
        .insert(notification)
        .values({ orgId: OWN.orgId, title: both('Report') })
        .returning(),
    );
    await as(STRANGER, (tx, a) => markRead(tx, a.orgId, a.user.id, { ids: [note.id] }));
    expect(await as(STRANGER, (tx, a) => readInbox(tx, a.orgId, a.user.id))).toEqual([]);
    expect(await as(OWN, (tx, a) => countUnread(tx, a.orgId, a.user.id))).toBe(1);
    await as(OWN, (tx, a) => markRead(tx, a.orgId, a.user.id, { ids: [note.id] }));
    expect(await as(OWN, (tx, a) => countUnread(tx, a.orgId, a.user.id))).toBe(0);
    expect(await as(OWN, (tx, a) => countUnread(tx, a.orgId, 'u3'))).toBe(1);
  });
});
