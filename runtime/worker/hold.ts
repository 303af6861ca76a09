import { and, eq } from 'drizzle-orm';
import { lane } from '#drizzle/schema/index.ts';
import { keepSubscriptions } from '#runtime/events/subscriptions.ts';
import { int8s } from '#runtime/log/connection.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import { keepSchedules } from '#runtime/schedule/sweep.ts';
import { CheckpointPolicy, ENGINE, packCheckpoint } from './checkpoint.ts';
import { stepperOptions, type WorkerContext } from './context.ts';
import type { HeldShard } from './held-shard.ts';
import { asProblem, InstanceProblem } from './instance-problem.ts';
import { keepBeginning } from './kept-checkpoint.ts';
import type { Lease } from './lease.ts';
import { stateOf } from './parking.ts';
import { type InstanceFacts, type Prepared, planOf, prepareInstance, readInstances, setStatus } from './prepare.ts';
import { carriedInto, recover } from './recover.ts';
import { judge } from './strikes.ts';

/** Records of a step at most per lane and read; more are the next step's. */
export const ENTRIES_A_STEP = 16;

/**
 * Makes a leased shard ready to step. Undefined when its instance does not run (any more); why is then in the instance's row.
 */
export async function holdShard(context: WorkerContext, lease: Lease): Promise<HeldShard | undefined> {
  const { db } = context;
  // one after the other these would be most of what a takeover takes
  const [[facts], verdict, control] = await Promise.all([
    readInstances(db, [lease.instanceId]),
    judge(db, lease).catch(asProblemOrThrow),
    controlLane(context, lease.orgId).catch(asProblemOrThrow),
  ]);
  if (facts?.wanted !== 'run' || facts.status === 'failed' || facts.status === 'quarantined') {
    await context.session.release(lease.shardId, lease.token);
    return undefined;
  }
  let held: HeldShard | undefined;
  try {
    if (verdict instanceof InstanceProblem) throw verdict;
    if (control instanceof InstanceProblem) throw control;
    const { suspect } = verdict;
    const instrumented = facts.watchUntil > Date.now();
    const prepared = await prepare(context, facts, instrumented);
    const recovered = await recover({
      db,
      reader: context.recoveryReader,
      blobs: context.blobs,
      programs: context.programs,
      lease,
      prepared,
      stepper: stepperOptions(context, { id: lease.shardId, step: () => held?.step ?? lease.step }, suspect),
      warn: (what, error) => context.log.warn({ err: error, shard: lease.shardId }, what),
    });
    const now = steadyClock.now();
    held = {
      lease,
      facts,
      prepared,
      plan: planOf(prepared, lease),
      lanes: lease.lanes,
      program: prepared.program,
      stepper: recovered.stepper,
      parked: undefined,
      step: lease.step,
      cursor: [...lease.cursor],
      readTo: [...lease.cursor],
      carried: recovered.carried,
      skip: recovered.skip,
      policy: new CheckpointPolicy(lease.shardId),
      busy: undefined,
      ready: undefined,
      decision: undefined,
      decisions: 0,
      until: lease.until ?? undefined,
      missed: false,
      mostEntries: ENTRIES_A_STEP,
      lastCommit: now,
      lastStep: now,
      tick: undefined,
      probesAt: 0,
      suspect,
      cleared: false,
      instrumented,
      watched: instrumented,
      leaving: false,
      gone: false,
      onGone: () => {},
    };
    const wanted = [control, ...prepared.lanes];
    // where it ends is said of the lanes that it has
    const reshaped = !lease.until && (wanted.length !== lease.lanes.length || wanted.some((id, i) => lease.lanes[i] !== id));
    if (reshaped) await reshape(context, held, wanted);
    else if (!recovered.upToDate) await saveCheckpoint(context, held);
    await Promise.all([
      keepBeginning(context, held),
      keepSchedules(db, facts, held.program.info),
      keepSubscriptions(db, facts, held.program.info),
    ]);
    if (facts.status !== 'running') await setStatus(db, lease.instanceId, 'running');
    return held;
  } catch (error) {
    const problem = asProblem(error);
    if (!problem) throw error;
    await stopInstance(context, lease.instanceId, problem);
    await context.session.release(lease.shardId, lease.token);
    return undefined;
  }
}

function asProblemOrThrow(error: unknown): InstanceProblem {
  if (error instanceof InstanceProblem) return error;
  throw error;
}

export const prepare = (context: WorkerContext, facts: InstanceFacts, instrumented: boolean): Promise<Prepared> =>
  prepareInstance(
    facts,
    (request) => context.programs.get(`${facts.graphHash} ${JSON.stringify(facts.parameters)}`, request),
    instrumented,
  );

export async function stopInstance(context: WorkerContext, instanceId: string, problem: InstanceProblem): Promise<void> {
  context.log.error(
    { instance: instanceId, code: problem.code, node: problem.node, reason: problem.message },
    'instance stopped',
  );
  await setStatus(context.db, instanceId, problem.code === 'QUARANTINED' ? 'quarantined' : 'failed', problem);
  context.notifier.tell('control', instanceId);
}

export async function controlLane(context: WorkerContext, orgId: string): Promise<number> {
  const [row] = await context.db
    .select({ id: lane.id })
    .from(lane)
    .where(and(eq(lane.orgId, orgId), eq(lane.kind, 'control')));
  if (!row)
    throw new InstanceProblem('NO_CONTROL_LANE', {
      en: `Organization ${orgId} has no control lane.`,
      zh: `组织 ${orgId} 没有控制通道。`,
    });
  return row.id;
}

/** Bindings changed: the shard follows other lanes from here on; those it kept go on where they were. */
async function reshape(context: WorkerContext, held: HeldShard, lanes: readonly number[]): Promise<void> {
  const ends = await context.recoveryReader.ends(lanes);
  const cursor = lanes.map((id, i) => {
    const at = held.lanes.indexOf(id);
    return at >= 0 ? (held.cursor[at] ?? 0) : (ends[i] ?? 0);
  });
  // Lanes and checkpoint in one statement: a journal is read in the shape of the checkpoint before it.
  const state = packCheckpoint(held.plan, held.carried, await stateOf(context, held));
  const rows = await context.session.query(
    'reshape',
    `with s as (update shard set lanes = $3, cursor = $4::text::int8[] where id = $1 and token = $2 and step = $5 returning id, org_id, step, cursor)
     insert into checkpoint (shard_id, org_id, step, cursor, program_hash, engine, state)
     select id, org_id, step, cursor, $6, $7, $8::bytea from s
     on conflict (shard_id) do update set step = excluded.step, cursor = excluded.cursor, program_hash = excluded.program_hash,
       engine = excluded.engine, state = excluded.state, updated_at = now() returning shard_id`,
    [held.lease.shardId, held.lease.token, lanes, int8s(cursor), held.step, held.program.info.hash, ENGINE, Buffer.from(state)],
  );
  if (rows.length === 0) throw new Error(`shard ${held.lease.shardId}: the lease was lost`);
  held.lease = { ...held.lease, lanes, cursor };
  held.lanes = lanes;
  held.cursor = cursor;
  held.readTo = [...cursor];
}

/** Writes the state as it is after the last committed step, fenced. Gives false when the lease is lost. */
export async function saveCheckpoint(context: WorkerContext, held: HeldShard): Promise<boolean> {
  const state = packCheckpoint(held.plan, held.carried, await stateOf(context, held));
  const rows = await context.session.query(
    'save',
    `insert into checkpoint (shard_id, org_id, step, cursor, program_hash, engine, state)
     select s.id, s.org_id, s.step, s.cursor, $4, $5, $6::bytea from shard s where s.id = $1 and s.token = $2 and s.step = $3
     on conflict (shard_id) do update set step = excluded.step, cursor = excluded.cursor, program_hash = excluded.program_hash,
       engine = excluded.engine, state = excluded.state, updated_at = now() returning shard_id`,
    [held.lease.shardId, held.lease.token, held.step, held.program.info.hash, ENGINE, Buffer.from(state)],
  );
  held.policy.saved(state.length, steadyClock.now());
  return rows.length > 0;
}

/** The same state in another program (watched or not, traced or not), between two steps. */
export async function swapProgram(context: WorkerContext, held: HeldShard, to: { instrumented: boolean }): Promise<void> {
  const prepared = await prepare(context, held.facts, to.instrumented);
  const state = await stateOf(context, held);
  const stepper = await createStepper(prepared.program, {
    ...stepperOptions(context, { id: held.lease.shardId, step: () => held.step }, false),
    seed: prepared.seed,
  });
  await stepper.load(state);
  held.carried = carriedInto(prepared.program.info, held.program.info, held.carried);
  held.stepper?.dispose();
  held.stepper = stepper;
  held.parked = undefined;
  held.lastStep = steadyClock.now();
  held.program = prepared.program;
  held.prepared = prepared;
  held.plan = planOf(prepared, held.lease);
  held.instrumented = to.instrumented;
  held.suspect = false;
  held.cleared = false;
  // the stored state must name the program that can read it
  await saveCheckpoint(context, held);
}
