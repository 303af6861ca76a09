/**
 * Tells a stream when to send: at once when something comes after a pause, then no more often than `everyMs`, and after `idleMs` without
 * anything. What comes in between is gathered by the caller.
 */
export class Pacer {
  private readonly everyMs: number;
  private readonly idleMs: number;
  private readonly signal: AbortSignal | undefined;
  private news = false;
  private last = Number.NEGATIVE_INFINITY;
  private wake: (() => void) | undefined;

  constructor(options: { everyMs: number; idleMs: number; signal: AbortSignal | undefined }) {
    this.everyMs = options.everyMs;
    this.idleMs = options.idleMs;
    this.signal = options.signal;
    this.signal?.addEventListener('abort', () => this.wake?.(), { once: true });
  }

  /** There is something to send. */
  tell(): void {
    this.news = true;
    this.wake?.();
  }

  /** True when it is time to send, false when the stream has ended. */
  async next(): Promise<boolean> {
    if (!this.news) await this.pause(this.idleMs, () => this.news);
    const rest = this.last + this.everyMs - performance.now();
    if (rest > 0) await this.pause(rest, () => false);
    this.news = false;
    this.last = performance.now();
    return !this.signal?.aborted;
  }

  private pause(ms: number, enough: () => boolean): Promise<void> {
    if (this.signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.wake = () => {
        if (this.signal?.aborted || enough()) done();
      };
    });
  }
}
