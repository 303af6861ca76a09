/** Pauses between attempts: 1 s, doubling to a minute, each 20 % shorter or longer so that a hundred devices do not come back at once. */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #random: () => number;
  #attempts = 0;

  constructor(options: { firstMs?: number; longestMs?: number; random?: () => number } = {}) {
    this.#firstMs = options.firstMs ?? 1000;
    this.#longestMs = options.longestMs ?? 60_000;
    this.#random = options.random ?? Math.random;
  }
  next(): number {
    const pause = Math.min(this.#longestMs, this.#firstMs * 2 ** Math.min(this.#attempts++, 20));
    return pause * (0.8 + 0.4 * this.#random());
  }
  reset(): void {
    this.#attempts = 0;
  }
}
