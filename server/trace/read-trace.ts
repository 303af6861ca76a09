import { and, arrayContains, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { effect, historyCursor, hopTime, installation, instance, lane, shard, stepTime, tag } from '#drizzle/schema/index.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import type { LogEntry } from '#runtime/log/contract.ts';
import type { LogReader } from '#runtime/log/reader.ts';
import { sayOutcome } from '../effects/say-reasons.ts';
import { notFound } from '../errors.ts';
import type { InTenant } from '../history/live-values.ts';
import { logReader } from '../history/log-reader.ts';
import { seenAt } from '../history/seen.ts';
import { traceFailed } from './errors.ts';
import { findStep } from './find-step.ts';

const number = z.number().int().positive();
/** An entry of the log by its name, the newest one with a value of a tag, or what a step was caused by. */
export const traceInput = z.union([
  z.object({ lane: number, seq: number }),
  z.object({ tagId: number }),
  z.object({ shardId: number, step: number }),
]);

/** Entries looked through for the newest value of a tag. */
const NEWEST = 256;

/** Epoch ms throughout; absent where it is not known. */
export interface Trace {
  /** The trace's id: an entry's place in the log never changes. */
  readonly lane: number;
  readonly seq: number;
  readonly records: number;
  /** When the gateway had it. */
  readonly receivedAt?: number;
  /** Event times of its records. */
  readonly measured: { readonly from: number; readonly to: number };
  /** Acknowledged: nothing is lost from here on. */
  readonly appendedAt: number;
  /** A web process gave it to a screen that shows the lane. */
  readonly seenAt?: number;
  /** The historian has stored it. */
  readonly stored: boolean;
  readonly apps: readonly AppTrace[];
}
export interface AppTrace {
  readonly instanceId: string;
  readonly name: Bilingual;
  readonly key: string;
  readonly shardId: number;
  /** The step that consumed it; absent while none has. */
  readonly step?: {
    readonly number: number;
    readonly readAt: number;
    /** The program was through. */
    readonly steppedAt?: number;
    /** Of a step whose times were kept, or that asked for an effect. */
    readonly committedAt?: number;
    readonly outputs: number;
    readonly seenAt?: number;
    /** Its results are in the history; a browser has drawn them. Of traced steps. */
    readonly storedAt?: number;
    readonly drawnAt?: number;
    readonly effects: readonly {
      readonly node: string;
      readonly kind: string;
      readonly status: string;
      readonly reason?: Bilingual;
      readonly doneAt?: number;
    }[];
  };
}

/** One sample's way: measured, appended, read by each app, committed, seen by a screen, performed on a machine; with the time of each hop. */
export async function readTrace(tenant: InTenant, orgId: string, input: z.infer<typeof traceInput>): Promise<Trace> {
  const reader = await logReader();
  const at =
    'tagId' in input
      ? await newestOf(reader, tenant, orgId, input.tagId)
      : 'step' in input
        ? await causeOf(reader, tenant, orgId, input)
        : input;
  const { stored, shards } = await tenant(async (tx) => {
    const [known] = await tx
      .select({ id: lane.id, stored: historyCursor.seq })
      .from(lane)
      .leftJoin(historyCursor, eq(historyCursor.laneId, lane.id))
      .where(and(eq(lane.orgId, orgId), eq(lane.id, at.lane)));
    if (!known) throw notFound('Lane', '通道');
    return { stored: (known.stored ?? 0) >= at.seq, shards: hadThen(await shardsOn(tx, orgId, at.lane), at) };
  });
  const [row] = await reader.readAfter([at.lane], [at.seq - 1], 1);
  if (!row || row.seq !== at.seq) throw traceFailed('trace.no-entry', at);
  const { entry } = row;
  const seen = seenAt(at.lane, at.seq);
  const apps: AppTrace[] = [];
  for (const one of shards) apps.push(await appTrace(reader, tenant, orgId, one, at, entry.at));
  return {
    ...at,
    ...measuredOf(entry),
    ...(entry.kind === 'samples' && entry.received !== undefined ? { receivedAt: entry.received } : {}),
    appendedAt: entry.at,
    ...(seen === undefined ? {} : { seenAt: seen }),
    stored,
    apps,
  };
}

function measuredOf(entry: LogEntry): Pick<Trace, 'records' | 'measured'> {
  if (entry.kind !== 'samples') return { records: 1, measured: { from: entry.at, to: entry.at } };
  const span = entry.time.reduce(({ from, to }, time) => ({ from: Math.min(from, time), to: Math.max(to, time) }), {
    from: Number.POSITIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
  });
  return { records: entry.n, measured: span };
}

type ShardRow = Awaited<ReturnType<typeof shardsOn>>[number];

const shardsOn = (tx: Tx, orgId: string, laneId: number) =>
  tx
    .select({
      id: shard.id,
      outLane: shard.outLane,
      lanes: shard.lanes,
      cursor: shard.cursor,
      endedAt: shard.endedAt,
      instanceId: instance.id,
      key: instance.key,
      name: installation.name,
    })
    .from(shard)
    .innerJoin(instance, eq(instance.id, shard.instanceId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(shard.orgId, orgId), arrayContains(shard.lanes, [laneId])))
    .orderBy(shard.id);

/** Of instances that were cut anew, the shards that had the lane when its entry came. */
function hadThen(shards: readonly ShardRow[], at: { lane: number; seq: number }): ShardRow[] {
  const reaches = (one: ShardRow) => (one.cursor[one.lanes.indexOf(at.lane)] ?? 0) >= at.seq;
  const ends = new Map<string, number>();
  for (const one of shards)
    if (one.endedAt && reaches(one))
      ends.set(one.instanceId, Math.min(ends.get(one.instanceId) ?? Number.POSITIVE_INFINITY, one.endedAt.getTime()));
  return shards.filter((one) => (one.endedAt?.getTime() ?? undefined) === ends.get(one.instanceId));
}

async function appTrace(
  reader: LogReader,
  tenant: InTenant,
  orgId: string,
  one: ShardRow,
  at: { lane: number; seq: number },
  appendedAt: number,
): Promise<AppTrace> {
  const who = { instanceId: one.instanceId, name: one.name, key: one.key, shardId: one.id };
  const place = { outLane: one.outLane, place: one.lanes.indexOf(at.lane) };
  const row = await findStep(reader, place, { seq: at.seq, at: appendedAt });
  if (!row) return who;
  const { times, hops, effects } = await tenant(async (tx) => ({
    times: (
      await tx
        .select({ steppedAt: stepTime.steppedAt, committedAt: stepTime.committedAt })
        .from(stepTime)
        .where(and(eq(stepTime.orgId, orgId), eq(stepTime.shardId, one.id), eq(stepTime.step, row.seq)))
    )[0],
    hops: await tx
      .select({ hop: hopTime.hop, at: hopTime.at })
      .from(hopTime)
      .where(and(eq(hopTime.orgId, orgId), eq(hopTime.shardId, one.id), eq(hopTime.step, row.seq))),
    effects: await tx
      .select({
        answer: effect.answer,
        node: effect.node,
        kind: effect.kind,
        status: effect.status,
        createdAt: effect.createdAt,
        doneAt: effect.doneAt,
      })
      .from(effect)
      .where(and(eq(effect.orgId, orgId), eq(effect.shardId, one.id), eq(effect.step, row.seq)))
      .orderBy(effect.ordinal),
  }));
  const committedAt = times?.committedAt ?? effects[0]?.createdAt.getTime();
  const hop = (name: 'stored' | 'sent' | 'drawn') => hops.find((one) => one.hop === name)?.at;
  const found = { seenAt: hop('sent') ?? seenAt(one.outLane, row.seq), storedAt: hop('stored'), drawnAt: hop('drawn') };
  return {
    ...who,
    step: {
      number: row.seq,
      readAt: row.entry.at,
      ...(committedAt === undefined ? {} : { committedAt }),
      outputs: row.entry.outputs.reduce((sum, output) => sum + output.n, 0),
      ...(typeof times?.steppedAt === 'number' ? { steppedAt: times.steppedAt } : {}),
      ...(found.seenAt === undefined ? {} : { seenAt: found.seenAt }),
      ...(found.storedAt === undefined ? {} : { storedAt: found.storedAt }),
      ...(found.drawnAt === undefined ? {} : { drawnAt: found.drawnAt }),
      effects: effects.map(({ node, kind, status, doneAt, answer }) => ({
        node,
        kind,
        status,
        ...reasonOf(answer),
        ...(doneAt ? { doneAt: doneAt.getTime() } : {}),
      })),
    },
  };
}

function reasonOf(answer: typeof effect.$inferSelect.answer): { reason?: Bilingual } {
  const said = answer && !answer.ok ? sayOutcome(answer)?.reason : undefined;
  return said ? { reason: said } : {};
}

/** The newest samples that a step consumed, else what else caused it: between the cursor before it and the one after. */
async function causeOf(reader: LogReader, tenant: InTenant, orgId: string, { shardId, step }: { shardId: number; step: number }) {
  const { one, kept } = await tenant(async (tx) => ({
    one: (
      await tx
        .select({ outLane: shard.outLane, lanes: shard.lanes })
        .from(shard)
        .where(and(eq(shard.orgId, orgId), eq(shard.id, shardId)))
    )[0],
    kept: (
      await tx
        .select({ lane: stepTime.lane, seq: stepTime.seq })
        .from(stepTime)
        .where(and(eq(stepTime.orgId, orgId), eq(stepTime.shardId, shardId), eq(stepTime.step, step)))
    )[0],
  }));
  if (!one) throw notFound('Step', '步');
  if (kept?.lane && kept.seq) return { lane: kept.lane, seq: kept.seq };
  const rows = await reader.readAfter([one.outLane], [Math.max(0, step - 2)], 2);
  const after = rows.find((row) => row.seq === step)?.upto;
  if (!after) throw traceFailed('trace.no-entry', { lane: one.outLane, seq: step });
  const before = rows.find((row) => row.seq === step - 1)?.upto ?? [];
  const moved = one.lanes.flatMap((lane, i) => {
    const seq = after[i] ?? 0;
    return seq > (before[i] ?? 0) ? [{ lane, seq }] : [];
  });
  const ends = await reader.readAfter(
    moved.map((m) => m.lane),
    moved.map((m) => m.seq - 1),
    1,
  );
  const newest = (kind: 'samples' | 'control') =>
    ends.filter((row) => row.entry.kind === kind).sort((a, b) => b.entry.at - a.entry.at)[0];
  const cause = newest('samples') ?? newest('control');
  if (!cause) throw traceFailed('trace.no-entry', { lane: one.outLane, seq: step });
  return { lane: cause.lane, seq: cause.seq };
}

/** The newest entry that carries a value of the tag. */
async function newestOf(reader: LogReader, tenant: InTenant, orgId: string, tagId: number) {
  const [found] = await tenant((tx) =>
    tx
      .select({ lane: tag.laneId })
      .from(tag)
      .where(and(eq(tag.orgId, orgId), eq(tag.id, tagId))),
  );
  if (!found) throw notFound('Tag', '位号');
  const nothing = traceFailed('trace.no-sample', { entries: NEWEST });
  if (found.lane === null) throw nothing;
  const [end = 0] = await reader.ends([found.lane]);
  const rows = await reader.readAfter([found.lane], [Math.max(0, end - NEWEST)], NEWEST);
  const row = rows.findLast(({ entry }) => entry.kind === 'samples' && entry.tag.includes(tagId));
  if (!row) throw nothing;
  return { lane: row.lane, seq: row.seq };
}
