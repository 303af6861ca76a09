import type { Pump } from './pump.ts';

/** Newest entries of a lane that are searched for messages of an earlier process: more than any source has unacknowledged at once. */
const TAIL = 1000;
/** Remembered prints of a lane. */
const MOST = 4000;

/** Which messages each lane has already: those of this process, and on the first doubt those that the log's newest entries name. */
export class KnownMessages {
  readonly #pump: Pick<Pump, 'tail'>;
  readonly #own = new Map<number, Set<bigint>>();
  readonly #earlier = new Map<number, Promise<ReadonlySet<bigint>>>();

  constructor(pump: Pick<Pump, 'tail'>) {
    this.#pump = pump;
  }

  note(lane: number, print: bigint): void {
    const prints = this.#own.get(lane) ?? new Set();
    this.#own.set(lane, prints);
    prints.delete(print);
    prints.add(print);
    const [oldest] = prints;
    if (prints.size > MOST && oldest !== undefined) prints.delete(oldest);
  }

  async lanesWith(print: bigint, lanes: Iterable<number>): Promise<ReadonlySet<number>> {
    const had = new Set<number>();
    for (const lane of lanes) {
      if (this.#own.get(lane)?.has(print) || (await this.#earlierOf(lane)).has(print)) had.add(lane);
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
