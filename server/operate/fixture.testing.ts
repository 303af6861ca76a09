import { and, eq } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { provisionOrganization } from '#drizzle/organization.ts';
import { appVersion, audit, installation, instance, lane, shard, tag } from '#drizzle/schema/index.ts';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import type { ControlEntry } from '#runtime/log/contract.ts';
import { database, withTenant } from '../db.ts';
import { AppError } from '../errors.ts';
import { closeLogReader, logReader } from '../history/log-reader.ts';
import { saveAsset } from '../plant/save-asset.ts';

/** What the operations screens are tested on, as the web's own role on real tables: an owner with an installed app, and a stranger. */
export const OWN = { orgId: 'org-a', user: { id: 'u1', name: 'Zhang Wei' } };
export const STRANGER = { orgId: 'org-b', user: { id: 'u2', name: 'Somebody' } };
export type Actor = typeof OWN;
export const as = <T>(actor: Actor, fn: (tx: Tx, actor: Actor) => Promise<T>) => withTenant(actor.orgId, (tx) => fn(tx, actor));
export const inTenant =
  (actor: Actor) =>
  <T>(fn: (tx: Tx) => Promise<T>) =>
    withTenant(actor.orgId, fn);
export const one = <T>(rows: T[]): T => {
  if (rows[0] === undefined) throw new Error('no row');
  return rows[0];
};
export const code = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  return error instanceof AppError ? error.facts.code : error;
};
export const both = (text: string) => ({ en: text, zh: text });
const node = (id: string, block: string, params: Record<string, unknown> = {}) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
});

export type World = Awaited<ReturnType<typeof makeWorld>>;
async function makeWorld(test: TestDatabase) {
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
      {
        ...node('i', 'source.form', {
          form: 'inspect',
          title: { en: 'Inspection', zh: '检验' },
          fields: [
            { kind: 'number', name: 'diameter', title: { en: 'Diameter', zh: '直径' }, unit: 'mm', low: 19.9, high: 20.1 },
            {
              kind: 'choice',
              name: 'result',
              title: { en: 'Result', zh: '结果' },
              options: [{ value: 'pass' }, { value: 'fail' }],
            },
            { kind: 'date', name: 'due', title: { en: 'Due', zh: '到期日' }, required: false },
          ],
        }),
        version: '1.1.0',
      },
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

/** A database with the world in it; `close` ends every pool of the process. */
export async function openWorld() {
  const test = await testDatabase();
  process.env.DATABASE_URL = test.url;
  process.env.MILLWRIGHT_MASTER_KEY = 'test key '.repeat(5);
  const world = await makeWorld(test);
  return {
    test,
    world,
    async lastControl(): Promise<ControlEntry['event']> {
      const reader = await logReader();
      const [end = 0] = await reader.ends([world.control]);
      const row = one(await reader.readAfter([world.control], [end - 1], 1));
      if (row.entry.kind !== 'control') throw new Error(row.entry.kind);
      return row.entry.event;
    },
    audited: async (orgId = OWN.orgId) =>
      (await test.db.select({ action: audit.action }).from(audit).where(eq(audit.orgId, orgId))).map((r) => r.action),
    async close() {
      await closeLogReader();
      await database().close();
      await test.close();
    },
  };
}
