import type { Db } from '#drizzle/client.ts';
import { failWornOut, openRuns } from './run-claim.ts';

/** A run that the queue has not dealt in this time is taken without it. */
const UNDEALT_MS = 3_000;
const SWEEP_MS = 2_000;

/** Shadows at once: each holds two isolates and reads along with the log. */
const ASIDE = 3;

/** Takes on what lasts for hours and mostly waits, so that other runs need not wait for it. False when it takes no more. */
export type Aside = (working: () => Promise<void>) => boolean;

export interface RunDesk {
  /** Works on the run as soon as the desk is free. */
  perform(runId: string, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/**
 * One run at a time in this process: those that the queue deals, and those that it lost. A run whose process is gone is begun anew, and given up
 * with a reason when that happens again and again.
 */
export function openRunDesk(options: {
  db: Db;
  perform: (runId: string, signal: AbortSignal, aside: Aside) => Promise<void>;
  warn: (what: string, error: unknown) => void;
}): RunDesk {
  const { db, perform, warn } = options;
  const stopping = new AbortController();
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  const beside = new Set<Promise<void>>();
  const aside: Aside = (working) => {
    if (beside.size >= ASIDE) return false;
    const one = working()
      .catch((error) => warn('run', error))
      .finally(() => beside.delete(one));
    beside.add(one);
    return true;
  };

  function inTurn(runId: string, signal: AbortSignal): Promise<void> {
    waiting++;
    const either = AbortSignal.any([signal, stopping.signal]);
    const turn = last.then(() => perform(runId, either, aside)).finally(() => waiting--);
    last = turn.catch(() => {});
    return turn;
  }
  async function sweep(): Promise<void> {
    for (const id of await failWornOut(db)) warn(`run ${id}`, new Error('given up: it took one process down after the other'));
    if (waiting > 0 || stopping.signal.aborted) return;
    for (const id of await openRuns(db, UNDEALT_MS)) {
      if (waiting > 0 || stopping.signal.aborted) return;
      await inTurn(id, stopping.signal);
    }
  }
  let sweeping: Promise<void> | undefined;
  const timer = setInterval(() => {
    sweeping ??= sweep()
      .catch((error) => warn('runs', error))
      .finally(() => {
        sweeping = undefined;
      });
  }, SWEEP_MS);
  return {
    perform: inTurn,
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await sweeping;
      await last;
      await Promise.all(beside);
    },
  };
}
