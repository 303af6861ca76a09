import type { Db } from '#drizzle/client.ts';
import { sweepSchedules } from './sweep.ts';

/** A schedule that somebody changed, or one that another process took and let go, is seen within this. */
const LOOK_MS = 1_000;
/** A tick that is due in the next moments is waited for to the millisecond; more often than this is a busy loop. */
const SHORTEST_MS = 5;

/** Sweeps schedules as they become due. Any number of processes may run one. */
export function startScheduler(options: { db: Db; warn: (what: string, error: unknown) => void }): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let wake = () => {};
  const run = async () => {
    while (!stopping.signal.aborted) {
      let pause = LOOK_MS;
      try {
        pause = (await sweepSchedules(options.db, stopping.signal)).pauseMs;
      } catch (error) {
        options.warn('schedules', error);
      }
      await new Promise<void>((done) => {
        const timer = setTimeout(done, Math.min(LOOK_MS, Math.max(SHORTEST_MS, pause)));
        wake = () => {
          clearTimeout(timer);
          done();
        };
        if (stopping.signal.aborted) wake();
      });
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      wake();
      await running;
    },
  };
}
