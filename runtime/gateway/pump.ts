import { LogUnavailableError } from '#runtime/log/connection.ts';
import type { SamplesEntry } from '#runtime/log/contract.ts';
import { pack, unpack } from '#runtime/log/entry.ts';
import type { ScanAppend, ScanWriter } from '#runtime/log/scan-writer.ts';
import { Spool, type Spooled, SpoolFullError } from './spool.ts';

interface Item {
  readonly lane: number;
  readonly entry: SamplesEntry;
  readonly resendable: boolean;
  readonly done: PromiseWithResolvers<void>;
  /** Given at the first attempt; after a lost answer the same entry goes with the same number. */
  seq?: number;
  /** On disk as well. */
  spooled?: boolean;
}

export interface PumpOptions {
  readonly folder: string;
  /** The process' one writer; refused with LogUnavailableError while the database is away. */
  readonly writer: () => Promise<ScanWriter>;
  /** Takes the lane's fence when this writer has it not yet. */
  readonly hold: (writer: ScanWriter, lane: number) => Promise<void>;
  readonly appended: (lanes: readonly number[], records: number) => void;
  /** Samples of these tags were given up because the disk's share is full: from then on, until now. */
  readonly lost: (tagIds: ReadonlySet<number>, since: number, lane: ReadonlyMap<number, number>) => void;
  /** Another process writes these lanes: this one must let go. */
  readonly fenced: (error: Error) => void;
  readonly spoolLimit?: number;
}

const PER_APPEND = 64;
const RETRY_MS = 300;
/** 64 MB: some ten million samples; a bounded share of the disk for each connection. */
const SPOOL_LIMIT = 64 << 20;

/**
 * Brings the entries of one connection to the log, in order, and survives the log's absence: what its source cannot send again is on disk after
 * a moment, what it can is kept in memory and stays unacknowledged. Nothing is told done before the log has it.
 */
export class Pump {
  readonly #options: PumpOptions;
  readonly #spool: Spool;
  #queue: Item[] = [];
  /** Sent, answer lost: goes first, with the same numbers. */
  #doubt: Item[] = [];
  /** Records at the head of the oldest segment that are in the log, or in doubt and kept in memory. */
  #past = 0;
  #away = false;
  #wake: () => void = () => {};
  #stopped = false;
  #dropped: { since: number; tags: Set<number>; lanes: Map<number, number> } | undefined;
  readonly #run: Promise<void>;

  private constructor(options: PumpOptions, spool: Spool) {
    this.#options = options;
    this.#spool = spool;
    this.#run = this.#loop();
  }
  static async open(options: PumpOptions): Promise<Pump> {
    return new Pump(options, await Spool.open(options.folder, options.spoolLimit ?? SPOOL_LIMIT));
  }

  get away(): boolean {
    return this.#away;
  }
  get spoolBytes(): number {
    return this.#spool.bytes;
  }
  get waiting(): number {
    return this.#queue.length + this.#doubt.length;
  }

  /** Resolves when the log has the entry. Without a source that sends again, it may be on disk meanwhile. */
  push(lane: number, entry: SamplesEntry, resendable: boolean): Promise<void> {
    if (this.#stopped) return Promise.reject(new Error('the connection is closed'));
    const done = Promise.withResolvers<void>();
    done.promise.catch(() => {});
    this.#queue.push({ lane, entry, resendable, done });
    this.#wake();
    return done.promise;
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      if (this.#queue.length === 0 && this.#doubt.length === 0 && this.#spool.empty) {
        await this.#sleep(60_000);
        continue;
      }
      try {
        await this.#drain();
        this.#away = false;
        this.#tellLost();
      } catch (error) {
        if (!(error instanceof LogUnavailableError)) {
          this.#stopped = true;
          this.#options.fenced(error instanceof Error ? error : new Error(String(error)));
          break;
        }
        this.#away = true;
        await this.#toDisk();
        await this.#sleep(RETRY_MS);
      }
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        // while the log is away new samples wait for the next attempt, so that the disk is flushed a few times a second and not for each
        if (this.#away) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** What is in doubt, then the disk, then memory. */
  async #drain(): Promise<void> {
    const writer = await this.#options.writer();
    if (this.#doubt.length > 0) await this.#append(writer, this.#doubt);
    for (let segment = await this.#spool.oldest(); segment; segment = await this.#spool.oldest()) {
      await this.#appendSpooled(writer, segment.entries);
      await this.#spool.remove(segment.name);
      this.#past = 0;
    }
    while (this.#queue.length > 0) await this.#append(writer, this.#queue.splice(0, PER_APPEND));
  }

  async #append(writer: ScanWriter, items: Item[]): Promise<void> {
    this.#doubt = items;
    const next = new Map<number, number>();
    const appends: ScanAppend[] = [];
    const at = Date.now();
    for (const item of items) {
      await this.#options.hold(writer, item.lane);
      item.seq ??= (next.get(item.lane) ?? writer.last(item.lane)) + 1;
      next.set(item.lane, item.seq);
      appends.push({ lane: item.lane, entry: { ...item.entry, at }, seq: item.seq });
    }
    await writer.append(appends);
    this.#doubt = [];
    const records = items.reduce((sum, item) => sum + item.entry.n, 0);
    this.#options.appended([...next.keys()], records);
    for (const item of items) item.done.resolve();
  }

  async #appendSpooled(writer: ScanWriter, spooled: readonly Spooled[]): Promise<void> {
    while (this.#past < spooled.length) {
      const items: Item[] = [];
      const batch = spooled.slice(this.#past, this.#past + PER_APPEND);
      for (const { lane, seq, bytes } of batch) {
        await this.#options.hold(writer, lane);
        // in doubt in an earlier process: the log has it when its number is taken
        if (seq > 0 && seq <= writer.last(lane)) continue;
        const entry = unpack(bytes);
        if (entry.kind === 'samples')
          items.push({ lane, entry, resendable: false, done: Promise.withResolvers(), spooled: true });
      }
      // from here on memory answers for them, also when the answer is lost
      this.#past += batch.length;
      if (items.length > 0) await this.#append(writer, items);
    }
  }

  /** Everything that its source cannot send again goes to disk; the rest stays in memory, unacknowledged. */
  async #toDisk(): Promise<void> {
    const fresh = this.#doubt.filter((item) => !item.resendable && !item.spooled);
    const own = this.#queue.filter((item) => !item.resendable);
    if (fresh.length === 0 && own.length === 0) return;
    const records = [...fresh, ...own].map((item) => ({ lane: item.lane, seq: item.seq ?? 0, bytes: pack(item.entry) }));
    try {
      await this.#spool.add(records);
    } catch (error) {
      if (!(error instanceof SpoolFullError)) throw error;
      this.#drop(own);
      return;
    }
    // their numbers stand beside them: once memory's copy is in the log, the disk's is passed over
    for (const item of fresh) item.spooled = true;
    const kept = new Set(own);
    this.#queue = this.#queue.filter((item) => !kept.has(item));
  }

  #drop(items: readonly Item[]): void {
    this.#dropped ??= { since: Date.now(), tags: new Set(), lanes: new Map() };
    for (const item of items) {
      item.entry.tag.forEach((id, i) => {
        this.#dropped?.tags.add(id);
        this.#dropped?.lanes.set(id, item.lane);
        const time = item.entry.time[i];
        if (this.#dropped && time !== undefined) this.#dropped.since = Math.min(this.#dropped.since, time);
      });
      item.done.reject(new SpoolFullError('no room on disk'));
    }
    const gone = new Set(items);
    this.#queue = this.#queue.filter((item) => !gone.has(item));
  }

  #tellLost(): void {
    const dropped = this.#dropped;
    this.#dropped = undefined;
    if (dropped) this.#options.lost(dropped.tags, dropped.since, dropped.lanes);
  }

  /** Gives the log a moment to take what is there; the rest goes to disk for the next start. */
  async close(): Promise<void> {
    const end = Date.now() + 1500;
    while (!this.#stopped && !this.#away && this.waiting > 0 && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
    this.#stopped = true;
    this.#away = false;
    this.#wake();
    await this.#run;
    await this.#toDisk().finally(() => this.#spool.close());
    for (const item of [...this.#doubt, ...this.#queue]) item.done.reject(new Error('the connection is closed'));
  }
}
