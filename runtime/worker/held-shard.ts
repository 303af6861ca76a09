import type { SandboxStepper } from '#runtime/sandbox/stepper.ts';
import type { NodeCost } from '#runtime/sandbox/time-nodes.ts';
import type { Carried, InputPlan, NumberedEntry } from '#runtime/step/build-input.ts';
import type { Program } from '#runtime/step/contract.ts';
import type { StepCommit } from '#runtime/step/take-step.ts';
import type { CheckpointPolicy } from './checkpoint.ts';
import type { Lease } from './lease.ts';
import type { InstanceFacts, Prepared } from './prepare.ts';

/** A step that is done and waits for the next commit. */
export interface ReadyStep {
  readonly commit: StepCommit;
  /** The newest samples that it consumed, and when the program was through with them; for traces. */
  readonly cause?: NumberedEntry;
  readonly steppedAt?: number;
  /** Packed checkpoint after the step. */
  readonly checkpoint?: Uint8Array;
}

/** An entry to be set aside once the step before it is committed. */
export interface PendingDecision {
  readonly entry: NumberedEntry;
  readonly reason: string;
  readonly node?: string;
  readonly line?: number;
}

/** One leased shard in memory. Everything here is a cache: it is dropped whole whenever the lease or the session is in doubt. */
export interface HeldShard {
  lease: Lease;
  facts: InstanceFacts;
  prepared: Prepared;
  plan: InputPlan;
  lanes: readonly number[];
  program: Program;
  /** Undefined while it is parked. */
  stepper: SandboxStepper | undefined;
  /** Its state while it has no isolate. */
  parked: Uint8Array | undefined;
  step: number;
  /** Committed cursor, in the order of `lanes`. */
  cursor: number[];
  /** Read so far; ahead of the cursor by entries that give this shard no row. */
  readTo: number[];
  carried: Carried;
  readonly skip: Set<string>;
  readonly policy: CheckpointPolicy;
  /** A step, a recovery or a swap is under way. */
  busy: Promise<void> | undefined;
  ready: ReadyStep | undefined;
  decision: PendingDecision | undefined;
  /** Decisions in a row without a step in between: when they do not end, the app is broken, not the data. */
  decisions: number;
  /** It goes no further than these numbers of its lanes, and is given back there: the instance is about to be cut anew. */
  until: readonly number[] | undefined;
  /** News came for it while it was busy. */
  missed: boolean;
  /** Entries a step may take; small for a while after a step was too much at once. */
  mostEntries: number;
  lastCommit: number;
  /** When it last had something to do. */
  lastStep: number;
  tick: { due: number; at: number } | undefined;
  probesAt: number;
  /** What its nodes cost, once that was looked at (`node-costs.ts`). */
  costs?: readonly NodeCost[];
  /** It was in the air when a process went down: steps alone and traced until one step is committed. */
  suspect: boolean;
  /** It was a suspect and passed: it gets its untraced program back. */
  cleared: boolean;
  /** Runs the instrumented program. */
  instrumented: boolean;
  /** Someone watches its wires: it should run the instrumented program from its next step on. */
  watched: boolean;
  /** Given back after its current step, with a checkpoint. */
  leaving: boolean;
  /** Dropped: nothing of it may be used any more. */
  gone: boolean;
  onGone: () => void;
}

export const laneCursor = (shard: HeldShard, lane: number): number => shard.readTo[shard.lanes.indexOf(lane)] ?? 0;
