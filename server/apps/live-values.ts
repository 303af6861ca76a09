import { and, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { instance, latest, probe, watch } from '#drizzle/schema/index.ts';
import type { ProbeValue } from '#runtime/step/contract.ts';
import { follow } from '../live.ts';

export const liveInput = z.object({
  /** Tags that the draft's roles are bound to. */
  tagIds: z.array(z.number().int()).max(200),
  /** A running instance of the app: its wires are watched while someone looks. */
  instanceId: z.uuid().optional(),
});

export interface LiveTag {
  readonly tagId: number;
  /** Event time, epoch ms. */
  readonly time: number;
  readonly value: number | null;
  readonly other: string | null;
  readonly quality: number;
  readonly origin: string;
}
export interface LiveValues {
  readonly tags: readonly LiveTag[];
  readonly wires: readonly ProbeValue[];
  /** Server's clock, epoch ms: ages are counted from it. */
  readonly now: number;
}

/** The worker runs the instrumented program until then; renewed while the stream is open. */
const WATCH_MS = 30_000;
/** A screen needs no more, and reading twice a second costs the plant nothing. */
const EVERY_MS = 500;

type InTenant = <T>(fn: (tx: Tx) => Promise<T>) => Promise<T>;

/** Newest values of tags and, of a running instance, of every wire; only what changed since the last message. */
export async function* liveValues(
  tenant: InTenant,
  orgId: string,
  input: z.infer<typeof liveInput>,
  signal: AbortSignal | undefined,
): AsyncGenerator<LiveValues> {
  const sentTags = new Map<number, number>();
  const sentWires = new Map<string, number>();
  let watchedUntil = 0;
  for await (const _news of follow(['probes', 'log'], { signal, everyMs: EVERY_MS, idleMs: 2_000 })) {
    const now = Date.now();
    const { instanceId } = input;
    const found = await tenant(async (tx) => {
      if (instanceId && watchedUntil - now < WATCH_MS / 2) {
        if (await keepWatching(tx, orgId, instanceId, now + WATCH_MS)) watchedUntil = now + WATCH_MS;
      }
      return {
        tags: input.tagIds.length ? await readLatest(tx, orgId, input.tagIds) : [],
        wires: instanceId ? await readProbes(tx, orgId, instanceId) : [],
      };
    });
    const tags = found.tags.filter((tag) => sentTags.get(tag.tagId) !== tag.time);
    const wires = found.wires.filter((wire) => sentWires.get(wireId(wire)) !== wire.count);
    for (const tag of tags) sentTags.set(tag.tagId, tag.time);
    for (const wire of wires) sentWires.set(wireId(wire), wire.count);
    yield { tags, wires, now };
  }
}

const wireId = (wire: ProbeValue) => `${wire.node}\n${wire.port}\n${wire.key}`;

async function readLatest(tx: Tx, orgId: string, tagIds: readonly number[]): Promise<LiveTag[]> {
  return tx
    .select({
      tagId: latest.tagId,
      time: latest.time,
      value: latest.value,
      other: latest.other,
      quality: latest.quality,
      origin: latest.origin,
    })
    .from(latest)
    .where(and(eq(latest.orgId, orgId), inArray(latest.tagId, [...tagIds])));
}

async function readProbes(tx: Tx, orgId: string, instanceId: string): Promise<readonly ProbeValue[]> {
  const [row] = await tx
    .select({ values: probe.values })
    .from(probe)
    .where(and(eq(probe.orgId, orgId), eq(probe.instanceId, instanceId)));
  return Array.isArray(row?.values) ? (row.values as ProbeValue[]) : [];
}

/** Foreign or missing instances are left alone: nothing is watched, nothing is told. */
async function keepWatching(tx: Tx, orgId: string, instanceId: string, until: number): Promise<boolean> {
  const [own] = await tx
    .select({ id: instance.id })
    .from(instance)
    .where(and(eq(instance.id, instanceId), eq(instance.orgId, orgId)));
  if (!own) return false;
  await tx
    .insert(watch)
    .values({ instanceId, orgId, until: new Date(until) })
    .onConflictDoUpdate({ target: watch.instanceId, set: { until: new Date(until) } });
  await tx.execute(sql`select pg_notify('control', ${instanceId})`);
  return true;
}
