/** A plant in a fresh database, and what its log says: for the gateway's integration tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import pino from 'pino';
import { openDatabase } from '#drizzle/client.ts';
import { provisionOrganization } from '#drizzle/organization.ts';
import { asset, connection, lane, tag } from '#drizzle/schema/index.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import type { SamplesEntry } from '#runtime/log/contract.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { Gateway, type GatewayOptions } from './gateway.ts';

export const ORG = 'org-a';
export const MASTER_KEY = 'a master key of at least thirty-two letters';

export interface Logged {
  readonly tagId: number;
  readonly time: number;
  readonly value: number;
  readonly quality: number;
  readonly lane: number;
  readonly seq: number;
  readonly origin: string;
  readonly other: NonNullable<SamplesEntry['other']>[number] | undefined;
}

/** `url`: a migrated database of the caller's; otherwise a fresh one. */
export async function plantFixture(url?: string) {
  const database = url === undefined ? await testDatabase() : { ...openDatabase(url), url };
  const { db } = database;
  const dataFolder = await mkdtemp(join(tmpdir(), 'mw-gw-'));
  await provisionOrganization(db, ORG);
  // the caller's database may have served a test before
  await db.update(connection).set({ enabled: false });
  const [site] = await db
    .insert(asset)
    .values({ orgId: ORG, level: 'asset', code: `C-${Date.now()}`, name: { en: 'Compressor', zh: '空压机' } })
    .returning();
  if (!site) throw new Error('no asset');
  const gateways: Gateway[] = [];
  return {
    ...database,
    dataFolder,
    assetId: site.id,
    async connect(
      connector: string,
      settings: Record<string, unknown>,
      more: Partial<typeof connection.$inferInsert> = {},
    ): Promise<string> {
      const [row] = await db
        .insert(connection)
        .values({ orgId: ORG, name: `${connector} ${Math.random()}`, connector, settings, ...more })
        .returning();
      if (!row) throw new Error('no connection');
      return row.id;
    },
    async tag(connectionId: string, address: string, more: Partial<typeof tag.$inferInsert> = {}): Promise<number> {
      const [row] = await db
        .insert(tag)
        .values({
          orgId: ORG,
          assetId: site.id,
          name: `t ${address} ${Math.random()}`,
          connectionId,
          address,
          samplePeriodMs: 100,
          staleAfterMs: 2000,
          ...more,
        })
        .returning();
      if (!row) throw new Error('no tag');
      return row.id;
    },
    gateway(name: string, more: Partial<GatewayOptions> = {}): Gateway {
      const log = pino({ level: process.env.GATEWAY_TEST_LOG ?? 'silent' });
      const made = new Gateway({ url: database.url, dataFolder, masterKey: MASTER_KEY, log, name, firstPauseMs: 200, ...more });
      gateways.push(made);
      return made;
    },
    async status(id: string) {
      const [row] = await db
        .select({ status: connection.status, holder: connection.holder })
        .from(connection)
        .where(eq(connection.id, id));
      return { ...row?.status, holder: row?.holder };
    },
    /** Everything that the scan lanes of a connection hold, in log order; fails when numbers have a hole. */
    async logged(connectionId: string): Promise<Logged[]> {
      const lanes = await db.select({ id: lane.id }).from(lane).where(eq(lane.connectionId, connectionId));
      const reader = await openLogReader(database.url);
      try {
        const all: Logged[] = [];
        for (const { id } of lanes) {
          let cursor = 0;
          for (;;) {
            const rows = await reader.readAfter([id], [cursor], 200);
            for (const { seq, entry } of rows) {
              if (seq !== cursor + 1) throw new Error(`hole after ${cursor}`);
              cursor = seq;
              if (entry.kind !== 'samples') continue;
              for (let i = 0; i < entry.n; i++) {
                all.push({
                  tagId: entry.tag[i] ?? 0,
                  time: entry.time[i] ?? 0,
                  value: entry.value[i] ?? Number.NaN,
                  quality: entry.quality?.[i] ?? 0,
                  lane: id,
                  seq,
                  origin: entry.origin,
                  other: entry.other?.[i],
                });
              }
            }
            if (rows.length === 0) break;
          }
        }
        return all;
      } finally {
        await reader.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await database.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
