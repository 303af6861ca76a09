import { steadyClock } from '#runtime/log/steady-clock.ts';
import { createStepper, type SandboxStepper } from '#runtime/sandbox/stepper.ts';
import { stepperOptions, type WorkerContext } from './context.ts';
import type { HeldShard } from './held-shard.ts';

/** A shard without a step for this long gives its isolate back; a minute's rhythm keeps it. */
export const PARK_MS = 90_000;

/** The shard's isolate; a parked one gets a new one with its state, once something comes for it. */
export async function stepperOf(context: WorkerContext, s: HeldShard): Promise<SandboxStepper> {
  if (s.stepper) return s.stepper;
  const stepper = await createStepper(s.program, {
    ...stepperOptions(context, { id: s.lease.shardId, step: () => s.step }, s.suspect),
    seed: s.prepared.seed,
  });
  try {
    if (s.parked) await stepper.load(s.parked);
  } catch (error) {
    stepper.dispose();
    throw error;
  }
  s.stepper = stepper;
  s.parked = undefined;
  if (s.gone) stepper.dispose();
  return stepper;
}

/** State of the shard after its last step. */
export const stateOf = async (context: WorkerContext, s: HeldShard): Promise<Uint8Array> =>
  s.parked ?? (await stepperOf(context, s)).save();

/**
 * Shards that have had nothing to do for a while keep their lease, cursor and state, but no isolate: hundreds of idle apps cost little more than
 * their rows. Between two steps only.
 */
export function parkIdle(context: WorkerContext, shards: Iterable<HeldShard>, idleMs: number): void {
  const now = steadyClock.now();
  for (const s of shards) {
    const resting = !s.busy && !s.ready && !s.decision && !s.leaving && !s.gone && !s.instrumented && !s.suspect;
    const due = s.carried.wakeAt !== null && s.carried.wakeAt - now < idleMs;
    if (!resting || due || !s.stepper || now - s.lastStep < idleMs) continue;
    s.busy = park(s).catch((error) => {
      // it stays as it is; a program that cannot give its state says so at its next step
      context.log.warn({ err: error, shard: s.lease.shardId }, 'shard could not be parked');
      s.lastStep = steadyClock.now();
    });
    void s.busy.finally(() => {
      s.busy = undefined;
    });
  }
}

async function park(s: HeldShard): Promise<void> {
  const { stepper } = s;
  if (!stepper) return;
  const state = await stepper.save();
  if (s.gone) return;
  s.parked = state;
  s.stepper = undefined;
  stepper.dispose();
}
