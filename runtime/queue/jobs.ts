import { z } from 'zod';

/** One definition per job. A job says whose turn it is and carries no data: what it works on is in tables and the log. */
export interface JobDefinition<D extends z.ZodType = z.ZodType> {
  readonly data: D;
  /** Jobs of this kind that one process works on at once. */
  readonly concurrency: number;
  /** A holder that is silent for this long has lost its job. */
  readonly lockMs: number;
  /** How often silent holders are looked for. */
  readonly stalledMs: number;
  /** A job handed out again more often than this fails. */
  readonly mostStalls: number;
  readonly attempts: number;
  readonly backoffMs: number;
}

export const JOBS = {
  /** The turn of one shard: deals new shards out to workers and is held as long as the shard is active. Taking over from a dead worker is the lease sweep's (0.3 s), not the stalled check's (3–12 s). */
  turn: {
    data: z.object({ shardId: z.number().int().positive() }),
    // a worker holds hundreds of turns; they cost 2 % of a core per 200
    concurrency: 500,
    lockMs: 10_000,
    stalledMs: 5_000,
    // a turn is handed on for ever: its holders may die as often as they like
    mostStalls: 1_000_000_000,
    attempts: 1,
    backoffMs: 1_000,
  },
  /** A test on recorded data, a backtest or a proof; the row in table `run` says which. */
  run: {
    data: z.object({ runId: z.string().uuid() }),
    // it fills a core by itself; live shards run beside it
    concurrency: 1,
    lockMs: 30_000,
    stalledMs: 15_000,
    // a run that took its worker down twice will do so again
    mostStalls: 1,
    attempts: 1,
    backoffMs: 1_000,
  },
} as const satisfies Record<string, JobDefinition>;
export type JobName = keyof typeof JOBS;
