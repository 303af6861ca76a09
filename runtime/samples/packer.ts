import type { Origin } from '#runtime/batch/schema.ts';
import type { SamplesEntry } from '#runtime/log/contract.ts';
import type { Row } from './scale.ts';

/** A row whose wave, if it has one, is stored already. */
export interface LogRowValue extends Omit<Row, 'wave'> {
  readonly wave?: { readonly t0: number; readonly rate: number; readonly n: number; readonly blob: string };
}

/** A scanned group is a batch already and flushes at once; samples that trickle wait this long for others. */
const LINGER_MS = 10;
/** The log is fastest with about this many records an entry. */
const FULL = 1000;
/** What a source delivers at once may be a million samples (a device that was offline for days): a step takes entries whole, so they must not be of any size. */
const MOST = 10_000;

interface Open {
  /** When the first row came, epoch ms. */
  readonly received: number;
  readonly rows: LogRowValue[];
  readonly messages: bigint[];
  readonly done: PromiseWithResolvers<void>;
}

/**
 * Collects the rows of each lane into entries. What can be sent again by its source and what cannot are kept apart, because only the second is
 * spooled to disk. `append` gets entries in order; the promise of `add` settles with the entry that the rows went into.
 */
export class Packer {
  readonly #open = new Map<string, Open>();
  readonly #origin: Origin;
  readonly #append: (lane: number, entry: SamplesEntry, resendable: boolean) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  constructor(origin: Origin, append: (lane: number, entry: SamplesEntry, resendable: boolean) => Promise<void>) {
    this.#origin = origin;
    this.#append = append;
  }

  /** `message`: print of the message that the rows came in, to be noted in the same entry. */
  add(lane: number, rows: readonly LogRowValue[], resendable: boolean, message?: bigint): Promise<void> {
    // a message is known by one entry, and so is never cut; it has its own limit of size
    if (rows.length > MOST && message === undefined)
      return Promise.all(
        Array.from({ length: Math.ceil(rows.length / MOST) }, (_, i) =>
          this.add(lane, rows.slice(i * MOST, (i + 1) * MOST), resendable),
        ),
      ).then(() => {});
    const key = `${lane} ${resendable}`;
    let open = this.#open.get(key);
    if (!open) {
      open = { received: Date.now(), rows: [], messages: [], done: Promise.withResolvers() };
      open.done.promise.catch(() => {}); // told to every caller of `add` as well
      this.#open.set(key, open);
    }
    for (const row of rows) open.rows.push(row);
    if (message !== undefined) open.messages.push(message);
    if (open.rows.length >= FULL) this.#flushOne(key);
    else this.#timer ??= setTimeout(() => this.flush(), LINGER_MS);
    return open.done.promise;
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const key of [...this.#open.keys()]) this.#flushOne(key);
  }

  #flushOne(key: string): void {
    const open = this.#open.get(key);
    if (!open) return;
    this.#open.delete(key);
    const [lane = '', resendable] = key.split(' ');
    this.#append(Number(lane), packRows(open.rows, this.#origin, open), resendable === 'true').then(
      open.done.resolve,
      open.done.reject,
    );
  }
}

export function packRows(
  rows: readonly LogRowValue[],
  origin: Origin,
  from: Partial<Omit<Open, 'rows' | 'done'>> = {},
): SamplesEntry {
  const { received, messages = [] } = from;
  const n = rows.length;
  const tag = new Int32Array(n);
  const time = new Float64Array(n);
  const value = new Float64Array(n);
  const quality = new Uint8Array(n);
  const other: Record<number, NonNullable<SamplesEntry['other']>[number]> = {};
  let allGood = true;
  rows.forEach((row, i) => {
    tag[i] = row.tagId;
    time[i] = row.time;
    value[i] = row.value;
    quality[i] = row.quality;
    if (row.quality !== 0) allGood = false;
    if (row.text !== undefined) other[i] = { text: row.text };
    else if (row.wave) other[i] = { wave: row.wave };
  });
  return {
    kind: 'samples',
    at: Date.now(),
    ...(received === undefined ? {} : { received }),
    origin,
    n,
    tag,
    time,
    value,
    ...(allGood ? {} : { quality }),
    ...(Object.keys(other).length > 0 ? { other } : {}),
    ...(messages.length > 0 ? { messages: BigUint64Array.from(messages) } : {}),
  };
}
