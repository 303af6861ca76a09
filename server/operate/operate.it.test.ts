import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tx } from '#drizzle/client.ts';
import { provisionOrganization } from '#drizzle/organization.ts';
import {
  alarm,
  alarmEvent,
  appVersion,
  asset,
  audit,
  confirmation,
  connection,
  effect,
  installation,
  instance,
  lane,
  notification,
  shard,
  tag,
  trustedCertificate,
} from '#drizzle/schema/index.ts';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import type { ControlEntry } from '#runtime/log/contract.ts';
import { openNotifier } from '#runtime/log/notify.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { acknowledgeAlarms, shelveAlarm, unshelveAlarm, unshelveDue } from '../alarms/act-on-alarms.ts';
import { countUnread, markRead, readInbox } from '../alarms/inbox.ts';
import { listAlarms, readAlarmRate, readJournal } from '../alarms/list-alarms.ts';
import { database, withTenant } from '../db.ts';
import { AppError } from '../errors.ts';
import { exportCsv } from '../history/export-csv.ts';
import { liveValues } from '../history/live-values.ts';
import { closeLogReader, logReader } from '../history/log-reader.ts';
import { readTrends } from '../history/read-trend.ts';
import { listSignals } from '../history/signals.ts';
import { readPlant } from '../plant/read-plant.ts';
import { deleteAsset, saveAsset } from '../plant/save-asset.ts';
import { deleteTag, saveTag, saveTagInput } from '../plant/save-tag.ts';
import { addTags } from '../sources/add-tags.ts';
import { askConnection } from '../sources/ask-connection.ts';
import { decideCertificate, listCertificates, listConnections } from '../sources/list-connections.ts';
import { deleteConnection, saveConnection, setEnabled } from '../sources/save-connection.ts';
import { answerConfirmation } from './answer-confirmation.ts';
import { liveScreen } from './live-screen.ts';
import { listScreens, readScreen } from './read-screen.ts';
import { submitForm } from './submit-form.ts';

/** The whole of what these screens ask, as the web's own role on real tables: once for the owner, once for a stranger. */
let test: TestDatabase;
const OWN = { orgId: 'org-a', user: { id: 'u1', name: 'Zhang Wei' } };
const STRANGER = { orgId: 'org-b', user: { id: 'u2', name: 'Somebody' } };
type Actor = typeof OWN;
const as = <T>(actor: Actor, fn: (tx: Tx, actor: Actor) => Promise<T>) => withTenant(actor.orgId, (tx) => fn(tx, actor));
const inTenant =
  (actor: Actor) =>
  <T>(fn: (tx: Tx) => Promise<T>) =>
    withTenant(actor.orgId, fn);
const one = <T>(rows: T[]): T => {
  if (rows[0] === undefined) throw new Error('no row');
  return rows[0];
};
const code = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  return error instanceof AppError ? error.facts.code : error;
};
const both = (text: string) => ({ en: text, zh: text });
const node = (id: string, block: string, params: Record<string, unknown> = {}) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
});

let world: Awaited<ReturnType<typeof makeWorld>>;
async function makeWorld() {
  for (const { orgId } of [OWN, STRANGER]) await provisionOrganization(test.db, orgId);
  const place = await as(OWN, (tx, a) =>
    saveAsset(tx, a, { parentId: null, level: 'asset', code: 'C-101', name: both('Station'), assetClass: null, timeZone: null }),
  );
  const scan = one(await test.db.insert(lane).values({ orgId: OWN.orgId, kind: 'scan' }).returning()).id;
  const out = one(await test.db.insert(lane).values({ orgId: OWN.orgId, kind: 'output' }).returning()).id;
  const tagRow = one(
    await test.db
      .insert(tag)
      .values({ orgId: OWN.orgId, assetId: place.id, name: 'Air.Setpoint', unit: 'bar', access: 'rw', laneId: scan })
      .returning(),
  );
  const graph = graphDocument.parse({
    format: 1,
    nodes: [
      node('f', 'source.form', { form: 'setpoint', title: both('Setpoint'), unit: 'bar', low: 5.5, high: 8 }),
      node('w', 'control.write', { role: 'setpoint' }),
    ],
    wires: [{ from: { node: 'f', port: 'value' }, to: { node: 'w', port: 'value' } }],
    outputs: [{ name: 'written', from: { node: 'w', port: 'written' } }],
  });
  const version = one(
    await test.db
      .insert(appVersion)
      .values({
        orgId: OWN.orgId,
        name: both('App'),
        version: '1.0.0',
        graph: JSON.stringify(graph),
        graphHash: 'x',
        screens: [{ id: 'main', title: both('Main'), widgets: [] }],
      })
      .returning(),
  );
  const installed = one(
    await test.db
      .insert(installation)
      .values({ orgId: OWN.orgId, name: both('App'), versionId: version.id })
      .returning(),
  );
  const made = one(
    await test.db
      .insert(instance)
      .values({
        orgId: OWN.orgId,
        installationId: installed.id,
        assetId: place.id,
        versionId: version.id,
        key: 'C-101',
        bindings: { setpoint: { tagId: tagRow.id } },
        status: 'running',
      })
      .returning(),
  );
  const control = one(
    await test.db
      .select()
      .from(lane)
      .where(and(eq(lane.orgId, OWN.orgId), eq(lane.kind, 'control'))),
  );
  const part = one(
    await test.db
      .insert(shard)
      .values({ orgId: OWN.orgId, instanceId: made.id, lanes: [scan, control.id], outLane: out, cursor: [0, 0] })
      .returning(),
  );
  return {
    placeId: place.id,
    scan,
    out,
    tagId: tagRow.id,
    installationId: installed.id,
    instanceId: made.id,
    shardId: part.id,
    control: control.id,
  };
}

beforeAll(async () => {
  test = await testDatabase();
  process.env.DATABASE_URL = test.url;
  process.env.MILLWRIGHT_MASTER_KEY = 'test key '.repeat(5);
  world = await makeWorld();
});
afterAll(async () => {
  await closeLogReader();
  await database().close();
  await test.close();
});
const lastControl = async (): Promise<ControlEntry['event']> => {
  const reader = await logReader();
  const [end = 0] = await reader.ends([world.control]);
  const row = one(await reader.readAfter([world.control], [end - 1], 1));
  if (row.entry.kind !== 'control') throw new Error(row.entry.kind);
  return row.entry.event;
};
const audited = async (orgId = OWN.orgId) =>
  (await test.db.select({ action: audit.action }).from(audit).where(eq(audit.orgId, orgId))).map((r) => r.action);

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
      as(actor, (tx, a) => submitForm(tx, a, { instanceId: world.instanceId, form: 'setpoint', value }));
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
    expect(await code(submit(9))).toBe('operate.value-range');
    expect(await code(submit(6.5, STRANGER))).toBe('access.not-found');
    await test.db.update(instance).set({ wanted: 'stop' }).where(eq(instance.id, world.instanceId));
    expect(await code(submit(6.5))).toBe('operate.not-running');
    await test.db.update(instance).set({ wanted: 'run' }).where(eq(instance.id, world.instanceId));
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
      { bind: 'written.value', key: 'C-101', time: at, value: 6.5, other: null, quality: 0, origin: 'simulated', unit: 'bar' },
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
    const foreign = exportCsv(inTenant(STRANGER), STRANGER.orgId, { ids: [world.tagId], ...window });
    expect(await code(foreign.next())).toBe('access.not-found');
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
    expect(await as(OWN, (tx, a) => unshelveDue(tx, a.orgId))).toBe(0);
    expect(await as(OWN, (tx, a) => unshelveDue(tx, a.orgId, new Date(Date.now() + 31 * 60_000)))).toBe(1);
    expect(await code(as(STRANGER, (tx, a) => unshelveAlarm(tx, a, { id })))).toBe('access.not-found');
    expect(await code(as(OWN, (tx, a) => unshelveAlarm(tx, a, { id })))).toBe('alarm.no-effect');
    const journal = await as(OWN, (tx, a) => readJournal(tx, a.orgId, { limit: 10 }));
    expect(journal.map((j) => [j.cause, j.by, j.comment])).toEqual([
      ['unshelve', null, null],
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

const tagInput = (more: Record<string, unknown>) => saveTagInput.parse({ name: 'T', type: 'number', ...more });

describe('plant', () => {
  it('assets: unique codes, levels in order, no circles, nothing deleted that is used', async () => {
    const make = (more: Partial<Parameters<typeof saveAsset>[2]>, actor = OWN) =>
      as(actor, (tx, a) =>
        saveAsset(tx, a, {
          parentId: null,
          level: 'site',
          code: 'S',
          name: both('S'),
          assetClass: null,
          timeZone: null,
          ...more,
        }),
      );
    const site = await make({ timeZone: 'Asia/Shanghai' });
    const line = await make({ level: 'line', code: 'L', parentId: site.id });
    expect(await code(make({ code: 'S' }))).toBe('plant.code-taken');
    expect(await code(make({ level: 'site', code: 'S2', parentId: line.id }))).toBe('plant.level');
    expect(await code(make({ id: site.id, level: 'asset', parentId: line.id }))).toBe('plant.circle');
    expect(await code(make({ code: 'Z', timeZone: 'Mars/Olympus' }))).toBe('plant.zone');
    expect(await code(make({ code: 'X', level: 'asset', parentId: site.id }, STRANGER))).toBe('access.not-found');
    expect(await code(make({ id: site.id, code: 'Q' }, STRANGER))).toBe('access.not-found');
    expect(await code(as(OWN, (tx, a) => deleteAsset(tx, a, { id: site.id })))).toBe('plant.asset-used');
    expect(await code(as(STRANGER, (tx, a) => deleteAsset(tx, a, { id: line.id })))).toBe('access.not-found');
    await as(OWN, (tx, a) => deleteAsset(tx, a, { id: line.id }));
    expect((await as(STRANGER, (tx, a) => readPlant(tx, a.orgId))).assets).toEqual([]);
    expect(await test.db.select().from(asset).where(eq(asset.code, 'L'))).toEqual([]);
  });

  it('tags: units, ranges, names; a bound tag stays', async () => {
    const save = (more: Record<string, unknown>, actor = OWN) =>
      as(actor, (tx, a) => saveTag(tx, a, tagInput({ assetId: world.placeId, ...more })));
    const { id } = await save({ name: 'T1', unit: '[degF]', low: 0, high: 300 });
    expect(await code(save({ name: 'T2', unit: 'furlongs' }))).toBe('plant.unit');
    expect(await code(save({ name: 'T2', low: 2, high: 1 }))).toBe('plant.range');
    expect(await code(save({ name: 'T1' }))).toBe('plant.tag-taken');
    expect(await code(save({ name: 'T1' }, STRANGER))).toBe('access.not-found');
    expect(await code(save({ id, name: 'T1' }, STRANGER))).toBe('access.not-found');
    expect(await code(as(STRANGER, (tx, a) => deleteTag(tx, a, { id })))).toBe('access.not-found');
    expect(await code(as(OWN, (tx, a) => deleteTag(tx, a, { id: world.tagId })))).toBe('plant.tag-used');
    await as(OWN, (tx, a) => deleteTag(tx, a, { id }));
    expect(await audited()).toEqual(expect.arrayContaining(['tag.create', 'tag.delete', 'asset.create', 'asset.delete']));
  });
});

describe('sources', () => {
  const settings = { host: '127.0.0.1', port: 1502 };
  it('settings are checked by the connector, secrets sealed and never shown, certificates decided by a person', async () => {
    const save = (more: Record<string, unknown>, actor = OWN) =>
      as(actor, (tx, a) => saveConnection(tx, a, { name: 'PLC', connector: 'modbus-tcp', settings, simulated: false, ...more }));
    const { id } = await save({});
    expect(await code(save({ name: 'PLC' }))).toBe('source.name-taken');
    expect(await code(save({ name: 'P2', connector: 'telnet' }))).toBe('source.connector-unknown');
    expect(await code(save({ name: 'P2', settings: { host: '', port: 99_999 } }))).toBe('input.invalid');
    expect(await code(save({ id, connector: 'mqtt', settings: { host: 'x' } }))).toBe('source.connector-fixed');
    expect(await code(save({ id }, STRANGER))).toBe('access.not-found');
    const broker = await save({
      name: 'Broker',
      connector: 'mqtt',
      settings: { host: 'broker' },
      secrets: { password: 'very secret' },
    });
    const list = await as(OWN, (tx, a) => listConnections(tx, a.orgId));
    expect(list.map((c) => [c.name, c.hasSecrets])).toEqual([
      ['Broker', true],
      ['PLC', false],
    ]);
    const everywhere = JSON.stringify([
      list,
      await test.db.select().from(connection),
      await test.db.select().from(audit),
      await test.sql`select * from secret`,
    ]);
    expect(everywhere).not.toContain('very secret');
    expect(await as(STRANGER, (tx, a) => listConnections(tx, a.orgId))).toEqual([]);

    const certificate = one(
      await test.db
        .insert(trustedCertificate)
        .values({ orgId: OWN.orgId, connectionId: id, fingerprint: 'ab', subject: 'CN=plc', pem: '-' })
        .returning(),
    );
    expect(await as(STRANGER, (tx, a) => listCertificates(tx, a.orgId, { connectionId: id }))).toEqual([]);
    expect(await code(as(STRANGER, (tx, a) => decideCertificate(tx, a, { id: certificate.id, trust: true })))).toBe(
      'access.not-found',
    );
    await as(OWN, (tx, a) => decideCertificate(tx, a, { id: certificate.id, trust: true }));
    expect(await code(as(OWN, (tx, a) => decideCertificate(tx, a, { id: certificate.id, trust: true })))).toBe(
      'source.certificate-decided',
    );

    const found = tagInput({ assetId: world.placeId, name: 'Reg', address: '3/holding/100:float32' });
    const { ids } = await as(OWN, (tx, a) => addTags(tx, a, { connectionId: id, tags: [found] }));
    expect(ids).toHaveLength(1);
    const wrong = { ...found, name: 'Reg2', address: 'DB1.DBW0' };
    expect(await code(as(OWN, (tx, a) => addTags(tx, a, { connectionId: id, tags: [{ ...found, name: 'Reg3' }, wrong] })))).toBe(
      'source.address',
    );
    expect(await test.db.select().from(tag).where(eq(tag.name, 'Reg3'))).toEqual([]);
    expect(await code(as(STRANGER, (tx, a) => addTags(tx, a, { connectionId: id, tags: [found] })))).toBe('access.not-found');
    expect(await code(as(OWN, (tx, a) => deleteConnection(tx, a, { id })))).toBe('source.used');
    expect(await code(as(STRANGER, (tx, a) => deleteConnection(tx, a, { id })))).toBe('access.not-found');
    expect(await code(as(STRANGER, (tx, a) => setEnabled(tx, a, { id, enabled: false })))).toBe('access.not-found');
    await as(OWN, (tx, a) => setEnabled(tx, a, { id, enabled: false }));
    expect(await code(askConnection(inTenant(OWN), OWN.orgId, { connectionId: id, kind: 'test', request: {} }))).toBe(
      'source.off',
    );
    expect(await code(askConnection(inTenant(STRANGER), STRANGER.orgId, { connectionId: id, kind: 'test', request: {} }))).toBe(
      'access.not-found',
    );
    await as(OWN, (tx, a) => deleteConnection(tx, a, { id: broker.id }));
    expect(await test.sql`select from secret`).toHaveLength(0);
  });
});
