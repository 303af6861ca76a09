import { CLOCK_OFF_MS } from '#runtime/samples/scale.ts';

/** A reading of the clock that is older than this says nothing of now. */
const KEPT_MS = 120_000;

/**
 * How far a source's clock is from ours. A source that can be asked what time it has says it, either way; of the others only that they are ahead can
 * be known: a sample from the future. (One from the past may have been on a slow line, or in a buffer.)
 */
export class SourceClock {
  #said: number | undefined;
  #ahead = 0;
  #aheadAt = Number.NEGATIVE_INFINITY;

  /** The source was asked. */
  said(aheadMs: number): void {
    this.#said = aheadMs;
  }
  /** A sample came, with the source's time. */
  seen(time: number, arrived: number): void {
    const ahead = time - arrived;
    if (ahead <= CLOCK_OFF_MS) return;
    if (ahead < this.#ahead && arrived - this.#aheadAt < KEPT_MS) return;
    this.#ahead = ahead;
    this.#aheadAt = arrived;
  }
  /** The session is over: the next one may find another clock. */
  forget(): void {
    this.#said = undefined;
    this.#ahead = 0;
    this.#aheadAt = Number.NEGATIVE_INFINITY;
  }

  /** By its own word it is wrong: all its times are. */
  get off(): boolean {
    return this.#said !== undefined && Math.abs(this.#said) > CLOCK_OFF_MS;
  }
  /** ms ahead of ours, negative = behind; undefined when nothing is known to be wrong and the source cannot be asked. */
  aheadMs(now: number): number | undefined {
    if (this.#said !== undefined) return this.#said;
    return now - this.#aheadAt < KEPT_MS ? this.#ahead : undefined;
  }
}
