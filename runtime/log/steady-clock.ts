import type { Trouble } from '#drizzle/troubles.ts';

/** Less than this is what clocks do when they are compared with others: time stands still until it has caught up. */
const STEP_MS = 1_000;

/**
 * The time of day, epoch ms, that never goes back. When the machine's clock is set back (by a person, or by a time server after a start with a wrong one), time goes
 * on from where it was, at its own pace, until the clock has caught up: timers fire, windows close and leases are renewed as if nothing had happened.
 */
export class SteadyClock {
  #last = 0;
  #at = 0;
  #behind = 0;
  readonly #wall: () => number;
  readonly #elapsed: () => number;

  constructor(wall: () => number = () => Date.now(), elapsed: () => number = () => performance.now()) {
    this.#wall = wall;
    this.#elapsed = elapsed;
  }
  now(): number {
    const wall = this.#wall();
    const at = this.#elapsed();
    const back = this.#last - wall;
    this.#last = back <= STEP_MS ? Math.max(wall, this.#last) : this.#last + (at - this.#at);
    this.#at = at;
    this.#behind = Math.max(0, this.#last - wall);
    return this.#last;
  }
  /** What a person should know of it. */
  get problems(): Trouble[] {
    return this.#behind <= STEP_MS ? [] : [{ code: 'clock-back', params: { seconds: Math.round(this.#behind / 1_000) } }];
  }
}

/** The one of this process. */
export const steadyClock = new SteadyClock();
