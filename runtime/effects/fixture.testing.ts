/** An organization with an app in a fresh database: for the tests of effects. */
import { provisionOrganization } from '#drizzle/organization.ts';
import { appVersion, effect, installation, instance, lane } from '#drizzle/schema/index.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { openLogReader } from '#runtime/log/reader.ts';

export const INSTANCE = '00000000-0000-7000-8000-000000000001';
export async function fixture() {
  const database = await testDatabase();
  const { db } = database;
  await provisionOrganization(db, 'org');
  const name = { en: 'App', zh: '应用' };
  const [version] = await db
    .insert(appVersion)
    .values({ orgId: 'org', name, version: '1.0.0', graph: '{}', graphHash: '', screens: [] })
    .returning();
  const versionId = version?.id ?? '';
  const [installed] = await db.insert(installation).values({ orgId: 'org', name, versionId }).returning();
  await db
    .insert(instance)
    .values({ id: INSTANCE, orgId: 'org', installationId: installed?.id ?? '', versionId, key: 'k', bindings: {} });
  /** Of another installation. */
  async function another(): Promise<string> {
    const [more] = await db.insert(installation).values({ orgId: 'org', name, versionId }).returning();
    const [made] = await db
      .insert(instance)
      .values({ orgId: 'org', installationId: more?.id ?? '', versionId, key: 'k', bindings: {} })
      .returning();
    return made?.id ?? '';
  }
  const [control] = await db.select({ id: lane.id }).from(lane);
  const reader = await openLogReader(database.url);
  let step = 0;
  return {
    db,
    url: database.url,
    instance: another,
    add: async (kind: string, request: Record<string, unknown>, over: Partial<typeof effect.$inferInsert> = {}) => {
      const id = { shardId: 1, step: ++step, ordinal: 0 };
      await db.insert(effect).values({ ...id, orgId: 'org', instanceId: INSTANCE, node: 'n', key: 'k', kind, request, ...over });
      return id;
    },
    rows: () => db.select().from(effect).orderBy(effect.step, effect.ordinal),
    /** What the organization's control lane holds. */
    answers: async () =>
      (await reader.readAfter([control?.id ?? 0], [0], 100)).map((r) => (r.entry.kind === 'control' ? r.entry.event : undefined)),
    async [Symbol.asyncDispose]() {
      await reader.close();
      await database.close();
    },
  };
}
export const until = async (ok: () => Promise<boolean>) => {
  for (let i = 0; i < 2_500; i++) {
    if (await ok()) return;
    await new Promise((r) => setTimeout(r, 10));
  }
  throw new Error('did not come true in 25 s');
};
