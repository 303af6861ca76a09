import type { OutputsEntry } from './contract.ts';

/** Of each shard one step in so many milliseconds is traced. */
export const TRACE_EVERY_MS = 5_000;
/** Shards do not all come at the same moment. */
const APART_MS = 617;

/**
 * Which steps are traced. The rule needs the entries of the output lanes alone, so the worker that commits them, the historian that stores them
 * and the web that shows them pick the same ones without a word between them.
 */
export class HeadSampler {
  readonly #windows = new Map<number, number>();

  /** Every entry of an output lane, in order. True for the first with results in its stretch of time. */
  take({ shardId, at, outputs }: Pick<OutputsEntry, 'shardId' | 'at' | 'outputs'>): boolean {
    if (outputs.length === 0) return false;
    const window = Math.floor((at + shardId * APART_MS) / TRACE_EVERY_MS);
    if (this.#windows.get(shardId) === window) return false;
    this.#windows.set(shardId, window);
    return true;
  }

  forget(shardId: number): void {
    this.#windows.delete(shardId);
  }
}
