import type { Db } from '#drizzle/client.ts';
import { closeExpiredConfirmations, openConfirmation } from './confirmations.ts';
import { sendNotification } from './notify.ts';
import { claimEffects, type Effect, effectKey, expireEffects, retryEffect } from './outbox.ts';

/** What this process performs itself; `tag.write` is the gateway's, which holds the connection. */
const PERFORMERS: Readonly<Record<string, (db: Db, e: Effect) => Promise<void>>> = {
  'notify.send': sendNotification,
  'confirm.request': openConfirmation,
};
/** A lost wake-up costs this much. */
const POLL_MS = 1_000;

export interface EffectRunner {
  /** Effects were committed: look now. */
  wake(): void;
  stop(): Promise<void>;
}

/** Performs committed effects, each once; many processes may run one. `warn` gets what went wrong with which effect. */
export function startEffectRunner(options: { db: Db; warn: (what: string, error: unknown) => void }): EffectRunner {
  const { db, warn } = options;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  async function pass(): Promise<void> {
    do {
      again = false;
      if ((await expireEffects(db)) > 0) await closeExpiredConfirmations(db);
      const claimed = await claimEffects(db, { kinds: Object.keys(PERFORMERS) });
      await Promise.all(
        claimed.map(async (e) => {
          try {
            await PERFORMERS[e.kind]?.(db, e);
          } catch (error) {
            warn(`effect ${effectKey(e)} (${e.kind})`, error);
            await retryEffect(db, e, 'PERFORMER', (error as Error).message).catch((later) => warn('effect retry', later));
          }
        }),
      );
      if (claimed.length > 0) again = true;
    } while (again && !stopped);
  }
  const wake = () => {
    again = true;
    running ??= pass()
      .catch((error) => warn('effects', error))
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(wake, POLL_MS);
  wake();
  return {
    wake,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
