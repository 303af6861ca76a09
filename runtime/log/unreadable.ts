import type { Trouble } from '#drizzle/troubles.ts';
import type { LogEntry } from './contract.ts';
import { LogFormatError, unpack } from './entry.ts';

/** Told of every entry that cannot be read, once. */
export type OnUnreadable = (at: { readonly lane: number; readonly seq: number }, error: LogFormatError) => void;

/**
 * What becomes of an entry whose bytes cannot be read. A damaged one is one entry that nobody will ever read: in its place stands an empty one that says
 * so, and the stream goes on. One of a later format is no damage but news that this version cannot understand: its lane stops before it, by name, and
 * goes on where a version runs that can.
 */
export class Unreadable {
  readonly #tell: OnUnreadable;
  readonly #damaged = new Map<number, Set<number>>();
  #newest: { readonly lane: number; readonly seq: number } | undefined;
  #later: Trouble | undefined;

  constructor(tell: OnUnreadable = () => {}) {
    this.#tell = tell;
  }

  /** The entry; in the place of a damaged one an empty one and why; `undefined`: stop before it. */
  read(row: {
    readonly lane: number;
    readonly seq: number;
    readonly at: number;
    readonly data: Uint8Array;
  }): { readonly entry: LogEntry; readonly unreadable?: string } | undefined {
    try {
      return { entry: unpack(row.data, row.at) };
    } catch (error) {
      if (!(error instanceof LogFormatError)) throw error;
      const { lane, seq, at } = row;
      if (error.code === 'LOG_VERSION_UNKNOWN') {
        if (!this.#later) this.#tell({ lane, seq }, error);
        this.#later = { code: 'log-version', params: { version: row.data[0] ?? 0, lane, seq } };
        return undefined;
      }
      const known = this.#damaged.get(lane) ?? new Set<number>();
      this.#damaged.set(lane, known);
      if (!known.has(seq)) {
        known.add(seq);
        this.#newest = { lane, seq };
        this.#tell({ lane, seq }, error);
      }
      return { entry: emptyAt(at), unreadable: `${error.code}: ${error.message}` };
    }
  }

  get problems(): Trouble[] {
    const count = [...this.#damaged.values()].reduce((sum, seqs) => sum + seqs.size, 0);
    return [
      ...(this.#newest ? [{ code: 'log-unreadable', params: { count, ...this.#newest } } as const] : []),
      ...(this.#later ? [this.#later] : []),
    ];
  }
}

const emptyAt = (at: number): LogEntry => ({
  kind: 'samples',
  at,
  origin: 'measured',
  n: 0,
  tag: new Int32Array(0),
  time: new Float64Array(0),
  value: new Float64Array(0),
});
