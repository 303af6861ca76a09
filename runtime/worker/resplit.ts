/**
 * Another number of shards for an instance. Its shards go on to one place of the log, the furthest that any of them has come to, and are given back
 * there with their states; then others take over their keys, each with its state, from that very place. Nothing is skipped, taken twice or forgotten.
 */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { checkpoint, instance, program, shard as shardTable } from '#drizzle/schema/index.ts';
import { splitStates } from '#runtime/compile/split-state.ts';
import { type Carried, hasKey, type InputPlan, type Part } from '#runtime/step/build-input.ts';
import { keyPart } from '#runtime/step/key-part.ts';
import { ENGINE, packCheckpoint, type SavedShard, unpackCheckpoint } from './checkpoint.ts';
import type { WorkerContext } from './context.ts';
import { insertShard } from './create-shards.ts';
import type { HeldShard } from './held-shard.ts';
import type { Holdings } from './holdings.ts';
import { notSplittable } from './prepare.ts';
import { isThrough } from './round.ts';

/** Shard `s` has ended as it was told to, and its state stands at its cursor: nobody has to take it any more. */
export const THROUGH = `(s.until is not null and s.cursor = s.until and exists (select from checkpoint c where c.shard_id = s.id and c.step = s.step))`;

type ShardRow = typeof shardTable.$inferSelect;

/** Brings instances nearer to the number of shards that they should have; called again and again, by every worker. */
export async function resplit(context: WorkerContext, holdings: Holdings): Promise<void> {
  await leaveWhatIsThrough(context, holdings);
  const wishes = await context.db.execute<{ id: string }>(sql`
    select i.id from instance i where i.wanted = 'run' and i.status in ('starting', 'running')
      and exists (select from shard s where s.instance_id = i.id and s.ended_at is null and s.parts <> i.shards)`);
  for (const { id } of wishes) if (await advance(context, id)) context.notifier.tell('control', id);
}

/** Held shards learn where they end; those that are there are given back. */
async function leaveWhatIsThrough({ db, notifier }: WorkerContext, holdings: Holdings): Promise<void> {
  const held = [...holdings.held.keys()];
  if (held.length === 0) return;
  const ends = await db
    .select({ id: shardTable.id, until: shardTable.until })
    .from(shardTable)
    .where(and(inArray(shardTable.id, held), sql`${shardTable.until} is not null`));
  for (const { id, until } of ends) {
    const s = holdings.held.get(id);
    if (!s || s.leaving || !until) continue;
    // what it had begun may go further; what it has read and not begun is read again
    if (!s.until && s.cursor.every((seq, i) => seq <= (until[i] ?? 0)))
      s.readTo = s.readTo.map((seq, i) => Math.min(seq, until[i] ?? 0));
    s.until = until;
  }
  giveBack(holdings, (s) => notifier.tell('control', s.lease.instanceId));
}

/** Those that are where they are to end. Whoever is told hands their keys over. */
export function giveBack(holdings: Holdings, then: (s: HeldShard) => void = () => {}): void {
  for (const s of holdings.all) if (s.until && !s.leaving && !s.gone && isThrough(s)) void holdings.leave(s).then(() => then(s));
}

/** One step nearer. Gives true when something changed. */
const advance = ({ db, log }: WorkerContext, id: string): Promise<boolean> =>
  db.transaction(async (tx) => {
    const [of] = await tx.select().from(instance).where(eq(instance.id, id)).for('update', { skipLocked: true });
    if (!of) return false;
    const shards = await tx
      .select()
      .from(shardTable)
      .where(and(eq(shardTable.instanceId, id), isNull(shardTable.endedAt)))
      .orderBy(shardTable.part)
      .for('update');
    if (shards.length === 0 || shards.every((s) => s.parts === of.shards)) return false;
    const saved = await savedOf(tx, shards);
    const [hash, ...others] = new Set(saved.map((one) => one.programHash));
    // never begun: there is no state to be handed on
    const untouched = saved.length === 0 && shards.every((s) => s.step === 0);
    if (!untouched && (hash === undefined || others.length > 0)) return false;
    if (of.shards > 1 && hash !== undefined) {
      const [made] = await tx.select({ info: program.info }).from(program).where(eq(program.hash, hash));
      if (made && !made.info.splittable) {
        const { reason } = notSplittable(made.info);
        log.warn({ instance: id, node: reason.node }, reason.message);
        await tx.update(instance).set({ shards: shards.length, reason }).where(eq(instance.id, id));
        return true;
      }
    }
    const { lanes = [] } = shards[0] ?? {};
    // one of them is about to follow other lanes
    if (shards.some((s) => s.lanes.join() !== lanes.join())) return false;
    // a step that was under way may have gone further than was told: then all of them go there
    const until = lanes.map((_, i) => Math.max(...shards.map((s) => Math.max(s.cursor[i] ?? 0, s.until?.[i] ?? 0))));
    if (shards.some((s) => s.until?.join() !== until.join())) {
      await tx
        .update(shardTable)
        .set({ until })
        .where(inArray(shardTable.id, idsOf(shards)));
      return true;
    }
    const there = shards.every((s) => s.cursor.join() === until.join() && s.holder === null);
    if (!there || (!untouched && shards.some((s) => !saved.some((one) => one.shardId === s.id && one.step === s.step))))
      return false;
    await handOver(tx, of.shards, shards, saved);
    log.info({ instance: id, from: shards.length, to: of.shards }, 'instance cut anew');
    return true;
  });

const idsOf = (shards: readonly ShardRow[]): number[] => shards.map((s) => s.id);
const savedOf = (tx: Tx, shards: readonly ShardRow[]) =>
  tx
    .select()
    .from(checkpoint)
    .where(inArray(checkpoint.shardId, idsOf(shards)))
    .orderBy(checkpoint.shardId);

async function handOver(
  tx: Tx,
  parts: number,
  shards: readonly ShardRow[],
  saved: readonly (typeof checkpoint.$inferSelect)[],
): Promise<void> {
  const [first] = shards;
  if (!first) return;
  const { orgId, instanceId, lanes, cursor } = first;
  const states = saved.map((one) => unpackCheckpoint(one.state));
  const split = splitStates(
    states.map(({ state }) => state),
    parts,
    (key) => keyPart(key, parts),
  );
  for (let part = 0; part < parts; part++) {
    const shardId = await insertShard(tx, { orgId, instanceId, lanes, cursor, part, parts });
    const [state, hash] = [split[part], saved[0]?.programHash];
    if (!state || hash === undefined) continue;
    const { plan, carried } = together(states, { index: part, of: parts });
    await tx.insert(checkpoint).values({
      ...{ shardId, orgId, step: 0, cursor, programHash: hash, engine: ENGINE },
      state: packCheckpoint(plan, carried, state),
    });
  }
  const ended = inArray(shardTable.id, idsOf(shards));
  await tx
    .update(shardTable)
    .set({ endedAt: new Date(), token: sql`${shardTable.token} + 1`, holder: null, leaseUntil: new Date(0), wakeAt: null })
    .where(ended);
  // the log no longer has to wait for them; what they kept for runs of their journals stays
  await tx.delete(checkpoint).where(inArray(checkpoint.shardId, idsOf(shards)));
}

/** What the host carried beside the states: the newest of each. */
function together(states: readonly SavedShard[], part: Part): { plan: Pick<InputPlan, 'key' | 'bindings'>; carried: Carried } {
  const newest = states.reduce((a, b) => (b.carried.clock > a.carried.clock ? b : a));
  const bindings = states.flatMap((one) => one.bindings).filter((b) => hasKey({ part }, b.key));
  const origins = newest.carried.origins.map(
    (origin, i) => origin ?? states.find((s) => s.carried.origins[i])?.carried.origins[i] ?? null,
  );
  return { plan: { key: newest.key, bindings }, carried: { clock: newest.carried.clock, origins, wakeAt: null } };
}
