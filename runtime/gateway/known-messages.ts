import type { Pump } from './pump.ts';

/** Newest entries of a lane that are searched for messages of an earlier process: more than any source has unacknowledged at once. */
const TAIL = 1000;
/** Remembered prints of a lane. */
const MOST = 4000;

/**
 * Which messages each lane has already: those of this process, and on the first doubt those that the log's newest entries name. One of this
 * process may still be on its way to the log: who meets it again must wait for the same end.
 */
export class KnownMessages {
  readonly #pump: Pick<Pump, 'tail'>;
  readonly #own = new Map<number, Map<bigint, Promise<unknown>>>();
  readonly #earlier = new Map<number, Promise<ReadonlySet<bigint>>>();

  constructor(pump: Pick<Pump, 'tail'>) {
    this.#pump = pump;
  }

  /** `logged` ends when the lane has the message, and fails when it is given up: then it is unknown again. */
  note(lane: number, print: bigint, logged: Promise<unknown>): void {
    const prints = this.#own.get(lane) ?? new Map<bigint, Promise<unknown>>();
    this.#own.set(lane, prints);
    prints.delete(print);
    prints.set(print, logged);
    logged.catch(() => {
      if (prints.get(print) === logged) prints.delete(print);
    });
    const [oldest] = prints.keys();
    if (prints.size > MOST && oldest !== undefined) prints.delete(oldest);
  }

  /** Lanes that have it or will; each with the end of its way to the log. */
  async lanesWith(print: bigint, lanes: Iterable<number>): Promise<ReadonlyMap<number, Promise<unknown>>> {
    const had = new Map<number, Promise<unknown>>();
    for (const lane of lanes) {
      const own = this.#own.get(lane)?.get(print);
      if (own) had.set(lane, own);
      else if ((await this.#earlierOf(lane)).has(print)) had.set(lane, Promise.resolve());
    }
    return had;
  }

  #earlierOf(lane: number): Promise<ReadonlySet<bigint>> {
    const known = this.#earlier.get(lane);
    if (known) return known;
    const looked = this.#pump.tail(lane, TAIL).then((entries) => {
      const prints = new Set<bigint>();
      for (const entry of entries) if (entry.kind === 'samples') for (const print of entry.messages ?? []) prints.add(print);
      return prints;
    });
    this.#earlier.set(lane, looked);
    looked.catch(() => this.#earlier.delete(lane));
    return looked;
  }
}
