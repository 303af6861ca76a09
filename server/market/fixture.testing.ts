import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { provisionOrganization } from '#drizzle/organization.ts';
import {
  app,
  appVersion,
  asset,
  connection,
  installation,
  instance,
  lane,
  organization,
  publisherKey,
  release,
  run,
  tag,
} from '#drizzle/schema/index.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { appManifest, PARTS } from '#marketplace/format/manifest.ts';
import { pack, readPart, sha256, textPart } from '#marketplace/format/package.ts';
import { signBytes } from '#marketplace/format/signing.ts';
import { readFolder } from '#marketplace/review/read-folder.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { readScreens, type ScreenDocument } from '#runtime/graph/screens.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { ensureDays } from '#runtime/log/days.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { performRun } from '#runtime/worker/replay-run.ts';
import type { Membership } from '../context.ts';
import { database, withTenant } from '../db.ts';
import { closeLogReader } from '../history/log-reader.ts';
import { openPublisher, registerPublisher } from '../publish/publisher.ts';

export const MASTER_KEY = 'a master key of tests with 32 characters or more';
export const MAKER = 'org-maker';
export const BUYER = 'org-buyer';
export const PLATFORM = 'org-platform';
const GUARD = path.join(import.meta.dirname, '..', '..', 'marketplace', 'apps', 'compressor-guard');

interface TagSpec {
  readonly name: string;
  readonly en: string;
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  readonly access?: 'rw';
}
/** Kilopascals instead of the graph's bar: what is recorded for a proof must be converted. */
const MAKER_TAGS: readonly TagSpec[] = [
  { name: 'Air.HeaderPressure', en: 'Header pressure', unit: 'kPa', low: 0, high: 1200 },
  { name: 'Air.Power', en: 'Station power', unit: 'kW', low: 0, high: 350 },
  { name: 'Air.Flow', en: 'Delivered flow', unit: 'm3/min', low: 0, high: 45 },
  { name: 'Air.OilTemperature', en: 'Compressor oil temperature', unit: 'Cel', low: -20, high: 130 },
  { name: 'Air.PressureSetpoint', en: 'Pressure set-point', unit: 'bar', low: 5.5, high: 9, access: 'rw' },
];
const BUYER_TAGS: readonly TagSpec[] = [
  { name: '总管压力', en: 'Header pressure', unit: '[psi]', low: 0, high: 175 },
  { name: '压力设定', en: 'Pressure set-point', unit: '[psi]', low: 80, high: 130, access: 'rw' },
  { name: '供气流量', en: 'Delivered flow', unit: '[cft_i]/min', low: 0, high: 1600 },
  { name: '总功率', en: 'Station power', unit: 'kW', low: 0, high: 350 },
  { name: '机房温度', en: 'Room temperature', unit: '[degF]', low: -4, high: 140 },
];

/**
 * Three organizations on a real database, seen through the role of the web: a maker with a running app and half an hour of values, a buyer
 * with Chinese tag names in °F and psi, and the platform. `work` is what a worker does with a run.
 */
export async function openMarketWorld() {
  const test = await testDatabase();
  Object.assign(process.env, { DATABASE_URL: test.url, MILLWRIGHT_MASTER_KEY: MASTER_KEY });
  await ensureDays(test.sql);
  const { db } = test;
  for (const [id, platform] of [
    [MAKER, false],
    [BUYER, false],
    [PLATFORM, true],
  ] as const) {
    await db.insert(organization).values({ id, name: id, slug: id, platform, createdAt: new Date() });
    await provisionOrganization(db, id);
  }
  const files = await readFolder(GUARD);
  const graphText = textPart(files, PARTS.graph);
  const screens = readScreens(textPart(files, PARTS.screens));

  const made = await plant(db, MAKER, 'AIR-01', 'UtilityStation', MAKER_TAGS);
  const bought = await plant(db, BUYER, '空压站-1', 'UtilityStation', BUYER_TAGS);
  const compressor = await plant(db, BUYER, '空压机-1', 'Compressor', [
    { name: '1号机油温', en: 'Compressor 1 oil temperature', unit: '[degF]', low: -4, high: 266 },
  ]);
  const running = await deploy(db, made, graphText, screens);
  const until = Math.floor(Date.now() / 1000) * 1000;
  await record(test.url, made, until);

  const folder = mkdtempSync(path.join(tmpdir(), 'mw-market-'));
  const reader = await openLogReader(test.url, { name: 'test runs' });
  const work = async (runId: string) => {
    const tools = { db, reader, blobs: openBlobStore(folder), dataFolder: folder, holder: 'w1', onFatal: () => {} };
    await performRun(tools, runId, AbortSignal.timeout(120_000));
    const [row] = await db.select().from(run).where(eq(run.id, runId));
    if (!row) throw new Error('the run is gone');
    return row;
  };
  const close = async () => {
    await reader.close();
    await closeLogReader();
    await database().close();
    await test.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    db,
    files,
    graphText,
    graph: graphDocument.parse(JSON.parse(graphText)) as GraphDocument,
    made,
    bought,
    compressor,
    instanceId: running.instanceId,
    versionId: running.versionId,
    /** Recorded half hour, epoch ms. */
    window: { from: until - 1_800_000, to: until },
    as: withTenant,
    work,
    close,
    /** The shipped app under a publisher's name, signed, countersigned and listed without the way through review. */
    list: (orgId: string, publisher: string, version = '1.0.0') => listGuard(files, orgId, publisher, version),
    /** Changes one byte inside the compressed bytes of a part of the stored package. */
    async alter(releaseId: string, part: string) {
      const [row] = await db.select({ pack: release.pack }).from(release).where(eq(release.id, releaseId));
      if (!row) throw new Error('no such release');
      const bytes = new Uint8Array(row.pack);
      const name = new TextEncoder().encode(part);
      const at = Buffer.from(bytes).indexOf(name);
      const place = at + name.length + 20;
      bytes[place] = (bytes[place] ?? 0) ^ 0x10;
      await db.update(release).set({ pack: bytes }).where(eq(release.id, releaseId));
    },
  };
}
export type MarketWorld = Awaited<ReturnType<typeof openMarketWorld>>;

export const membership = (orgId: string): Membership => ({
  orgId,
  name: orgId,
  slug: orgId,
  platform: orgId === PLATFORM,
  roles: ['owner', 'reviewer'],
});

/** Code of the error that the action ends with, and its sentence. */
export async function refusal(action: Promise<unknown>): Promise<{ code: string; en: string; zh: string }> {
  try {
    await action;
  } catch (error) {
    const { facts } = error as { facts?: { code: string; message: { en: string; zh: string } } };
    if (!facts) throw error;
    return { code: facts.code, ...facts.message };
  }
  throw new Error('it was accepted');
}

async function plant(db: Tx, orgId: string, code: string, assetClass: string, specs: readonly TagSpec[]) {
  const [machine] = await db
    .insert(asset)
    .values({ orgId, code, name: { en: code, zh: code }, level: 'asset', assetClass })
    .returning({ id: asset.id, code: asset.code });
  const [source] = await db
    .insert(connection)
    .values({ orgId, name: code, connector: 'modbus-tcp', settings: {}, simulated: true })
    .returning({ id: connection.id });
  if (!machine || !source) throw new Error('insert gave no row');
  const [scan] = await db
    .insert(lane)
    .values({ orgId, kind: 'scan', connectionId: source.id, scanGroup: '1' })
    .returning({ id: lane.id });
  if (!scan) throw new Error('insert gave no row');
  const tags = new Map<string, number>();
  for (const { en, access, ...spec } of specs) {
    const values = {
      ...spec,
      orgId,
      assetId: machine.id,
      title: { en, zh: spec.name },
      type: 'number' as const,
      access: access ?? ('r' as const),
      connectionId: source.id,
      address: '1/holding/0:float32',
      samplePeriodMs: 5000,
      staleAfterMs: 15_000,
      laneId: scan.id,
    };
    const [row] = await db.insert(tag).values(values).returning({ id: tag.id });
    if (row) tags.set(spec.name, row.id);
  }
  return { orgId, assetId: machine.id, code, laneId: scan.id, tags };
}
type Plant = Awaited<ReturnType<typeof plant>>;

async function deploy(db: Tx, made: Plant, graphText: string, screens: ScreenDocument[]) {
  const name = { en: 'Station guard', zh: '空压站卫士' };
  const { orgId } = made;
  const [draft] = await db
    .insert(app)
    .values({ orgId, slug: 'guard', name, assetClass: 'UtilityStation', graph: JSON.parse(graphText) as GraphDocument })
    .returning({ id: app.id });
  if (!draft) throw new Error('insert gave no row');
  const [version] = await db
    .insert(appVersion)
    .values({ orgId, appId: draft.id, name, version: '1', graph: graphText, graphHash: sha256(Buffer.from(graphText)), screens })
    .returning({ id: appVersion.id });
  if (!version) throw new Error('insert gave no row');
  const [installed] = await db
    .insert(installation)
    .values({ orgId, appId: draft.id, name, versionId: version.id })
    .returning({ id: installation.id });
  if (!installed) throw new Error('insert gave no row');
  const bound = (tagName: string) => ({ tagId: made.tags.get(tagName) ?? 0 });
  const [placed] = await db
    .insert(instance)
    .values({
      orgId,
      installationId: installed.id,
      assetId: made.assetId,
      versionId: version.id,
      key: made.code,
      bindings: {
        pressure: bound('Air.HeaderPressure'),
        power: bound('Air.Power'),
        flow: bound('Air.Flow'),
        temperature: bound('Air.OilTemperature'),
        setpoint: bound('Air.PressureSetpoint'),
      },
    })
    .returning({ id: instance.id });
  if (!placed) throw new Error('insert gave no row');
  return { versionId: version.id, instanceId: placed.id };
}

/** Half an hour of steady values every five seconds: 700 kPa, 144 kW at 23 m³/min, 80 °C. */
async function record(url: string, made: Plant, until: number) {
  const writer = await openScanWriter(url, [made.laneId], { name: 'test values' });
  const steady = { 'Air.HeaderPressure': 700, 'Air.Power': 144, 'Air.Flow': 23, 'Air.OilTemperature': 80 };
  const rows = Array.from({ length: 360 }, (_, i) => until - 1_800_000 + i * 5000).flatMap((time) =>
    Object.entries(steady).map(([name, value]) => ({ id: made.tags.get(name) ?? 0, time, value })),
  );
  try {
    await writer.append([
      {
        lane: made.laneId,
        entry: {
          kind: 'samples',
          at: until,
          origin: 'simulated',
          n: rows.length,
          tag: Int32Array.from(rows, (row) => row.id),
          time: Float64Array.from(rows, (row) => row.time),
          value: Float64Array.from(rows, (row) => row.value),
        },
      },
    ]);
  } finally {
    await writer.close();
  }
}

async function listGuard(files: ReadonlyMap<string, Uint8Array>, orgId: string, publisher: string, version: string) {
  const manifest = { ...readPart(files, PARTS.manifest, appManifest), publisher, version };
  const own = new Map(files).set(PARTS.manifest, new TextEncoder().encode(JSON.stringify(manifest)));
  const key = await withTenant(orgId, async (tx) => {
    await registerPublisher(tx, MASTER_KEY, orgId, 'user:test', { publisher });
    return openPublisher(tx, MASTER_KEY, orgId);
  });
  const platform = await withTenant(PLATFORM, async (tx) => {
    const [present] = await tx.select().from(publisherKey).where(eq(publisherKey.orgId, PLATFORM));
    if (!present) await registerPublisher(tx, MASTER_KEY, PLATFORM, 'user:test', { publisher: 'platform' });
    return openPublisher(tx, MASTER_KEY, PLATFORM);
  });
  const bytes = pack(own, publisher, key);
  const packHash = sha256(bytes);
  const [row] = await withTenant(orgId, (tx) =>
    tx
      .insert(release)
      .values({
        orgId,
        publisher,
        slug: manifest.slug,
        version,
        title: manifest.title,
        summary: manifest.summary,
        assetClass: manifest.assetClass ?? null,
        manifest: { ...manifest },
        graphHash: sha256(own.get(PARTS.graph) ?? new Uint8Array()),
        pack: bytes,
        packHash,
        countersignature: signBytes(new TextEncoder().encode(packHash), platform.privateKey),
        status: 'listed',
      })
      .returning({ id: release.id }),
  );
  if (!row) throw new Error('insert gave no row');
  return row.id;
}
