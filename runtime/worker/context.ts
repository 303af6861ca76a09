import type { Logger } from 'pino';
import type { Db } from '#drizzle/client.ts';
import type { Trouble } from '#drizzle/troubles.ts';
import type { BlobStore } from '#runtime/log/blobs.ts';
import type { Notifier } from '#runtime/log/notify.ts';
import type { LogReader, OpenLogReader } from '#runtime/log/reader.ts';
import type { CodeCache } from '#runtime/sandbox/code-cache.ts';
import type { Limits } from '#runtime/sandbox/limits.ts';
import type { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import type { StepperOptions } from '#runtime/sandbox/stepper.ts';
import type { FlightRecorder } from './flight.ts';
import type { CommitSession } from './lease.ts';
import type { NodeCosts } from './node-costs.ts';
import type { Programs } from './programs.ts';

/** What the parts of a worker share. */
export interface WorkerContext {
  readonly db: Db;
  readonly reader: OpenLogReader;
  /** Recovery reads on its own session, so that a long journal does not hold up the round. */
  readonly recoveryReader: LogReader;
  readonly session: CommitSession;
  readonly notifier: Notifier;
  readonly blobs: BlobStore;
  readonly programs: Programs;
  readonly costs: NodeCosts;
  readonly flight: FlightRecorder;
  readonly codeCache: CodeCache;
  readonly limits: Partial<Limits>;
  readonly log: Logger;
  /** What keeps the database from taking steps now (`undefined`: it takes them); nothing is dropped for it. */
  readonly trouble: { now: readonly Trouble[] | undefined };
  /** A program cannot be interrupted, or V8 lost an isolate: this process ends. */
  readonly onFatal: (shardId: number, step: number, error: SandboxError) => void;
}

export const stepperOptions = (
  context: WorkerContext,
  shard: { id: number; step: () => number },
  trace: boolean,
): StepperOptions => ({
  ...context.limits,
  codeCache: context.codeCache,
  trace,
  look: 'when asked',
  onFatal: (error) => context.onFatal(shard.id, shard.step(), error),
});
