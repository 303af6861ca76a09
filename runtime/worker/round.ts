import { isPassing, refusalOf } from '#drizzle/refusal.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import type { NumberedEntry } from '#runtime/step/build-input.ts';
import type { ReadStep } from '#runtime/step/take-step.ts';
import { ENGINE } from './checkpoint.ts';
import { type Committed, commitSteps, type ShardCommit } from './commit-steps.ts';
import type { WorkerContext } from './context.ts';
import type { HeldShard, ReadyStep } from './held-shard.ts';
import { ENTRIES_A_STEP } from './hold.ts';
import { InstanceProblem } from './instance-problem.ts';
import { findPoison } from './poison.ts';
import { concerns, emptyStep, runStep } from './run-step.ts';

/** A round waits this long for its steps; whoever needs longer joins a later one. */
const ROUND_MS = 30;
/** A cursor that is behind only by entries of others is committed now and then, so that recovery and retention do not hang on it. */
const LAG_MS = 2_000;

export interface RoundHooks {
  /** The lease is lost, or the shard is in doubt: forget it with its state. */
  drop(shard: HeldShard, error?: unknown): void;
  /** A step of it is in the database. */
  committed(shard: HeldShard, step: ReadyStep): void;
  /** The instance cannot go on; why. */
  fail(shard: HeldShard, problem: InstanceProblem): void;
}

/**
 * Reads each (lane, cursor) once for all shards that stand there, and starts their steps. Gives true when anything was found, so that the
 * caller looks again at once.
 */
export async function readAndStart(
  context: WorkerContext,
  shards: readonly HeldShard[],
  dirty: ((lane: number) => boolean) | undefined,
  hooks: RoundHooks,
): Promise<{ found: boolean; more: ReadonlySet<number> }> {
  const idle = shards.filter((s) => !s.busy && !s.ready && !s.decision && !s.leaving && !s.gone);
  const pairs = new Map<string, { lane: number; cursor: number }>();
  for (const s of idle)
    s.lanes.forEach((lane, i) => {
      const cursor = s.readTo[i] ?? 0;
      if (!dirty || dirty(lane)) pairs.set(`${lane} ${cursor}`, { lane, cursor });
    });
  // whoever is busy now has to look at these lanes when its step is committed
  for (const s of shards) if ((s.busy || s.ready || s.decision) && (!dirty || s.lanes.some(dirty))) s.missed = true;
  if (pairs.size === 0) return { found: false, more: new Set() };
  const list = [...pairs.values()];
  const rows = await context.reader.readAfter(
    list.map((p) => p.lane),
    list.map((p) => p.cursor),
    ENTRIES_A_STEP,
  );
  const byPair = new Map<string, (typeof rows)[number][]>();
  const more = new Set<number>();
  for (const row of rows) {
    const key = `${row.lane} ${row.after}`;
    const known = byPair.get(key);
    if (known) known.push(row);
    else byPair.set(key, [row]);
    more.add(row.lane);
  }
  const now = steadyClock.now();
  for (const s of idle) {
    // a shard may have been given up while the read was under way
    if (s.busy || s.ready || s.gone || s.leaving) continue;
    const entries: NumberedEntry[] = [];
    let damaged: (NumberedEntry & { unreadable?: string }) | undefined;
    const upto = s.lanes.map((lane, i) => {
      const from = s.readTo[i] ?? 0;
      let got = byPair.get(`${lane} ${from}`)?.slice(0, s.mostEntries) ?? [];
      const end = s.until?.[i];
      if (end !== undefined) got = got.filter((e) => e.seq <= end);
      const bad = got.findIndex((e) => e.unreadable !== undefined && !s.skip.has(`${e.lane}:${e.seq}`));
      if (bad >= 0) {
        damaged ??= got[bad];
        got = got.slice(0, bad);
      }
      for (const e of got) if (!s.skip.has(`${e.lane}:${e.seq}`) && concerns(s, e)) entries.push(e);
      return got.at(-1)?.seq ?? from;
    });
    if (entries.length > 0) startStep(context, s, { entries, upto }, now, hooks);
    // nobody knows whether it would have concerned this shard: what it may have missed is said, and the stream goes on
    else if (damaged?.unreadable) s.decision = { entry: damaged, reason: damaged.unreadable };
    else {
      s.readTo = upto;
      if ((now - s.lastCommit > LAG_MS || atEnd(s)) && upto.some((seq, i) => seq !== s.cursor[i]))
        s.ready = { commit: emptyStep(s, upto, now) };
    }
  }
  return { found: rows.length > 0, more };
}

/** It has read all that it is to read. */
const atEnd = ({ until, readTo }: HeldShard): boolean => until?.every((seq, i) => (readTo[i] ?? 0) >= seq) ?? false;

/** Its cursor stands where it is to end, and nothing is under way: it can be given back. */
export const isThrough = (s: HeldShard): boolean =>
  !s.busy && !s.ready && !s.decision && (s.until?.every((seq, i) => s.cursor[i] === seq) ?? false);

/** Starts the first suspect that has something to do. Gives false when none has. */
export async function startSuspect(context: WorkerContext, suspects: readonly HeldShard[], hooks: RoundHooks): Promise<boolean> {
  for (const s of suspects) {
    await readAndStart(context, [s], undefined, hooks);
    if (s.busy || s.ready || s.decision) return true;
  }
  return false;
}

function startStep(context: WorkerContext, s: HeldShard, read: ReadStep, now: number, hooks: RoundHooks): void {
  s.busy = runStep(context, s, read, now)
    .then(
      (ready) => {
        if (!s.gone) s.ready = ready;
      },
      async (error) => {
        if (s.gone) return;
        if (!(error instanceof SandboxError)) throw error;
        if (error.code === 'STUCK') return; // the process is ending
        const outcome = await findPoison(context, s, read, error, now);
        if (s.gone) {
          s.stepper?.dispose(); // made after the shard was dropped
          return;
        }
        s.ready = outcome.ready;
        s.decision = outcome.decision;
        if (outcome.mostEntries) s.mostEntries = outcome.mostEntries;
      },
    )
    .catch((error) => {
      if (s.gone) return;
      if (error instanceof InstanceProblem) hooks.fail(s, error);
      else {
        context.log.warn({ err: error, shard: s.lease.shardId }, 'step could not be taken; the shard is loaded again');
        hooks.drop(s, error);
      }
    })
    .finally(() => {
      s.busy = undefined;
    });
}

/** Waits for the steps under way, but not for slow ones. */
export async function settle(shards: readonly HeldShard[]): Promise<void> {
  const busy = shards.flatMap((s) => (s.busy ? [s.busy] : []));
  if (busy.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, ROUND_MS);
  });
  await Promise.race([Promise.all(busy), late]);
  clearTimeout(timer);
}

/** Commits every step that is ready in one statement. Gives the shards that went on. */
export async function commitReady(context: WorkerContext, shards: readonly HeldShard[], hooks: RoundHooks): Promise<HeldShard[]> {
  const ready = shards.flatMap((shard) => (shard.ready && !shard.gone ? [{ shard, step: shard.ready }] : []));
  if (ready.length === 0) return [];
  let committed: Committed;
  try {
    committed = await commitSteps(
      context.session,
      ready.map(({ shard, step }) => shardCommit(shard, step)),
    );
  } catch (error) {
    // not now: nothing was written, so the steps stay ready and are offered again
    if (isPassing(error)) return waiting(context, error);
    if (!context.session.open || ready.length === 1) {
      if (ready.length === 1 && context.session.open && ready[0]) refuse(context, ready[0].shard, error, hooks);
      else throw error;
      return [];
    }
    // One shard's step does not fit the tables: the others must not suffer for it.
    const alone: HeldShard[] = [];
    for (const { shard } of ready) alone.push(...(await commitReady(context, [shard], hooks)));
    return alone;
  }
  if (context.trouble.now) context.log.info('steps are stored again');
  context.trouble.now = undefined;
  const now = steadyClock.now();
  const gone: HeldShard[] = [];
  const on: HeldShard[] = [];
  for (const { shard: s, step } of ready) {
    if (!committed.held.has(s.lease.shardId)) {
      gone.push(s);
      continue;
    }
    const { commit, checkpoint } = step;
    if (checkpoint) s.policy.saved(checkpoint.length, now);
    s.policy.stepped(commit.rows);
    s.step = commit.step;
    s.cursor = [...commit.upto];
    s.readTo = [...commit.upto];
    s.carried = commit.carried;
    s.lastCommit = now;
    s.ready = undefined;
    hooks.committed(s, step);
    if (commit.rows > 0) {
      s.decisions = 0;
      if (s.mostEntries < ENTRIES_A_STEP) s.mostEntries++;
    }
    on.push(s);
  }
  context.notifier.lanes(on.map((s) => s.lease.outLane));
  if (committed.effects) context.notifier.tell('effects', '');
  if (committed.alarms) for (const org of new Set(on.map((s) => s.lease.orgId))) context.notifier.tell('alarms', org);
  for (const s of gone) {
    context.log.info({ shard: s.lease.shardId }, 'lease lost; the step was not committed');
    hooks.drop(s);
  }
  return on;
}

/** The database takes nothing for the moment: said once in the log, and as long as it lasts in the worker's facts. */
export function waiting(context: WorkerContext, error: Error): [] {
  if (!context.trouble.now) context.log.error({ err: error }, 'the database takes no steps; they wait');
  context.trouble.now = [refusalOf(error), { code: 'apps-wait' }];
  return [];
}

function shardCommit(s: HeldShard, ready: ReadyStep): ShardCommit {
  return {
    shardId: s.lease.shardId,
    orgId: s.lease.orgId,
    instanceId: s.lease.instanceId,
    token: s.lease.token,
    outLane: s.lease.outLane,
    commit: ready.commit,
    granted: s.prepared.granted,
    simulated: ready.commit.carried.origins.includes('simulated'),
    resolveAct: s.prepared.resolveAct,
    ...(ready.checkpoint ? { checkpoint: { programHash: s.program.info.hash, engine: ENGINE, state: ready.checkpoint } } : {}),
  };
}

function refuse(context: WorkerContext, s: HeldShard, error: unknown, hooks: RoundHooks): void {
  context.log.error({ err: error, shard: s.lease.shardId }, 'commit refused by the database');
  const { message } = error as Error;
  hooks.fail(
    s,
    new InstanceProblem('COMMIT_REFUSED', {
      en: `The database refused what the step gave: ${message}`,
      zh: `数据库拒绝了该步骤的结果：${message}`,
    }),
  );
}
