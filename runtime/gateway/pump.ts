import { LogUnavailableError } from '#runtime/log/connection.ts';
import type { LogEntry, SamplesEntry } from '#runtime/log/contract.ts';
import { pack, unpack } from '#runtime/log/entry.ts';
import type { ScanAppend, ScanWriter } from '#runtime/log/scan-writer.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import { gapEntry, isOpenGap, placedGap } from './gap.ts';
import { type Segment, Spool } from './spool.ts';

interface Item {
  readonly lane: number;
  readonly entry: SamplesEntry;
  readonly resendable: boolean;
  readonly done: PromiseWithResolvers<void>;
  /** Given at the first attempt; after a lost answer the very same entry goes under the same number. */
  sent?: { readonly seq: number; readonly entry: SamplesEntry };
  /** Its copy on disk. */
  spooled?: { readonly spool: string; readonly place: number };
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
/** An append that takes longer is treated as the log's absence: what waits behind it goes to disk. */
const SLOW_MS = 500;
/** So many entries waiting means that the log is slower than the sources: they wait on disk instead. */
const MOST_WAITING = 2000;
/** More than the disk can take at once are given up, with a gap: the process must not run out of memory. */
const MOST_IN_MEMORY = 10_000;
/** 64 MB: some ten million samples; a bounded share of the disk for each connection. */
const SPOOL_LIMIT = 64 << 20;

/**
 * Brings the entries of one connection to the log, in order, and survives the log's absence: what its source cannot send again is written to
 * disk as it comes (and flushed three times a second), what it can is kept in memory and stays unacknowledged.
 */
export class Pump {
  readonly #options: PumpOptions;
  readonly #spool: Spool;
  #queue: Item[] = [];
  /** Sent, answer lost: goes first, with the same numbers. */
  #doubt: Item[] = [];
  #appendingSince: number | undefined;
  /** Records at the head of the oldest segment that are in the log, or in doubt and kept in memory. */
  #past = 0;
  /** What each lane has of the spool, as the log says. */
  #upto = new Map<number, number>();
  #spooling: Promise<void> | undefined;
  /** On disk, not yet flushed. */
  #unflushed: Item[] = [];
  #away = false;
  #wake: () => void = () => {};
  #stopped = false;
  #dropped: { since: number; tags: Set<number>; lanes: Map<number, number> } | undefined;
  readonly #watch: NodeJS.Timeout;
  readonly #run: Promise<void>;

  private constructor(options: PumpOptions, spool: Spool) {
    this.#options = options;
    this.#spool = spool;
    this.#watch = setInterval(() => this.#look(), RETRY_MS);
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

  /** Resolves when the entry cannot be lost any more: the log has it or, where no source can send it again, the disk. */
  push(lane: number, entry: SamplesEntry, resendable: boolean): Promise<void> {
    if (this.#stopped) return Promise.reject(new Error('the connection is closed'));
    const done = Promise.withResolvers<void>();
    done.promise.catch(() => {});
    const item: Item = { lane, entry, resendable, done };
    if (!resendable && this.#queue.length >= MOST_IN_MEMORY) {
      this.#drop([item], new Error('more than the disk can take'));
      return done.promise;
    }
    this.#queue.push(item);
    if (this.#away || this.#queue.length > MOST_WAITING) this.#toDisk();
    this.#wake();
    return done.promise;
  }

  /** Nothing is known of these tags between the newest entry that the log will have before this one and now, if that is longer than `longerThanMs`. */
  gap(lane: number, tagIds: readonly number[], origin: SamplesEntry['origin'], longerThanMs: number): void {
    this.push(lane, gapEntry(tagIds, origin, longerThanMs, Date.now()), false).catch(() => {});
  }

  /** The newest entries of a lane, newest first, once everything of earlier processes is among them. */
  async tail(lane: number, most: number): Promise<readonly LogEntry[]> {
    while (!this.#stopped) {
      try {
        if (this.#spool.empty && !this.#spooling) {
          const writer = await this.#options.writer();
          await this.#options.hold(writer, lane);
          return await writer.tail(lane, most);
        }
      } catch (error) {
        if (!(error instanceof LogUnavailableError)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the connection is closed');
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      if (this.#idle) {
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
        this.#toDisk();
        await this.#sleep(RETRY_MS);
      } finally {
        this.#appendingSince = undefined;
      }
    }
  }
  get #idle(): boolean {
    return this.#queue.length === 0 && this.#doubt.length === 0 && this.#spool.empty && !this.#spooling;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        if (this.#away) return; // new samples wait for the next attempt, on disk
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** A few times a second: is an append stuck, and is there something to flush? */
  #look(): void {
    if (this.#appendingSince !== undefined && performance.now() - this.#appendingSince > SLOW_MS) {
      this.#away = true;
      this.#toDisk();
    }
    if (this.#unflushed.length === 0) return;
    const flushed = this.#unflushed;
    this.#unflushed = [];
    this.#spool.sync().then(
      () => {
        for (const item of flushed) item.done.resolve();
      },
      (error) => {
        for (const item of flushed) item.done.reject(error);
      },
    );
  }

  /** What is in doubt, then the disk, then memory. */
  async #drain(): Promise<void> {
    this.#appendingSince = performance.now();
    const writer = await this.#options.writer();
    if (this.#doubt.length > 0) await this.#append(writer, this.#doubt);
    while (!this.#stopped) {
      await this.#spooling;
      const segment = await this.#spool.oldest();
      if (segment) await this.#appendSpooled(writer, segment);
      else if (this.#queue.length > 0) await this.#append(writer, this.#next());
      else break;
    }
  }
  /** Entries for one statement or two; an open gap goes alone, because its time is that of the entry before. */
  #next(): Item[] {
    const gap = this.#queue.findIndex((item) => isOpenGap(item.entry));
    return this.#queue.splice(0, gap === 0 ? 1 : gap < 0 ? PER_APPEND : Math.min(gap, PER_APPEND));
  }

  async #append(writer: ScanWriter, items: Item[]): Promise<void> {
    this.#doubt = items;
    this.#appendingSince = performance.now();
    const next = new Map<number, number>();
    const appends: ScanAppend[] = [];
    for (const { lane } of items) await this.#options.hold(writer, lane);
    const [first] = items;
    const before = first && isOpenGap(first.entry) ? (await writer.tail(first.lane, 1))[0] : undefined;
    // a copy that is on its way to disk is finished first: it has no number, so the statement must note its place
    await this.#spooling;
    for (const item of items) {
      const seq = item.sent?.seq ?? (next.get(item.lane) ?? writer.last(item.lane)) + 1;
      if (!item.sent) {
        const entry = isOpenGap(item.entry) ? placedGap(item.entry, before) : item.entry;
        if (!entry) continue;
        item.sent = { seq, entry: { ...entry, at: steadyClock.now() } };
      }
      next.set(item.lane, seq);
      appends.push({ lane: item.lane, ...item.sent, ...(item.spooled ? { spooled: item.spooled } : {}) });
    }
    if (appends.length > 0) await writer.append(appends);
    this.#doubt = [];
    this.#appendingSince = performance.now();
    for (const { lane, spooled } of items) if (spooled) this.#upto.set(lane, Math.max(spooled.place, this.#upto.get(lane) ?? 0));
    this.#options.appended(
      [...next.keys()],
      appends.reduce((sum, { entry }) => sum + (entry.kind === 'samples' ? entry.n : 0), 0),
    );
    for (const item of items) item.done.resolve();
  }

  async #appendSpooled(writer: ScanWriter, segment: Segment): Promise<void> {
    const { id } = this.#spool;
    if (id === undefined) throw new Error('a spool with entries has an id');
    while (this.#past < segment.entries.length) {
      const items: Item[] = [];
      let from = this.#past;
      for (; from < segment.entries.length && items.length < PER_APPEND; from++) {
        const { lane, seq, bytes } = segment.entries[from] as (typeof segment.entries)[number];
        const place = segment.first + from;
        await this.#options.hold(writer, lane);
        const upto = this.#upto.get(lane) ?? (await writer.placeOf(id, lane));
        this.#upto.set(lane, upto);
        if (place <= upto || (seq > 0 && (await writer.has(lane, seq, bytes)))) continue;
        const entry = unpack(bytes);
        if (entry.kind !== 'samples') continue;
        if (isOpenGap(entry) && items.length > 0) break;
        items.push({ lane, entry, resendable: false, done: Promise.withResolvers(), spooled: { spool: id, place } });
        if (isOpenGap(entry)) {
          from++;
          break;
        }
      }
      // from here on memory answers for them, also when the answer is lost
      this.#past = from;
      if (items.length > 0) await this.#append(writer, items);
    }
    this.#past = 0;
    const emptied = await this.#spool.remove(segment.name);
    if (emptied === undefined) return;
    this.#upto.clear();
    await writer.forgetSpool(emptied);
  }

  /** Everything that its source cannot send again goes to disk; the rest stays in memory, unacknowledged. */
  #toDisk(): void {
    this.#spooling ??= this.#spoolAll().finally(() => {
      this.#spooling = undefined;
    });
  }

  async #spoolAll(): Promise<void> {
    for (;;) {
      // their numbers stand beside what is in doubt: once memory's copy is in the log, the disk's is passed over
      const fresh = this.#doubt.filter((item) => !item.resendable && !item.spooled);
      const own = this.#queue.filter((item) => !item.resendable);
      if (fresh.length === 0 && own.length === 0) return;
      const taken = new Set(own);
      this.#queue = this.#queue.filter((item) => !taken.has(item));
      const items = [...fresh, ...own];
      try {
        const place = await this.#spool.add(
          items.map(({ lane, sent, entry }) => ({ lane, seq: sent?.seq ?? 0, bytes: pack(sent?.entry ?? entry) })),
        );
        const spool = this.#spool.id ?? '';
        items.forEach((item, i) => {
          item.spooled = { spool, place: place + i };
        });
        this.#unflushed.push(...items);
      } catch (error) {
        this.#drop(own, error);
        return;
      }
    }
  }

  /** No room: these are gone, and a gap will say so. */
  #drop(items: readonly Item[], error: unknown): void {
    const dropped = this.#dropped ?? { since: Date.now(), tags: new Set<number>(), lanes: new Map<number, number>() };
    this.#dropped = dropped;
    for (const item of items) {
      item.entry.tag.forEach((id, i) => {
        dropped.tags.add(id);
        dropped.lanes.set(id, item.lane);
        const time = item.entry.time[i];
        if (time !== undefined && time < dropped.since) dropped.since = time;
      });
      item.done.reject(error);
    }
  }

  #tellLost(): void {
    const dropped = this.#dropped;
    this.#dropped = undefined;
    if (dropped) this.#options.lost(dropped.tags, dropped.since, dropped.lanes);
  }

  /** Gives the log a moment to take what is there; the rest goes to disk for the next start. */
  async close(): Promise<void> {
    const end = performance.now() + 1500;
    while (!this.#stopped && !this.#away && this.waiting > 0 && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
    this.#stopped = true;
    this.#away = false;
    this.#wake();
    await this.#run;
    clearInterval(this.#watch);
    await this.#spooling;
    await this.#spoolAll().finally(() => this.#spool.close());
    for (const item of this.#unflushed) item.done.resolve();
    for (const item of [...this.#doubt, ...this.#queue])
      if (!item.spooled) item.done.reject(new Error('the connection is closed'));
  }
}
