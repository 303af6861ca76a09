import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { latest, series, shard } from '#drizzle/schema/index.ts';
import { eachSample } from '#runtime/historian/gather.ts';
import { otherText } from '#runtime/historian/latest.ts';
import { originName } from '#runtime/historian/samples.ts';
import { followLanes } from './live-tail.ts';
import { Pacer } from './pacer.ts';
import { requireSignals } from './signals.ts';

export const liveValuesInput = z.object({ ids: z.array(z.number().int()).max(2000) });

export interface LiveValue {
  readonly id: number;
  /** Event time, epoch ms. */
  readonly time: number;
  readonly value: number | null;
  /** JSON of `{text}`, `{wave}` or `{frame}`, where the value is no number. */
  readonly other: string | null;
  readonly quality: number;
  readonly origin: string;
}
export interface LiveMessage {
  readonly values: readonly LiveValue[];
  /** Server's clock, epoch ms: ages are counted from it, so that a wrong clock on a tablet makes nothing look fresh. */
  readonly now: number;
}

/** A person sees no more than this, and a phone can draw no more. */
export const EVERY_MS = 100;
/** A message without values tells a screen that the connection stands. */
export const IDLE_MS = 2_000;
/** Tags that have no lane yet get one when their connection is first read. */
const LANES_MS = 5_000;

export type InTenant = <T>(fn: (tx: Tx) => Promise<T>) => Promise<T>;

/** Newest values of tags and series: first what is known, then what changes, at most ten messages a second. */
export async function* liveValues(
  tenant: InTenant,
  orgId: string,
  input: z.infer<typeof liveValuesInput>,
  signal: AbortSignal | undefined,
): AsyncGenerator<LiveMessage> {
  const ids = new Set(input.ids);
  const changed = new Map<number, LiveValue>();
  const newestTime = new Map<number, number>();
  const pacer = new Pacer({ everyMs: EVERY_MS, idleMs: IDLE_MS, signal });
  const note = (value: LiveValue) => {
    if (value.time < (newestTime.get(value.id) ?? Number.NEGATIVE_INFINITY)) return;
    newestTime.set(value.id, value.time);
    changed.set(value.id, value);
  };
  const start = await tenant(async (tx) => ({
    signals: await requireSignals(tx, orgId, input.ids),
    names: await outputNames(tx, orgId, input.ids),
  }));
  let lanes = new Set<number>();
  let stop: (() => void) | undefined;
  const followThem = async (wanted: ReadonlySet<number>) => {
    stop?.();
    lanes = new Set(wanted);
    stop = await followLanes([...lanes], (rows) => {
      for (const row of rows)
        eachSample(row, orgId, start.names, (id, _org, time, value, quality, origin, other) => {
          if (!ids.has(id)) return;
          note({
            id,
            time,
            value: Number.isNaN(value) ? null : value,
            other: other ? otherText(other) : null,
            quality,
            origin: originName(origin),
          });
        });
      if (changed.size) pacer.tell();
    });
  };
  const lanesOf = (signals: readonly { lane: number | null }[]) =>
    new Set(signals.flatMap((s) => (s.lane === null ? [] : [s.lane])));
  try {
    await followThem(lanesOf(start.signals));
    for (const value of await tenant((tx) => readLatest(tx, orgId, input.ids))) note(value);
    pacer.tell();
    let lanesAt = Date.now();
    while (await pacer.next()) {
      const values = [...changed.values()];
      changed.clear();
      yield { values, now: Date.now() };
      if (Date.now() - lanesAt > LANES_MS && start.signals.some((s) => s.lane === null)) {
        lanesAt = Date.now();
        const signals = await tenant((tx) => requireSignals(tx, orgId, input.ids));
        const now = lanesOf(signals);
        if (now.size !== lanes.size) await followThem(now);
      }
    }
  } finally {
    stop?.();
  }
}

export async function readLatest(tx: Tx, orgId: string, ids: readonly number[]): Promise<LiveValue[]> {
  if (ids.length === 0) return [];
  return tx
    .select({
      id: latest.tagId,
      time: latest.time,
      value: latest.value,
      other: latest.other,
      quality: latest.quality,
      origin: latest.origin,
    })
    .from(latest)
    .where(and(eq(latest.orgId, orgId), inArray(latest.tagId, [...ids])));
}

/** How the series among `ids` are called in the entries of their output lanes. */
async function outputNames(tx: Tx, orgId: string, ids: readonly number[]) {
  const rows = ids.length
    ? await tx
        .select({
          id: series.id,
          instanceId: series.instanceId,
          output: series.output,
          column: series.column,
          key: series.key,
          shardId: shard.id,
        })
        .from(series)
        .innerJoin(shard, eq(shard.instanceId, series.instanceId))
        .where(and(eq(series.orgId, orgId), inArray(series.id, [...ids])))
    : [];
  const owners = new Map(rows.map((r) => [r.shardId, { instanceId: r.instanceId, orgId }]));
  const name = (...parts: string[]) => JSON.stringify(parts);
  const known = new Map(rows.map((r) => [name(r.instanceId, r.output, r.column, r.key), r.id]));
  return {
    owner: (shardId: number) => owners.get(shardId),
    id: (owner: { instanceId: string }, output: string, column: string, key: string) =>
      known.get(name(owner.instanceId, output, column, key)),
  };
}
