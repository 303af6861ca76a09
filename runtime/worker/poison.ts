import { sql } from 'drizzle-orm';
import { deadLetter } from '#drizzle/schema/index.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { pack } from '#runtime/log/entry.ts';
import { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import { createStepper, type SandboxStepper } from '#runtime/sandbox/stepper.ts';
import { mergeLanes, type NumberedEntry } from '#runtime/step/build-input.ts';
import type { ReadStep } from '#runtime/step/take-step.ts';
import { stepperOptions, type WorkerContext } from './context.ts';
import type { HeldShard, PendingDecision, ReadyStep } from './held-shard.ts';
import { InstanceProblem } from './instance-problem.ts';
import { stateOf } from './parking.ts';
import { recover } from './recover.ts';
import { runStep } from './run-step.ts';

/** More entries set aside in a row than this, and it is the app that fails, not single entries. */
const MOST_DECISIONS = 20;

export interface Outcome {
  readonly ready?: ReadyStep;
  /** Entries of the step that were taken (a prefix of what was tried). */
  readonly decision?: PendingDecision;
  readonly mostEntries?: number;
}

/**
 * A step failed: it committed nothing, and the state in the isolate is unknown. From the last committed state it is tried once more, traced; if it
 * fails again, the first entry that cannot be passed is searched by halves. What stands before it becomes a step; the entry itself is set
 * aside by a decision in the log, so that the stream goes on and every re-run knows.
 *
 * @throws {InstanceProblem} POISON when entry after entry fails
 */
export async function findPoison(
  context: WorkerContext,
  shard: HeldShard,
  read: ReadStep,
  first: SandboxError,
  now: number,
): Promise<Outcome> {
  context.log.warn(
    { shard: shard.lease.shardId, instance: shard.lease.instanceId, code: first.code, node: first.node, reason: first.message },
    'step failed',
  );
  if (shard.decisions >= MOST_DECISIONS)
    throw problem(
      {
        en: `${MOST_DECISIONS} entries in a row could not be processed; the last`,
        zh: `连续 ${MOST_DECISIONS} 条记录无法处理，最后一条`,
      },
      first,
    );
  shard.stepper?.dispose();
  const lease = { ...shard.lease, step: shard.step, cursor: shard.cursor };
  const { db, recoveryReader: reader, blobs, programs } = context;
  const options = stepperOptions(context, { id: shard.lease.shardId, step: () => shard.step }, true);
  const recovered = await recover({
    db,
    reader,
    blobs,
    programs,
    lease,
    prepared: { ...shard.prepared, program: shard.program },
    stepper: options,
    warn: (what, error) => context.log.warn({ err: error }, what),
  });
  shard.stepper = recovered.stepper;
  const before = await recovered.stepper.save();
  let last: SandboxError = first;
  /** Runs the first `n` entries from the state before the step; the stepper is left after them, or new when they failed. */
  const attempt = async (entries: readonly NumberedEntry[], from: Uint8Array): Promise<ReadyStep | undefined> => {
    shard.stepper = await fresh(from);
    try {
      return await runStep(context, shard, { entries, upto: uptoOf(shard, read, entries) }, now);
    } catch (error) {
      if (!(error instanceof SandboxError) || error.code === 'STUCK') throw error;
      last = error;
      return undefined;
    }
  };
  const fresh = async (state: Uint8Array, trace = true): Promise<SandboxStepper> => {
    shard.stepper?.dispose();
    const stepper = await createStepper(shard.program, { ...options, trace, seed: shard.prepared.seed });
    await stepper.load(state);
    return stepper;
  };

  const entries = mergeLanes(read.entries);
  const whole = await attempt(entries, before);
  if (whole) {
    shard.stepper = await fresh(await stateOf(context, shard), false);
    return { ready: { ...whole, commit: { ...whole.commit, upto: read.upto } } };
  }
  // invariant: the first `good` entries pass, the first `bad` do not
  let good = 0;
  let bad = entries.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (await attempt(entries.slice(0, middle), before)) good = middle;
    else bad = middle;
  }
  const ready = good > 0 ? await attempt(entries.slice(0, good), before) : undefined;
  const after = good > 0 ? await stateOf(context, shard) : before;
  const culprit = entries[good];
  if (!culprit) throw problem({ en: 'The step fails without an entry', zh: '没有输入记录的步骤也会出错' }, last);
  // Alone from there it may pass: then the step was only too much at once.
  const alone = await attemptAlone();
  shard.stepper = await fresh(after, false);
  const passed = ready ? { ready } : {};
  if (alone) return { ...passed, mostEntries: Math.max(1, good) };
  return {
    ...passed,
    decision: {
      entry: culprit,
      reason: `${last.code}: ${last.message}`,
      ...(last.node ? { node: last.node } : {}),
      ...(last.line === undefined ? {} : { line: last.line }),
    },
  };

  async function attemptAlone(): Promise<boolean> {
    const carried = shard.carried;
    if (ready) shard.carried = ready.commit.carried;
    try {
      return (await attempt([culprit as NumberedEntry], after)) !== undefined;
    } finally {
      shard.carried = carried;
    }
  }
}

const problem = ({ en, zh }: Bilingual, error: SandboxError) =>
  new InstanceProblem(
    'POISON',
    { en: `${en}: ${error.message}`, zh: `${zh}：${error.message}` },
    { node: error.node, line: error.line },
  );

/** The cursor behind these entries: in each lane as far as nothing of the step is left out before it. */
function uptoOf(shard: HeldShard, read: ReadStep, taken: readonly NumberedEntry[]): number[] {
  const inStep = new Set(taken);
  return shard.lanes.map((lane, i) => {
    const left = read.entries.filter((e) => e.lane === lane && !inStep.has(e)).map((e) => e.seq);
    return left.length > 0 ? Math.min(...left) - 1 : (read.upto[i] ?? 0);
  });
}

/** A retry that fails again leaves what it tried, not a retry of a retry. */
function packed({ entry }: NumberedEntry): Uint8Array {
  return pack(entry.kind === 'control' && entry.event.type === 'retry' ? entry.event.entry : entry);
}

/** The decision is in the log and in the dead letters before the cursor passes the entry. Gives false when the lease is lost. */
export async function recordDecision(context: WorkerContext, shard: HeldShard, decision: PendingDecision): Promise<boolean> {
  const { lane, seq } = decision.entry;
  return context.db.transaction(async (tx) => {
    const held = await tx.execute(
      sql`select 1 from shard where id = ${shard.lease.shardId} and token = ${shard.lease.token} and step = ${shard.step} for update`,
    );
    if (held.length === 0) return false;
    await tx.insert(deadLetter).values({
      orgId: shard.lease.orgId,
      instanceId: shard.lease.instanceId,
      shardId: shard.lease.shardId,
      step: shard.step,
      node: decision.node ?? null,
      reason: decision.reason,
      line: decision.line ?? null,
      laneId: lane,
      seq,
      entry: packed(decision.entry),
    });
    await appendControl(tx, shard.lease.orgId, {
      type: 'decision',
      shardId: shard.lease.shardId,
      decision: 'dead-letter',
      lane,
      seq,
      reason: decision.reason,
      ...(decision.node ? { node: decision.node } : {}),
    });
    return true;
  });
}
