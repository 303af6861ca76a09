import { answersTo, fedBy, type NumberedEntry, wavesNeeded } from '#runtime/step/build-input.ts';
import type { StepInput } from '#runtime/step/contract.ts';
import { type ReadStep, type StepCommit, takeStep } from '#runtime/step/take-step.ts';
import { packCheckpoint } from './checkpoint.ts';
import type { WorkerContext } from './context.ts';
import type { HeldShard, ReadyStep } from './held-shard.ts';
import { stepperOf } from './parking.ts';
import { fetchWaves } from './waves.ts';

/** How often a suspect is looked at. */
const SEEN_MS = 10;

/** Takes one step of a shard; the shard's own state is untouched until the step is committed. */
export async function runStep(context: WorkerContext, shard: HeldShard, read: ReadStep, now: number): Promise<ReadyStep> {
  const waves = await fetchWaves(context.db, context.blobs, shard.lease.orgId, wavesNeeded(shard.plan, read.entries));
  const save = shard.policy.due(now);
  const stepper = await stepperOf(context, shard);
  shard.lastStep = now;
  let state: Uint8Array | undefined;
  const run = async (input: StepInput) => {
    const slot = context.flight.begin(shard.lease.shardId, shard.step);
    // a suspect may take the process down without a word: where it was seen last is then all that is known
    const watching = shard.suspect && setInterval(() => context.flight.seen(slot, stepper.place()), SEEN_MS);
    try {
      if (!save) {
        const result = await stepper.step(input);
        context.costs.took(shard, input, undefined);
        return result;
      }
      const both = await stepper.stepAndSave(input);
      state = both.state;
      context.costs.took(shard, input, state);
      return both.result;
    } finally {
      if (watching) clearInterval(watching);
      context.flight.end(slot);
    }
  };
  const commit = await takeStep({
    plan: shard.plan,
    carried: shard.carried,
    read: { ...read, waves },
    step: shard.step + 1,
    at: Math.max(now, shard.carried.clock),
    run,
  });
  const cause = newestSamples(read.entries);
  return {
    commit,
    steppedAt: Date.now(),
    ...(cause ? { cause } : {}),
    ...(state ? { checkpoint: packCheckpoint(shard.plan, commit.carried, state) } : {}),
  };
}

/** What a trace of the step begins with. */
function newestSamples(entries: readonly NumberedEntry[]): NumberedEntry | undefined {
  let newest: NumberedEntry | undefined;
  for (const one of entries)
    if (one.entry.kind === 'samples' && one.entry.at >= (newest?.entry.at ?? Number.NEGATIVE_INFINITY)) newest = one;
  return newest;
}

/** A step that moves the cursor and nothing else. */
export function emptyStep(shard: HeldShard, upto: readonly number[], now: number): StepCommit {
  return {
    shardId: shard.lease.shardId,
    step: shard.step + 1,
    upto,
    outputs: {
      kind: 'outputs',
      at: Math.max(now, shard.carried.clock),
      shardId: shard.lease.shardId,
      step: shard.step + 1,
      outputs: [],
    },
    effects: [],
    alarms: [],
    dead: [],
    late: {},
    wakeAt: shard.carried.wakeAt,
    rows: 0,
    carried: shard.carried,
  };
}

/** Does the entry give the shard a row? What does not need not wait for a commit. */
export function concerns(shard: HeldShard, { entry }: NumberedEntry): boolean {
  if (entry.kind === 'samples') {
    const known = tagSets.get(entry.tag)?.get(shard.plan);
    if (known !== undefined) return known;
    const mine = new Set(shard.plan.bindings.map((b) => b.tag));
    const answer = entry.tag.some((tag) => mine.has(tag));
    let byPlan = tagSets.get(entry.tag);
    if (!byPlan) {
      byPlan = new WeakMap();
      tagSets.set(entry.tag, byPlan);
    }
    byPlan.set(shard.plan, answer);
    return answer;
  }
  if (entry.kind !== 'control') return false;
  const { event } = entry;
  if (event.type === 'form' || event.type === 'schedule') return event.instanceId === shard.plan.instanceId;
  if (event.type === 'event' || event.type === 'record') return fedBy(shard.plan, entry).length > 0;
  if (event.type === 'answer') return answersTo(shard.plan, event.shardId, event.key);
  if (event.type === 'retry') return answersTo(shard.plan, event.shardId);
  return event.type === 'tick' && event.shardId === shard.lease.shardId;
}
/** Scan groups repeat their list of tags as one object. */
const tagSets = new WeakMap<Int32Array, WeakMap<object, boolean>>();
