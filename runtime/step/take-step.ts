import { leastReal, type Origin } from '#runtime/batch/schema.ts';
import type { OutputColumns, OutputsEntry } from '#runtime/log/contract.ts';
import { type BuiltInput, buildInput, type Carried, type InputPlan, type NumberedEntry, type Waves } from './build-input.ts';
import type {
  AlarmCondition,
  DeadRow,
  EffectRequest,
  NodeCounts,
  OutputRows,
  ProbeValue,
  StepInput,
  Stepper,
  StepResult,
} from './contract.ts';

/** An effect with its identity: (shard, step, ordinal). */
export interface NumberedEffect extends EffectRequest {
  readonly ordinal: number;
}

/** Everything that one step gives to whoever commits it: a transaction, a report, or nobody. */
export interface StepCommit {
  readonly shardId: number;
  readonly step: number;
  /** Input cursor after the step, in the order of the shard's lanes; the journal. */
  readonly upto: readonly number[];
  readonly outputs: OutputsEntry;
  readonly effects: readonly NumberedEffect[];
  readonly alarms: readonly AlarmCondition[];
  readonly dead: readonly DeadRow[];
  readonly late: Readonly<Record<string, number>>;
  readonly wakeAt: number | null;
  readonly probes?: readonly ProbeValue[];
  readonly nodes?: NodeCounts;
  /** Rows that went in. */
  readonly rows: number;
  readonly carried: Carried;
}

/** One stretch of the log that is one step: all its entries, and the cursor behind them. */
export interface ReadStep {
  readonly entries: readonly NumberedEntry[];
  readonly upto: readonly number[];
  readonly waves?: Waves;
}
/** Gives the steps in order: from the log as it arrives, from a journal, an archive or files. */
export interface Reader {
  steps(): AsyncIterable<ReadStep>;
}
/** Takes the results in order: a transaction, a report, a comparison. */
export interface Committer {
  commit(steps: readonly StepCommit[]): Promise<void>;
}

/** What the program does with a stretch of the log. Live runs, recovery, replay and proofs all go through here. */
export async function takeStep(options: {
  plan: InputPlan;
  carried: Carried;
  read: ReadStep;
  step: number;
  /** Append time of the outputs, epoch ms. */
  at: number;
  run: (input: StepInput) => Promise<StepResult>;
}): Promise<StepCommit> {
  const built = buildInput(options.plan, options.carried, options.read.entries, options.read.waves);
  const result = built.input.n > 0 ? await options.run(built.input) : NOTHING;
  return commitOf(options.plan, built, result, options);
}

/** A stretch without a row for this shard does not enter the isolate. `wakeAt` undefined = unchanged. */
const NOTHING: Omit<StepResult, 'wakeAt'> & { wakeAt: number | null | undefined } = {
  outputs: [],
  effects: [],
  alarms: [],
  dead: [],
  late: {},
  wakeAt: undefined,
};

function commitOf(
  plan: InputPlan,
  built: BuiltInput,
  result: Omit<StepResult, 'wakeAt'> & { wakeAt: number | null | undefined },
  { read, step, at }: { read: ReadStep; step: number; at: number },
): StepCommit {
  return {
    shardId: plan.shardId,
    step,
    upto: read.upto,
    outputs: {
      kind: 'outputs',
      at,
      shardId: plan.shardId,
      step,
      outputs: result.outputs.flatMap((rows) => outputColumns(plan, built, rows)),
    },
    effects: result.effects.map((effect, ordinal) => ({ ...effect, ordinal })),
    alarms: result.alarms,
    dead: built.dead.length > 0 ? [...built.dead, ...result.dead] : result.dead,
    late: result.late,
    wakeAt: result.wakeAt === undefined ? built.before.wakeAt : result.wakeAt,
    ...(result.probes ? { probes: result.probes } : {}),
    ...(result.nodes ? { nodes: result.nodes } : {}),
    rows: built.input.n,
    carried: { ...built.after, wakeAt: result.wakeAt === undefined ? built.before.wakeAt : result.wakeAt },
  };
}

/** Rows of one output; several parts where the origin of their sources changed within the step. */
function outputColumns(plan: InputPlan, built: BuiltInput, rows: OutputRows): OutputColumns[] {
  const output = plan.info.outputs[rows.output];
  if (!output || rows.n === 0) return [];
  const changes = built.originChanges.filter((c) => output.sources.includes(c.source));
  const origins = new Map(output.sources.map((s) => [s, built.before.origins[s] ?? null]));
  const worst = (): Origin => {
    let origin: Origin = 'derived';
    for (const o of origins.values()) if (o) origin = leastReal(origin, o);
    return origin;
  };
  const part = (from: number, to: number, origin: Origin): OutputColumns => ({
    name: output.name,
    schema: output.schema,
    origin,
    n: to - from,
    time: from === 0 && to === rows.n ? rows.time : rows.time.slice(from, to),
    key: from === 0 && to === rows.n ? rows.key : rows.key.slice(from, to),
    columns: rows.columns.map((c) => (from === 0 && to === rows.n ? c : c.slice(from, to))),
    quality: rows.quality.map((q) => (from === 0 && to === rows.n ? q : q?.slice(from, to))),
  });
  const parts: OutputColumns[] = [];
  let next = 0;
  let from = 0;
  let origin: Origin | undefined;
  for (let i = 0; i < rows.n; i++) {
    const row = rows.row[i] ?? 0;
    while (next < changes.length && (changes[next]?.row ?? 0) <= row) {
      const change = changes[next++];
      if (change) origins.set(change.source, change.origin);
    }
    const now = worst();
    if (origin !== undefined && now !== origin) {
      parts.push(part(from, i, origin));
      from = i;
    }
    origin = now;
  }
  parts.push(part(from, rows.n, origin ?? worst()));
  return parts;
}

/** Runs a program along a reader until it ends, from a position: *as it arrived*, files. Returns where it stopped. */
export async function follow(options: {
  plan: InputPlan;
  stepper: Pick<Stepper, 'step'>;
  carried: Carried;
  /** Number of the last step taken. */
  step: number;
  reader: Reader;
  committer: Committer;
  at?: () => number;
}): Promise<{ carried: Carried; step: number }> {
  let { carried, step } = options;
  for await (const read of options.reader.steps()) {
    step++;
    const commit = await takeStep({
      plan: options.plan,
      carried,
      read,
      step,
      at: options.at?.() ?? 0,
      run: (input) => options.stepper.step(input),
    });
    carried = commit.carried;
    await options.committer.commit([commit]);
  }
  return { carried, step };
}
