import { readFileSync } from 'node:fs';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appVersion, asset, installation, instance, lane, shard, tag } from '#drizzle/schema/index.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { performRun } from '#runtime/worker/replay-run.ts';
import { AppError } from '../errors.ts';
import { type TestServer, testServer } from '../session.testing.ts';

const graph: GraphDocument = graphDocument.parse(
  JSON.parse(readFileSync(new URL('../../marketplace/apps/compressor-guard/graph.json', import.meta.url), 'utf8')),
);
const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppError) return error.facts.code;
    throw error;
  }
  return 'no error';
};
const HOUR = 3_600_000;

describe('apps', () => {
  let server: TestServer;
  let engineer: Awaited<ReturnType<TestServer['person']>>;
  let stranger: Awaited<ReturnType<TestServer['person']>>;
  let assetId: string;
  let scanLane: number;
  let roles: Record<string, { tagId: number }>;
  const to = Math.floor(Date.now() / 1000) * 1000;

  beforeAll(async () => {
    server = await testServer();
    engineer = await server.person('engineer@example.com');
    const { orgId } = await engineer.call().organization.create({ name: 'Baoan' });
    stranger = await server.person('stranger@example.com');
    await stranger.call().organization.create({ name: 'Hengtai' });
    const [station] = await server.db
      .insert(asset)
      .values({ orgId, level: 'asset', code: 'AIR-01', name: { en: 'Air', zh: '空压站' } })
      .returning();
    const [scan] = await server.db.insert(lane).values({ orgId, kind: 'scan', scanGroup: 'x' }).returning();
    if (!station || !scan) throw new Error('seed');
    assetId = station.id;
    scanLane = scan.id;
    // psi and °F at the plant, bar and °C in the graph: every value is converted on its way.
    const rows = await server.db
      .insert(tag)
      .values(
        (
          [
            ['pressure', '[psi]', 'r'],
            ['power', 'kW', 'r'],
            ['flow', 'm3/min', 'r'],
            ['temperature', '[degF]', 'r'],
            ['setpoint', '[psi]', 'rw'],
          ] as const
        ).map(([name, unit, access]) => ({
          title: graph.roles.find((role) => role.name === name)?.title ?? null,
          orgId,
          assetId: station.id,
          name,
          unit,
          access,
          laneId: scan.id,
        })),
      )
      .returning();
    roles = Object.fromEntries(rows.map((row) => [row.name, { tagId: row.id }]));
  }, 120_000);
  afterAll(() => server.stop());

  const make = async () => engineer.call().apps.create({ name: { en: 'Guard', zh: '守护' }, graph });

  it('saves a draft on its revision only, and merges nothing by itself', async () => {
    const { id } = await make();
    expect(await engineer.call().apps.save({ appId: id, revision: 0, graph: { ...graph, outputs: [] } })).toEqual({
      revision: 1,
    });
    expect(await codeOf(engineer.call().apps.save({ appId: id, revision: 0, graph }))).toBe('app.conflict');
    expect((await engineer.call().apps.get({ appId: id })).graph.outputs).toEqual([]);
  });

  it('shows nothing of another organization', async () => {
    const { id } = await make();
    const other = stranger.call();
    expect((await other.apps.list()).map((app) => app.id)).not.toContain(id);
    expect(await codeOf(other.apps.get({ appId: id }))).toBe('access.not-found');
    expect(await codeOf(other.apps.save({ appId: id, revision: 0, graph }))).toBe('access.not-found');
    expect(await codeOf(other.apps.delete({ appId: id }))).toBe('access.not-found');
    expect(await codeOf(other.apps.planDeployment({ appId: id }))).toBe('access.not-found');
    expect(await codeOf(other.apps.bind({ appId: id, assetId, roles }))).toBe('access.not-found');
    expect(await codeOf(other.runs.start({ kind: 'test', appId: id, assetId, roles, window: { from: to - HOUR, to } }))).toBe(
      'access.not-found',
    );
  });

  it('suggests a tag for every role', async () => {
    const found = await engineer.call().apps.suggestBindings({ roles: graph.roles });
    expect(Object.fromEntries(found.roles.map((role) => [role.role, role.tagId]))).toEqual(
      Object.fromEntries(Object.entries(roles).map(([role, { tagId }]) => [role, tagId])),
    );
  });

  it('deploys only what can run, is bound, fits and is granted', async () => {
    const { id } = await make();
    const wish = {
      appId: id,
      revision: 0,
      assetId,
      roles,
      grants: ['alarm.raise', 'notify.send', 'screen.render', 'tag.read', 'tag.write'],
    };
    expect(await codeOf(engineer.call().apps.deploy({ ...wish, revision: 7 }))).toBe('app.conflict');
    expect(await codeOf(engineer.call().apps.deploy({ ...wish, grants: ['tag.read'] }))).toBe('app.grants-missing');
    expect(await codeOf(engineer.call().apps.deploy({ ...wish, roles: { ...roles, power: null } }))).toBe('app.role-unbound');
    expect(await codeOf(engineer.call().apps.deploy({ ...wish, roles: { ...roles, setpoint: roles.pressure ?? null } }))).toBe(
      'app.tag-unfit',
    );
    expect(await codeOf(engineer.call().apps.deploy({ ...wish, roles: { ...roles, power: roles.pressure ?? null } }))).toBe(
      'app.tag-unfit',
    );
    const blank = await engineer.call().apps.create({ name: { en: 'Blank', zh: '' } });
    expect(await codeOf(engineer.call().apps.deploy({ ...wish, appId: blank.id }))).toBe('app.empty');
    const broken = await engineer
      .call()
      .apps.create({ name: { en: 'Broken', zh: '' }, graph: { ...graph, wires: graph.wires.slice(1) } });
    expect(await codeOf(engineer.call().apps.deploy({ ...wish, appId: broken.id }))).toBe('app.not-runnable');
    expect(await server.db.select().from(instance)).toEqual([]);
  });

  it('puts a version on an asset, and a changed one in its place without losing the cursor', async () => {
    const { id } = await make();
    const grants = ['alarm.raise', 'notify.send', 'screen.render', 'tag.read', 'tag.write'];
    const first = await engineer.call().apps.deploy({ appId: id, revision: 0, assetId, roles, grants });
    const [placed] = await server.db.select().from(shard).where(eq(shard.instanceId, first.instanceId));
    expect(placed?.lanes).toContain(scanLane);
    expect(placed?.cursor).toHaveLength(placed?.lanes.length ?? 0);

    await server.db
      .update(shard)
      .set({ cursor: placed?.cursor.map((at) => at + 5) ?? [], holder: 'w1', leaseUntil: new Date(Date.now() + 60_000) })
      .where(eq(shard.instanceId, first.instanceId));
    const changed = {
      ...graph,
      nodes: graph.nodes.map((node) => (node.id === 'window' ? { ...node, params: { ...node.params, seconds: 60 } } : node)),
    };
    await engineer.call().apps.save({ appId: id, revision: 0, graph: changed });
    const plan = await engineer.call().apps.planDeployment({ appId: id });
    expect(plan.changes).toEqual([{ node: 'window', change: 'changed' }]);
    expect(plan.alarms.map((alarm) => alarm.change)).toHaveLength(2);
    expect(plan.writes.map(({ role, change }) => [role.name, change])).toEqual([['setpoint', 'same']]);
    const second = await engineer.call().apps.deploy({ appId: id, revision: 1, assetId, roles, grants });
    expect(second.instanceId).toBe(first.instanceId);
    expect(second.versionId).not.toBe(first.versionId);
    const [moved] = await server.db.select().from(shard).where(eq(shard.instanceId, first.instanceId));
    expect(moved).toMatchObject({ cursor: placed?.cursor.map((at) => at + 5), token: 1, holder: null });

    expect((await engineer.call().apps.versions({ appId: id })).map((version) => version.version)).toEqual(['0.2.0', '0.1.0']);
    expect(await codeOf(engineer.call().apps.delete({ appId: id }))).toBe('app.deployed');
    expect(await codeOf(stranger.call().apps.stop({ instanceId: first.instanceId }))).toBe('access.not-found');
    await engineer.call().apps.stop({ instanceId: first.instanceId });
    const [installation] = await engineer.call().apps.installations();
    expect(installation?.instances[0]).toMatchObject({ wanted: 'stop', behind: 0, resultAt: null, held: false });
    await engineer.call().apps.uninstall({ installationId: first.installationId });
    await engineer.call().apps.delete({ appId: id });
  });

  it('runs an app for several assets as several shards, where the compiler proves that it may', async () => {
    const [mine] = await server.db
      .select()
      .from(tag)
      .where(eq(tag.id, roles.pressure?.tagId ?? 0));
    if (!mine) throw new Error('no tag');
    const { id: _id, orgId, ...likeIt } = mine;
    const [other] = await server.db
      .insert(asset)
      .values({ orgId, level: 'asset', code: 'AC-2', name: { en: 'Second', zh: '二号' } })
      .returning();
    const [second] = await server.db
      .insert(tag)
      .values({ ...likeIt, orgId, assetId: other?.id ?? '', name: 'pressure of 2' })
      .returning();
    const small = (node: object) => ({
      format: 1 as const,
      roles: graph.roles.filter((role) => role.name === 'pressure'),
      nodes: [{ id: 'in', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'pressure' } }, node],
      wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'made', port: 'in' } }],
      outputs: [{ name: 'made', from: { node: 'made', port: 'out' } }],
    });
    const smooth = { id: 'made', block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.5 } };
    const minute = { id: 'made', block: 'millwright/series.window', version: '1.0.0', params: { seconds: 60 } };
    const bound = (more: { tagId: number }[]) => ({ pressure: { tagId: mine.id, more } });
    const deploy = async (node: object, more: { tagId: number }[], appId?: string) => {
      const made = appId
        ? { id: appId, ...(await engineer.call().apps.save({ appId, revision: 0, graph: small(node) as never })) }
        : {
            revision: 0,
            ...(await engineer.call().apps.create({ name: { en: 'Many', zh: '多台' }, graph: small(node) as never })),
          };
      const wish = {
        appId: made.id,
        revision: made.revision,
        assetId,
        roles: bound(more),
        grants: ['tag.read', 'screen.render'],
      };
      return { appId: made.id, ...(await engineer.call().apps.deploy(wish)) };
    };
    expect(await codeOf(deploy(smooth, [{ tagId: second?.id ?? 0 }, { tagId: second?.id ?? 0 }]))).toBe('app.asset-twice');
    const { appId, instanceId } = await deploy(smooth, [{ tagId: second?.id ?? 0 }]);
    const [kept] = await server.db.select().from(instance).where(eq(instance.id, instanceId));
    expect(kept?.bindings).toEqual({ pressure: { tagId: mine.id, more: [{ tagId: second?.id, key: 'AC-2' }] } });
    await engineer.call().apps.setShards({ instanceId, shards: 3 });
    const [split] = await server.db.select().from(instance).where(eq(instance.id, instanceId));
    expect(split?.shards).toBe(3);
    expect(await codeOf(stranger.call().apps.setShards({ instanceId, shards: 1 }))).toBe('access.not-found');
    // a version that keeps something over keys does not come onto a split instance, nor is its instance split
    expect(await codeOf(deploy(minute, [], appId))).toBe('app.not-splittable');
    const whole = await deploy(minute, []);
    expect(await codeOf(engineer.call().apps.setShards({ instanceId: whole.instanceId, shards: 2 }))).toBe('app.not-splittable');
  });

  it('tests a draft on an hour of recorded data, in seconds, with converted values and captured actions', async () => {
    const writer = await openScanWriter(server.url, [scanLane]);
    const n = 3600;
    const ids = ['pressure', 'power', 'flow', 'temperature'].map((name) => roles[name]?.tagId ?? 0);
    // 101.526 psi = 7 bar; below 6.2 bar (89.92 psi) in the last ten minutes; 140 °F = 60 °C.
    const values = (second: number) => [second > 3000 ? 85 : 101.5264, 140, 20, 140];
    for (let from = 0; from < n; from += 60) {
      const seconds = Array.from({ length: 60 }, (_one, at) => from + at);
      await writer.append([
        {
          lane: scanLane,
          entry: {
            kind: 'samples',
            at: to - HOUR + (from + 59) * 1000,
            origin: 'measured',
            n: 240,
            tag: Int32Array.from(seconds.flatMap(() => ids)),
            time: Float64Array.from(seconds.flatMap((second) => ids.map(() => to - HOUR + second * 1000))),
            value: Float64Array.from(seconds.flatMap(values)),
          },
        },
      ]);
    }
    await writer.close();
    const { id } = await make();
    const started = await engineer
      .call()
      .runs.start({ kind: 'test', appId: id, assetId, roles, window: { from: to - HOUR, to } });
    const reader = await openLogReader(server.url);
    const began = performance.now();
    await performRun(
      {
        db: server.db,
        reader,
        blobs: openBlobStore('/nonexistent'),
        dataFolder: '/nonexistent',
        holder: 'w1',
        onFatal: () => {},
      },
      started.runId,
      new AbortController().signal,
    );
    await reader.close();
    expect(performance.now() - began).toBeLessThan(20_000);
    const run = await engineer.call().runs.get({ runId: started.runId });
    expect(run.error).toBeNull();
    expect(run.status).toBe('done');
    const report = run.report;
    expect(report?.rows).toBe(4 * n);
    const pressure = report?.outputs.find((output) => output.name === 'pressure')?.series[0];
    expect(pressure?.points.last[0]).toBeCloseTo(7, 3);
    // 140 kW for 20 m³/min are 7 kW/(m³/min).
    expect(report?.outputs.find((output) => output.name === 'specific')?.series[0]?.points.last[10]).toBeCloseTo(7, 3);
    expect(report?.alarms.list.map((alarm) => [alarm.node, alarm.to])).toEqual([['lowAlarm', undefined]]);
    expect(report?.effects.total).toBe(0);
    const wire = report?.wires.find((one) => one.node === 'temperature');
    expect(wire?.count).toBe(n);
    expect(wire?.last.at(-1)?.values.value?.v).toBeCloseTo(60, 6);
    expect(await codeOf(stranger.call().runs.get({ runId: started.runId }))).toBe('access.not-found');
    expect(await codeOf(stranger.call().runs.cancel({ runId: started.runId }))).toBe('access.not-found');
  });

  it('takes recorded data as it arrived where that is asked for, else as corrected', async () => {
    const { id } = await make();
    const reader = await openLogReader(server.url);
    const ask = { kind: 'backtest' as const, appId: id, assetId, roles, window: { from: to - HOUR, to } };
    const inputOf = async (more: { input?: 'arrived' | 'corrected' }) => {
      const { runId } = await engineer.call().runs.start({ ...ask, ...more });
      await performRun(
        {
          db: server.db,
          reader,
          blobs: openBlobStore('/nonexistent'),
          dataFolder: '/nonexistent',
          holder: 'w1',
          onFatal: () => {},
        },
        runId,
        new AbortController().signal,
      );
      const run = await engineer.call().runs.get({ runId });
      return [run.request.input, run.report?.input];
    };
    expect(await inputOf({ input: 'arrived' })).toEqual(['arrived', 'arrived']);
    expect(await inputOf({})).toEqual(['corrected', 'corrected']);
    await reader.close();
  });

  it('asks for a shadow beside a running instance of the same app, and of no other', async () => {
    const { id } = await make();
    const name = { en: 'Guard', zh: '监护' };
    const [place] = await server.db.select().from(asset).where(eq(asset.id, assetId));
    const orgId = place?.orgId ?? '';
    const [version] = await server.db
      .insert(appVersion)
      .values({ orgId, name, version: '1.0.0', graph: '{}', graphHash: '', screens: [] })
      .returning();
    const versionId = version?.id ?? '';
    const [installed] = await server.db.insert(installation).values({ orgId, appId: id, name, versionId }).returning();
    const [made] = await server.db
      .insert(instance)
      .values({ orgId, installationId: installed?.id ?? '', versionId, key: 'C-1', bindings: roles, status: 'running' })
      .returning();
    const instanceId = made?.id ?? '';
    const { runId } = await engineer.call().runs.shadow({ appId: id, instanceId, forMs: 60_000 });
    const run = await engineer.call().runs.get({ runId });
    expect(run).toMatchObject({
      kind: 'shadow',
      status: 'queued',
      report: null,
      shadow: null,
      request: { instanceId, forMs: 60_000 },
    });
    await engineer.call().runs.cancel({ runId });
    const other = await make();
    expect(await codeOf(engineer.call().runs.shadow({ appId: other.id, instanceId, forMs: 60_000 }))).toBe('access.not-found');
    expect(await codeOf(stranger.call().runs.shadow({ appId: id, instanceId, forMs: 60_000 }))).toBe('access.not-found');
    await server.db.update(instance).set({ status: 'stopped', wanted: 'stop' }).where(eq(instance.id, instanceId));
    expect(await codeOf(engineer.call().runs.shadow({ appId: id, instanceId, forMs: 60_000 }))).toBe('run.not-running');
  });

  it('refuses a window that ends before it begins, or reaches into the future', async () => {
    const { id } = await make();
    const start = (window: { from: number; to: number }) =>
      engineer.call().runs.start({ kind: 'test', appId: id, assetId, roles, window });
    expect(await codeOf(start({ from: to, to: to - 1 }))).toBe('run.window');
    expect(await codeOf(start({ from: to, to: to + HOUR }))).toBe('run.window');
  });
});
