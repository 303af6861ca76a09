import { and, count, eq, max, min, sql, sum } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { blob, chunk, coldFile, logArchive, process, retention, retentionDefault } from '#drizzle/schema/index.ts';
import type { HouseFacts, HouseRules } from './housekeeper.ts';

/** What an organization's past takes on disk, and the rules by which it goes; sizes in bytes. */
export interface Storage {
  /** Samples in the database, and those moved to Parquet; oldest event time, epoch ms. */
  readonly samples: {
    readonly count: number;
    readonly hotBytes: number;
    readonly coldBytes: number;
    readonly oldest: number | null;
  };
  /** Days of the log that left the database. Days since 1970. */
  readonly archive: {
    readonly days: number;
    readonly bytes: number;
    readonly first: number | null;
    readonly last: number | null;
  };
  /** Waves, images and other large values. */
  readonly large: { readonly count: number; readonly bytes: number };
  /** Of the organization; null = as the platform is set. */
  readonly rule: { readonly sampleDays: number | null; readonly largeHours: number | null };
  /** Tags and outputs with a rule of their own. */
  readonly ownRules: number;
  /** Of the platform, as housekeeping said them last; absent before it has run once. */
  readonly platform?: HouseRules;
}

export async function readStorage(tx: Tx, orgId: string): Promise<Storage> {
  const number = (value: string | number | null | undefined) => Number(value ?? 0);
  const [samples] = await tx
    .select({ n: sum(chunk.n), bytes: sql<string>`sum(octet_length(${chunk.data}))`, oldest: min(chunk.t0) })
    .from(chunk)
    .where(eq(chunk.orgId, orgId));
  const [cold] = await tx
    .select({ bytes: sum(coldFile.bytes) })
    .from(coldFile)
    .where(eq(coldFile.orgId, orgId));
  const [archive] = await tx
    .select({ days: count(), bytes: sum(logArchive.bytes), first: min(logArchive.day), last: max(logArchive.day) })
    .from(logArchive)
    .where(eq(logArchive.orgId, orgId));
  const [large] = await tx
    .select({ n: count(), bytes: sum(blob.size) })
    .from(blob)
    .where(eq(blob.orgId, orgId));
  const [rule] = await tx
    .select({ sampleDays: retentionDefault.sampleDays, largeHours: retentionDefault.largeHours })
    .from(retentionDefault)
    .where(eq(retentionDefault.orgId, orgId));
  const [own] = await tx.select({ n: count() }).from(retention).where(eq(retention.orgId, orgId));
  const [keeper] = await tx
    .select({ facts: process.facts })
    .from(process)
    .where(and(eq(process.kind, 'historian'), sql`${process.facts}->'house'->'rules' is not null`))
    .orderBy(sql`${process.beat} desc`)
    .limit(1);
  const platform = (keeper?.facts as { house?: HouseFacts } | undefined)?.house?.rules;
  return {
    samples: {
      count: number(samples?.n),
      hotBytes: number(samples?.bytes),
      coldBytes: number(cold?.bytes),
      oldest: samples?.oldest ?? null,
    },
    archive: {
      days: archive?.days ?? 0,
      bytes: number(archive?.bytes),
      first: archive?.first ?? null,
      last: archive?.last ?? null,
    },
    large: { count: large?.n ?? 0, bytes: number(large?.bytes) },
    rule: rule ?? { sampleDays: null, largeHours: null },
    ownRules: own?.n ?? 0,
    ...(platform ? { platform } : {}),
  };
}
