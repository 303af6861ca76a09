import { and, eq, isNotNull } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { checkpoint, deadLetter } from '#drizzle/schema/index.ts';
import type { BlobStore } from '#runtime/log/blobs.ts';
import { readJournal } from '#runtime/log/journal.ts';
import type { LogReader } from '#runtime/log/reader.ts';
import { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import { createStepper, type SandboxStepper, type StepperOptions } from '#runtime/sandbox/stepper.ts';
import { type Carried, type InputPlan, startOf, wavesNeeded } from '#runtime/step/build-input.ts';
import type { Program, ProgramInfo } from '#runtime/step/contract.ts';
import type { ReadStep } from '#runtime/step/take-step.ts';
import { ENGINE, unpackCheckpoint } from './checkpoint.ts';
import { InstanceProblem } from './instance-problem.ts';
import type { Lease } from './lease.ts';
import { type Prepared, planOf } from './prepare.ts';
import type { Programs } from './programs.ts';
import { runAgain } from './run-again.ts';
import { fetchWaves } from './waves.ts';

export interface Recovered {
  readonly stepper: SandboxStepper;
  readonly carried: Carried;
  readonly skip: Set<string>;
  /**
   * The checkpoint stands at the cursor and names the very program and bindings that go on from here. Otherwise write one before the first step: a
   * re-run uses what its checkpoint names.
   */
  readonly upToDate: boolean;
}

/** Entries that decisions set aside for this shard, as `lane:seq`. */
export async function skippedEntries(db: Db, shardId: number): Promise<Set<string>> {
  const rows = await db
    .select({ lane: deadLetter.laneId, seq: deadLetter.seq })
    .from(deadLetter)
    .where(and(eq(deadLetter.shardId, shardId), isNotNull(deadLetter.laneId)));
  return new Set(rows.map((r) => `${r.lane}:${r.seq}`));
}

/**
 * The shard's program with the state after its last committed step: the checkpoint, then the journal's ranges once more with everything that
 * comes out thrown away. The re-run uses the program and the bindings that made the state; only then a newer program takes the state over.
 */
export async function recover(options: {
  db: Db;
  reader: LogReader;
  blobs: BlobStore;
  programs: Programs;
  lease: Lease;
  prepared: Prepared;
  stepper: StepperOptions;
  warn: (what: string, error: unknown) => void;
}): Promise<Recovered> {
  const { db, reader, lease, prepared } = options;
  const plan = planOf(prepared, lease);
  const [skip, [saved]] = await Promise.all([
    skippedEntries(db, lease.shardId),
    db.select().from(checkpoint).where(eq(checkpoint.shardId, lease.shardId)),
  ]);
  const make = (program: Program) => createStepper(program, { ...options.stepper, seed: prepared.seed });
  if (!saved) {
    if (lease.step > 0)
      throw new InstanceProblem('CHECKPOINT_MISSING', {
        en: `Its state after ${lease.step} steps is not stored: there is no checkpoint.`,
        zh: `已执行 ${lease.step} 步，但没有保存状态检查点。`,
      });
    return { stepper: await make(prepared.program), carried: startOf(plan.info), skip, upToDate: false };
  }
  const old = unpackCheckpoint(saved.state);
  const program =
    saved.programHash === prepared.program.info.hash ? prepared.program : await options.programs.byHash(saved.programHash);
  if (!program)
    throw new InstanceProblem('CHECKPOINT_PROGRAM', {
      en: `The program that made its state is not stored (${saved.programHash}).`,
      zh: `产生该状态的程序未保存（${saved.programHash}）。`,
    });
  if (saved.engine !== ENGINE && saved.step < lease.step)
    options.warn(
      `shard ${lease.shardId}: re-running ${lease.step - saved.step} steps of V8 ${saved.engine} on ${ENGINE}`,
      undefined,
    );

  const then: InputPlan = { ...plan, info: program.info, key: old.key, bindings: old.bindings };
  async function* steps(): AsyncGenerator<ReadStep> {
    const journal = readJournal(reader, {
      outLane: lease.outLane,
      lanes: lease.lanes,
      cursor: saved?.cursor ?? [],
      from: saved?.step ?? 0,
      to: lease.step,
      skip,
    });
    for await (const { step, entries, upto } of journal) {
      const damaged = entries.find((entry) => entry.unreadable !== undefined);
      if (damaged)
        throw new InstanceProblem('JOURNAL_DAMAGED', {
          en: `Its state cannot be made again: step ${step} consumed entry ${damaged.seq} of lane ${damaged.lane}, which is damaged now.`,
          zh: `无法重建状态：第 ${step} 步使用过通道 ${damaged.lane} 的第 ${damaged.seq} 条记录，该记录现已损坏。`,
        });
      const waves = await fetchWaves(db, options.blobs, lease.orgId, wavesNeeded(then, entries));
      yield { entries, upto, waves };
    }
  }
  let stepper = await make(program);
  try {
    await stepper.load(old.state);
    let carried: Carried;
    try {
      carried = await runAgain(stepper, then, old.carried, steps());
    } catch (error) {
      if (!(error instanceof SandboxError) || error.code !== 'TIMEOUT') throw error;
      // slow ones that stood under one timeout: each of them has passed alone
      stepper.dispose();
      stepper = await make(program);
      await stepper.load(old.state);
      carried = await runAgain(stepper, then, old.carried, steps(), 1);
    }
    const position = {
      skip,
      upToDate:
        saved.step === lease.step &&
        program === prepared.program &&
        old.key === plan.key &&
        JSON.stringify(old.bindings) === JSON.stringify(plan.bindings),
    };
    if (program === prepared.program) return { stepper, carried, ...position };
    const state = await stepper.save();
    stepper.dispose();
    stepper = await make(prepared.program);
    await stepper.load(state);
    return { stepper, carried: carriedInto(prepared.program.info, program.info, carried), ...position };
  } catch (error) {
    stepper.dispose();
    throw error;
  }
}

/** Sources of another version keep what was known of the same node. */
export function carriedInto(to: ProgramInfo, from: ProgramInfo, carried: Carried): Carried {
  return {
    ...carried,
    origins: to.sources.map((s) => carried.origins[from.sources.findIndex((o) => o.node === s.node)] ?? null),
  };
}
