import { type FileHandle, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** One thing that happened, as plain JSON, with the bytes that belong to it. */
export interface JournalRecord {
  readonly head: Readonly<Record<string, unknown>>;
  readonly body?: Uint8Array;
}

interface Rewriting {
  readonly state: () => JournalRecord[];
  readonly done: PromiseWithResolvers<void>;
}

const HEADER = 12; // u32 length of what follows, u32 its crc, u32 length of the head
const NAME = /^(\d{8})\.journal$/;
/** First record of a file: how many records after it are the state at its beginning; with fewer the file was never finished. */
const STATE = 'state';

/**
 * A file of records on disk that is written anew, as the state alone, when most of it is history. `write` outlives the process, `flush` a
 * power failure; many callers share one write and one flush.
 */
export class Journal {
  readonly #folder: string;
  #file: FileHandle;
  #generation: number;
  #bytes: number;
  #pending: { readonly parts: Buffer[]; readonly flush: boolean; readonly done: PromiseWithResolvers<void> }[] = [];
  #writing: Promise<void> | undefined;
  #rewriting: Rewriting | undefined;

  private constructor(folder: string, file: FileHandle, generation: number, bytes: number) {
    this.#folder = folder;
    this.#file = file;
    this.#generation = generation;
    this.#bytes = bytes;
  }

  /** Gives what an earlier process left to `replay`, record by record; then begins a new file with what `state` says. */
  static async open(folder: string, replay: (record: JournalRecord) => void, state: () => JournalRecord[]): Promise<Journal> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const generations = (await readdir(folder)).flatMap((name) => Number(NAME.exec(name)?.[1] ?? [])).toSorted((a, b) => a - b);
    let newest = 0;
    for (const generation of generations.toReversed()) {
      newest = Math.max(newest, generation);
      const records = parse(await readFile(join(folder, fileName(generation))));
      const first = records[0]?.head;
      if (first?.kind !== STATE || records.length - 1 < Number(first.records)) continue; // its writer ended while it wrote the state
      for (const record of records.slice(1)) replay(record);
      break;
    }
    const begun = await begin(folder, newest + 1, state());
    for (const generation of generations) await unlink(join(folder, fileName(generation)));
    return new Journal(folder, begun.file, newest + 1, begun.bytes);
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#bytes;
  }

  write(record: JournalRecord): Promise<void> {
    return this.#add(record, false);
  }
  flush(record: JournalRecord): Promise<void> {
    return this.#add(record, true);
  }
  #add(record: JournalRecord, flush: boolean): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#pending.push({ parts: frame(record), flush, done });
    this.#start();
    return done.promise;
  }
  #start(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#pending.length > 0 || this.#rewriting) {
      const batch = this.#pending;
      this.#pending = [];
      const rewriting = this.#rewriting;
      this.#rewriting = undefined;
      // what waits to be written is in the state already, and on disk with it
      if (rewriting && (await this.#rewrite(rewriting))) {
        for (const one of batch) one.done.resolve();
        continue;
      }
      try {
        const parts = batch.flatMap((one) => one.parts);
        // at its place: what a full disk cut off is written over
        await this.#file.writev(parts, this.#bytes);
        this.#bytes += parts.reduce((sum, part) => sum + part.length, 0);
        for (const one of batch) if (!one.flush) one.done.resolve();
        if (batch.some((one) => one.flush)) await this.#file.datasync();
        for (const one of batch) one.done.resolve();
      } catch (error) {
        for (const one of batch) one.done.reject(error);
      }
    }
  }

  /**
   * Writes the state anew and leaves the history behind, before anything else is written: under a steady stream there is always something. `state` must hold
   * what every record says that `write` or `flush` was called with.
   */
  compact(state: () => JournalRecord[]): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#rewriting = { state, done };
    this.#start();
    return done.promise;
  }
  /** One that fails leaves the old file as it is. */
  async #rewrite({ state, done }: Rewriting): Promise<boolean> {
    try {
      const begun = await begin(this.#folder, this.#generation + 1, state());
      const old = this.#file;
      this.#file = begun.file;
      this.#bytes = begun.bytes;
      // the new one stands: an old one that cannot be taken away now goes at the next start
      await old.close().catch(() => {});
      await unlink(join(this.#folder, fileName(this.#generation++))).catch(() => {});
      done.resolve();
      return true;
    } catch (error) {
      done.reject(error);
      return false;
    }
  }

  async close(): Promise<void> {
    while (this.#writing) await this.#writing;
    await this.#file.datasync();
    await this.#file.close();
  }
}

const fileName = (generation: number) => `${String(generation).padStart(8, '0')}.journal`;

async function begin(folder: string, generation: number, state: readonly JournalRecord[]) {
  const file = await open(join(folder, fileName(generation)), 'w', 0o600);
  const parts = [{ head: { kind: STATE, records: state.length } }, ...state].flatMap(frame);
  try {
    await file.writev(parts);
    await file.datasync();
    const at = await open(folder, 'r');
    await at.sync().finally(() => at.close());
  } catch (error) {
    await file.close().catch(() => {}); // a full disk is tried again and again: each try may not keep a file open
    throw error;
  }
  return { file, bytes: parts.reduce((sum, part) => sum + part.length, 0) };
}

function frame({ head, body = new Uint8Array() }: JournalRecord): Buffer[] {
  const text = Buffer.from(JSON.stringify(head));
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(4 + text.length + body.length, 0);
  header.writeUInt32LE(text.length, 8);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  header.writeUInt32LE(crc32(bytes, crc32(text, crc32(header.subarray(8)))), 4);
  return [header, text, bytes];
}

function parse(data: Buffer): JournalRecord[] {
  const records: JournalRecord[] = [];
  for (let at = 0; at + HEADER <= data.length; ) {
    const end = at + 8 + data.readUInt32LE(at);
    if (end > data.length || crc32(data.subarray(at + 8, end)) !== data.readUInt32LE(at + 4)) break; // the torn end
    const body = at + HEADER + data.readUInt32LE(at + 8);
    records.push({ head: JSON.parse(data.toString('utf8', at + HEADER, body)), body: data.subarray(body, end) });
    at = end;
  }
  return records;
}
