import { and, eq, sql } from 'drizzle-orm';
import { giveDevicesToken } from '#runtime/plants/broker.ts';
import { type PlantConnection, plantConnections } from '#runtime/plants/connections.ts';
import { PLANT_A_ASSETS, PLANT_A_BROKER_NAME, PLANT_A_TAGS, SPARKPLUG_GROUP } from '#runtime/plants/plant-a.ts';
import { PLANT_B_ASSETS, PLANT_B_TAGS } from '#runtime/plants/plant-b.ts';
import { dataFolder } from '#runtime/plants/ports.ts';
import { stationCertificate } from '#runtime/plants/station-server.ts';
import { openDatabase, type Tx } from '../client.ts';
import { claimBrokerName, createDeviceToken } from '../device-tokens.ts';
import { connection, organization, trustedCertificate } from '../schema/index.ts';
import { sealSecret } from '../secrets.ts';
import { fillFirstDay } from './first-day.ts';
import { seedMarket } from './market.ts';
import { DEMO_ORGANIZATIONS, seedOrganization } from './people.ts';
import { type DemoPlant, type SeededTags, seedPlant } from './plant.ts';

const DAY = 86_400_000;

/**
 * The demo: three organizations with their people, two plants with connections, tags and the 24 hours before the first start, and the product's
 * own apps in the marketplace. Runs at every start and changes nothing that is there; one that was interrupted goes on where it stopped.
 */
export async function seedDemo({ databaseUrl }: { databaseUrl: string }): Promise<void> {
  const masterKey = process.env.MILLWRIGHT_MASTER_KEY;
  if (!masterKey) throw new Error('MILLWRIGHT_MASTER_KEY is not set; the supervisor passes it.');
  const database = openDatabase(databaseUrl, { max: 2, name: 'millwright seed' });
  try {
    const folder = dataFolder();
    const orgs = await database.db.transaction(async (tx) => {
      // two starts at once must not both find nothing there
      await tx.execute(sql`select pg_advisory_xact_lock(hashtext('millwright demo'))`);
      return {
        a: await seedOrganization(tx, DEMO_ORGANIZATIONS.baoan),
        b: await seedOrganization(tx, DEMO_ORGANIZATIONS.hengtai),
        platform: await seedOrganization(tx, DEMO_ORGANIZATIONS.platform),
      };
    });
    const tagsA = await seedPlantA(database.db, masterKey, orgs.a, folder);
    const tagsB = await database.db.transaction(async (tx) =>
      seedPlant(tx, orgs.b, { ...PLANT_B, connections: await connectionsOf('b', folder) }),
    );
    await database.db.transaction((tx) => seedMarket(tx, masterKey, orgs.platform));
    await firstDay(database.db, databaseUrl, 'a', orgs.a, tagsA, folder);
    await firstDay(database.db, databaseUrl, 'b', orgs.b, tagsB, folder);
  } finally {
    await database.close();
  }
}

const PLANT_A = {
  site: { code: 'BAOAN', name: { en: 'Baoan works', zh: '宝安工厂' }, timeZone: 'Asia/Shanghai' },
  area: { code: 'UTIL', name: { en: 'Utilities', zh: '公用工程' } },
  assets: PLANT_A_ASSETS,
  tags: PLANT_A_TAGS,
} satisfies Omit<DemoPlant, 'connections'>;
const PLANT_B = {
  site: { code: '恒泰厂区', name: { en: 'Hengtai works', zh: '恒泰厂区' }, timeZone: 'Asia/Shanghai' },
  area: { code: '动力车间', name: { en: 'Power house', zh: '动力车间' } },
  assets: PLANT_B_ASSETS,
  tags: PLANT_B_TAGS,
} satisfies Omit<DemoPlant, 'connections'>;

/** Plant A speaks through the platform's broker too: its devices get a token, and a person's trust in its OPC UA server is given. */
async function seedPlantA(
  db: Tx & ReturnType<typeof openDatabase>['db'],
  masterKey: string,
  orgId: string,
  folder: string,
): Promise<SeededTags> {
  const [present] = await db.select({ id: connection.id }).from(connection).where(eq(connection.orgId, orgId)).limit(1);
  let password: string | undefined;
  if (!present) {
    const token = await db.transaction(async (tx) => {
      await claimBrokerName(tx, orgId, PLANT_A_BROKER_NAME);
      if (SPARKPLUG_GROUP !== PLANT_A_BROKER_NAME) await claimBrokerName(tx, orgId, SPARKPLUG_GROUP);
      return createDeviceToken(tx, orgId, 'Demo devices');
    });
    password = token.password;
    await giveDevicesToken({ username: token.username, password: token.password }, folder);
  }
  const certificate = await stationCertificate(folder);
  return db.transaction(async (tx) => {
    const secret = password;
    const connections = await connectionsOf('a', folder, (one) =>
      one.usesBroker && secret !== undefined
        ? (inner) => sealSecret(inner, masterKey, orgId, `${one.name}: sign-in`, JSON.stringify({ password: secret }))
        : undefined,
    );
    const tags = await seedPlant(tx, orgId, { ...PLANT_A, connections });
    const [station] = await tx
      .select({ id: connection.id })
      .from(connection)
      .where(and(eq(connection.orgId, orgId), eq(connection.name, 'Compressor station')));
    if (station)
      await tx
        .insert(trustedCertificate)
        .values({ orgId, connectionId: station.id, ...certificate, state: 'trusted', decidedBy: 'platform' })
        .onConflictDoNothing();
    return tags;
  });
}

async function connectionsOf(
  plant: 'a' | 'b',
  folder: string,
  secretOf: (one: PlantConnection) => ((tx: Tx) => Promise<string>) | undefined = () => undefined,
): Promise<DemoPlant['connections']> {
  return (await plantConnections(plant, folder)).map((one) => {
    const secret = secretOf(one);
    return {
      source: one.source,
      name: one.name,
      connector: one.connector,
      settings: one.settings,
      ...(secret ? { secret } : {}),
    };
  });
}

interface DemoFacts {
  readonly from: number;
  readonly to: number;
  readonly filled: boolean;
}

/** The window is noted before the first entry, so that an interrupted filling goes on with the very same entries. */
async function firstDay(db: Tx, url: string, plant: 'a' | 'b', orgId: string, tags: SeededTags, folder: string): Promise<void> {
  const [row] = await db.select({ metadata: organization.metadata }).from(organization).where(eq(organization.id, orgId));
  const known = (row?.metadata ? (JSON.parse(row.metadata) as { demo?: DemoFacts }) : {}).demo;
  if (known?.filled) return;
  const to = known?.to ?? Math.floor(Date.now() / 1000) * 1000;
  const from = known?.from ?? to - DAY;
  const note = (filled: boolean) =>
    db
      .update(organization)
      .set({ metadata: JSON.stringify({ demo: { from, to, filled } satisfies DemoFacts }) })
      .where(eq(organization.id, orgId));
  if (!known) await note(false);
  await fillFirstDay(url, { plant, from, to }, tags, folder);
  await note(true);
}
