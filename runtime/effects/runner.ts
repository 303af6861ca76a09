import type { Db } from '#drizzle/client.ts';
import { closeExpiredConfirmations, openConfirmation } from './confirmations.ts';
import { performLease } from './control-leases.ts';
import { trimRows } from './dead-letters.ts';
import { sendNotification } from './notify.ts';
import { claimEffects, type Effect, effectKey, expireEffects, retryEffect } from './outbox.ts';
import { performRecordRead } from './read-tables.ts';
import { reason } from './reasons.ts';
import { unshelveDue } from './unshelve.ts';
import { performRecordWrite } from './write-record.ts';

export type Performers = Readonly<Record<string, (db: Db, e: Effect, masterKey: string | undefined) => Promise<void>>>;
/** What this process performs itself; acts on machines are the gateway's, which holds the connection. */
const PERFORMERS: Performers = {
  'notify.send': sendNotification,
  'confirm.request': openConfirmation,
  'record.write': performRecordWrite,
  'record.read': performRecordRead,
  'lease.take': performLease,
  'lease.release': performLease,
};
/** A lost wake-up costs this much. */
const POLL_MS = 1_000;
/** A step gives a thousand refused rows at most; in this time they stay a small table. */
const TRIM_MS = 60_000;

export interface EffectRunner {
  /** Effects were committed: look now. */
  wake(): void;
  stop(): Promise<void>;
}

export interface RunnerOptions {
  readonly db: Db;
  /** Opens the sealed passwords of channels; without it channels that need one fail and say so. */
  readonly masterKey?: string | undefined;
  /** A performer that dies holds its effects no longer than this, ms. */
  readonly claimMs?: number;
  /** Instead of the usual ones: what may take its time has a runner of its own, so that a message does not wait for it. */
  readonly performers?: Performers;
  /** Gets what went wrong with which effect. */
  readonly warn: (what: string, error: unknown) => void;
}

/** Performs committed effects, each once, and looks after what ends by itself; many processes may run one. */
export function startEffectRunner(options: RunnerOptions): EffectRunner {
  const { db, warn, performers = PERFORMERS } = options;
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  let looked = Number.NEGATIVE_INFINITY;
  let trimmed = Number.NEGATIVE_INFINITY;

  async function pass(): Promise<void> {
    do {
      again = false;
      if ((await expireEffects(db)) > 0) await closeExpiredConfirmations(db);
      if (performance.now() - looked >= POLL_MS) {
        looked = performance.now();
        await unshelveDue(db);
        if (looked - trimmed >= TRIM_MS) {
          trimmed = looked;
          await trimRows(db);
        }
      }
      const claimed = await claimEffects(db, {
        kinds: Object.keys(performers),
        ...(options.claimMs ? { claimMs: options.claimMs } : {}),
      });
      await Promise.all(
        claimed.map(async (e) => {
          try {
            await performers[e.kind]?.(db, e, options.masterKey);
          } catch (error) {
            warn(`effect ${effectKey(e)} (${e.kind})`, error);
            await retryEffect(db, e, reason('performer-failed', undefined, (error as Error).message)).catch((later) =>
              warn('effect retry', later),
            );
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
