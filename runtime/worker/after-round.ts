/** What follows a round of commits: decisions, ticks, probes. */
import { probe } from '#drizzle/schema/index.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import type { WorkerContext } from './context.ts';
import type { HeldShard } from './held-shard.ts';
import { NewestProbes } from './newest-probes.ts';
import { recordDecision } from './poison.ts';

/** Watched wires are told at most this often. */
const PROBE_MS = 250;
/** A tick that did not set the timer anew (clocks differ by a little) is repeated after this. */
const TICK_AGAIN_MS = 250;

/** Entries that could not be passed are set aside, now that the steps before them are committed. Gives the lanes to read on, and who lost its lease. */
export async function setAside(
  context: WorkerContext,
  shards: readonly HeldShard[],
): Promise<{ lanes: number[]; lost: HeldShard[] }> {
  const lanes: number[] = [];
  const lost: HeldShard[] = [];
  for (const s of shards) {
    const { decision } = s;
    if (!decision || s.ready || s.busy || s.gone) continue;
    if (!(await recordDecision(context, s, decision))) {
      lost.push(s);
      continue;
    }
    const { lane, seq } = decision.entry;
    s.skip.add(`${lane}:${seq}`);
    s.decision = undefined;
    s.decisions++;
    lanes.push(...s.lanes);
    context.log.warn({ shard: s.lease.shardId, lane, seq, node: decision.node, reason: decision.reason }, 'entry set aside');
  }
  return { lanes, lost };
}

/** Timers that are due become entries of the log, so that every re-run has them at the same place. Gives the lanes appended to. */
export async function appendTicks(context: WorkerContext, shards: Iterable<HeldShard>): Promise<number[]> {
  const now = steadyClock.now();
  const lanes: number[] = [];
  for (const s of shards) {
    const due = s.carried.wakeAt;
    if (due === null || due > now || s.leaving || s.gone || s.ready) continue;
    if (s.tick && s.tick.due === due && now - s.tick.at < TICK_AGAIN_MS) continue;
    s.tick = { due, at: now };
    const { lane } = await appendControl(context.db, s.lease.orgId, { type: 'tick', shardId: s.lease.shardId, due });
    lanes.push(lane);
  }
  return lanes;
}

/** When the next timer of these shards is due, epoch ms. */
export function nextTimer(shards: Iterable<HeldShard>): number {
  let at = Number.POSITIVE_INFINITY;
  for (const s of shards) if (s.carried.wakeAt !== null) at = Math.min(at, s.carried.wakeAt);
  return at;
}

/** The newest values on the wires of watched instances. */
export async function tellProbes(
  context: WorkerContext,
  shards: Iterable<HeldShard>,
  newest: WeakMap<HeldShard, NewestProbes>,
): Promise<void> {
  const now = performance.now();
  for (const s of shards) {
    if (!s.instrumented || !s.stepper || s.busy || now - s.probesAt < PROBE_MS) continue;
    s.probesAt = now;
    const kept = newest.get(s) ?? new NewestProbes();
    newest.set(s, kept);
    // an isolate that is gone says so at its next step
    kept.take(await s.stepper.probes().catch(() => []));
    const values = kept.read();
    if (!values) continue;
    const set = { values, updatedAt: new Date() };
    await context.db
      .insert(probe)
      .values({ instanceId: s.lease.instanceId, orgId: s.lease.orgId, ...set })
      .onConflictDoUpdate({ target: probe.instanceId, set });
    context.notifier.tell('probes', s.lease.instanceId);
  }
}
