import type { Db } from '#drizzle/client.ts';
import { COMPUTE_FAULTS, COMPUTE_REQUESTS, type ComputeAnswer, type ComputeKind } from '#runtime/compute/requests.ts';
import { claimEffects, type Effect, effectKey, finishEffect, holdEffect } from './outbox.ts';
import { reason, reasonWith } from './reasons.ts';
import type { EffectRunner } from './runner.ts';

/** What computes: `runtime/compute/pool.ts`. */
export interface Computer {
  compute(orgId: string, kind: ComputeKind, request: Readonly<Record<string, unknown>>): Promise<ComputeAnswer>;
  /** Requests that would begin at once; no more are claimed. */
  readonly free: number;
}
export interface ComputeRunnerOptions {
  readonly db: Db;
  readonly computer: Computer;
  /** A process that dies holds what it computes no longer than this, ms. */
  readonly claimMs?: number;
  readonly warn: (what: string, error: unknown) => void;
}

const KINDS = Object.keys(COMPUTE_REQUESTS);
const POLL_MS = 1_000;
const CLAIM_MS = 10_000;
/** A request whose computing process dies with everything around it is not taken up for ever. */
const MOST_ATTEMPTS = 5;
/** Refused for what was asked; else it failed, and a person sees it in the list. */
const REFUSALS: ReadonlySet<string> = new Set(COMPUTE_FAULTS.filter((code) => code !== 'compute-crashed'));

/**
 * Has committed requests computed: as many as there are free processes, organizations in turn, each answered once, whoever dies meanwhile. Apart from
 * the runner of other effects, so that a message does not wait for a plan.
 */
export function startComputeRunner(options: ComputeRunnerOptions): EffectRunner {
  const { db, computer, warn } = options;
  const claimMs = options.claimMs ?? CLAIM_MS;
  const running = new Set<Promise<void>>();
  let looking: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  async function look(): Promise<void> {
    do {
      again = false;
      const limit = computer.free;
      if (limit <= 0) return;
      for (const e of await claimEffects(db, { kinds: KINDS, limit, claimMs, fairly: true })) {
        const one = perform(e)
          .catch((error) => warn(`effect ${effectKey(e)} (${e.kind})`, error))
          .finally(() => {
            running.delete(one);
            wake();
          });
        running.add(one);
      }
    } while (again && !stopped);
  }

  async function perform(e: Effect): Promise<void> {
    if (e.attempts > MOST_ATTEMPTS) {
      await finishEffect(db, e, 'failed', { ok: false, ...reason('compute-crashed') });
      return;
    }
    const holding = setInterval(() => {
      holdEffect(db, e, claimMs).catch((error) => warn(`hold ${effectKey(e)}`, error));
    }, claimMs / 3);
    try {
      const answer = await computer.compute(e.orgId, e.kind as ComputeKind, e.request);
      // it ended because this process ends: whoever takes it up answers
      if (stopped) return;
      if (answer.ok) await finishEffect(db, e, 'done', answer);
      else
        await finishEffect(db, e, REFUSALS.has(answer.code) ? 'refused' : 'failed', {
          ok: false,
          ...reasonWith(answer.code, answer.params),
        });
    } finally {
      clearInterval(holding);
    }
  }

  const wake = () => {
    again = true;
    if (stopped) return;
    looking ??= look()
      .catch((error) => warn('computations', error))
      .finally(() => {
        looking = undefined;
      });
  };
  const timer = setInterval(wake, POLL_MS);
  wake();
  return {
    wake,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await looking;
      // what is being computed is not waited for: its claim runs out, or the pool ends it
    },
  };
}
