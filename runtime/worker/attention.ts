/** What the worker's loop waits for: lanes that have, or may have, entries that were not read yet, and being woken. */
export class Attention {
  private lanes: Set<number> | 'all' = 'all';
  private woken: () => void = () => {};

  /** These may have news. Wakes nobody: the loop looks by itself, or `wake` is called. */
  mark(lanes: Iterable<number>): void {
    if (this.lanes !== 'all') for (const lane of lanes) this.lanes.add(lane);
  }
  /** Whatever was thought to be known is in doubt. */
  markAll(): void {
    this.lanes = 'all';
  }
  wake(): void {
    this.woken();
  }
  get nothing(): boolean {
    return this.lanes !== 'all' && this.lanes.size === 0;
  }
  /** Which lanes to look at now (undefined = all); from here on it gathers for the next time. */
  take(): ((lane: number) => boolean) | undefined {
    const { lanes } = this;
    this.lanes = new Set();
    return lanes === 'all' ? undefined : (lane) => lanes.has(lane);
  }
  /** Sleeps until woken, until one of these ends, or for so long. */
  async wait(ms: number, ends: Iterable<Promise<void> | undefined>): Promise<void> {
    await new Promise<void>((done) => {
      const timer = setTimeout(done, ms);
      this.woken = () => {
        clearTimeout(timer);
        done();
      };
      for (const one of ends) one?.finally(this.woken);
    });
    this.woken = () => {};
  }
}
