import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { inTurn } from '#runtime/log/in-turn.ts';

/** One entry on disk: lane, the number it was sent under when its fate is unknown (0 = none), and its packed bytes. */
export interface Spooled {
  readonly lane: number;
  readonly seq: number;
  readonly bytes: Uint8Array;
}
export interface Segment {
  readonly name: string;
  /** Place of the first entry in the spool; the others follow. Places begin at 1 and are never given twice. */
  readonly first: number;
  readonly entries: readonly Spooled[];
}

const HEADER = 20; // u32 length, u32 crc of the rest, i32 lane, f64 seq
const SEGMENT_BYTES = 8 << 20;
const SEGMENT_NAME = /^(\d{12})\.seg$/;

export class SpoolFullError extends Error {
  readonly code = 'SPOOL_FULL';
}

/**
 * Entries on disk while the log is away, in order, in segments that are deleted when the log has them. What `add` returned from outlives the
 * process; what `sync` returned from outlives a power failure. A record that was half written ends its segment; what is before it is whole
 * (checksum). The spool has an id and every entry a place in it, so that the log can say how far it has the spool.
 */
export class Spool {
  readonly #folder: string;
  readonly #limit: number;
  #id: string | undefined;
  #segments: { readonly name: string; readonly first: number; bytes: number }[] = [];
  #file: FileHandle | undefined;
  #bytes = 0;
  #next = 1;
  #unsynced = false;
  readonly #turn = inTurn();

  private constructor(folder: string, limit: number) {
    this.#folder = folder;
    this.#limit = limit;
  }

  /** Finds what an earlier process left. `limit`: bytes on disk. */
  static async open(folder: string, limit: number): Promise<Spool> {
    const spool = new Spool(folder, limit);
    const names = (await readdir(folder).catch(() => [])).filter((name) => SEGMENT_NAME.test(name)).toSorted();
    for (const name of names) {
      const data = await readFile(join(folder, name));
      const first = Number(SEGMENT_NAME.exec(name)?.[1]);
      spool.#segments.push({ name, first, bytes: data.length });
      spool.#bytes += data.length;
      spool.#next = first + parse(data).length;
    }
    if (names.length > 0) spool.#id = (await readFile(join(folder, 'id'), 'utf8')).trim();
    return spool;
  }

  /** Undefined until something was added. */
  get id(): string | undefined {
    return this.#id;
  }
  get empty(): boolean {
    return this.#segments.length === 0;
  }
  get bytes(): number {
    return this.#bytes;
  }

  /** Gives the place of the first entry. SpoolFullError: nothing was added. */
  add(entries: readonly Spooled[]): Promise<number> {
    return this.#turn(async () => {
      const parts = entries.map(frame);
      const size = parts.reduce((sum, part) => sum + part.length, 0);
      if (this.#bytes + size > this.#limit) throw new SpoolFullError(`the spool holds ${this.#bytes} of ${this.#limit} bytes`);
      try {
        const { file, segment } = await this.#current();
        await file.writev(parts);
        this.#unsynced = true;
        segment.bytes += size;
      } catch (error) {
        // what was half written ends its segment: the next entries go to another
        await this.#file?.close().catch(() => {});
        this.#file = undefined;
        if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw new SpoolFullError('the disk is full', { cause: error });
        throw error;
      }
      this.#bytes += size;
      const first = this.#next;
      this.#next += entries.length;
      return first;
    });
  }

  async #current() {
    const last = this.#segments.at(-1);
    if (this.#file && last && last.bytes < SEGMENT_BYTES) return { file: this.#file, segment: last };
    await this.#file?.datasync();
    await this.#file?.close();
    await mkdir(this.#folder, { recursive: true });
    if (this.#id === undefined) {
      const id = randomUUID();
      await writeFile(join(this.#folder, 'id'), id, { flush: true });
      this.#id = id;
    }
    // a segment of this name holds nothing whole, else the next place would be higher
    const segment = { name: `${String(this.#next).padStart(12, '0')}.seg`, first: this.#next, bytes: 0 };
    this.#segments = this.#segments.filter((one) => one.name !== segment.name);
    this.#file = await open(join(this.#folder, segment.name), 'w');
    this.#segments.push(segment);
    const folder = await open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
    return { file: this.#file, segment };
  }

  /** What was added so far is on the disk itself. */
  sync(): Promise<void> {
    return this.#turn(async () => {
      if (!this.#unsynced) return;
      this.#unsynced = false;
      await this.#file?.datasync();
    });
  }

  /** The oldest segment's entries; undefined when there is none. Later `add`s go to another segment. */
  oldest(): Promise<Segment | undefined> {
    return this.#turn(async () => {
      const segment = this.#segments[0];
      if (!segment) return undefined;
      if (this.#segments.length === 1) {
        await this.#file?.close();
        this.#file = undefined;
      }
      return { name: segment.name, first: segment.first, entries: parse(await readFile(join(this.#folder, segment.name))) };
    });
  }

  /** The log has this segment. Gives the id of the spool when this was all of it: it is gone, and what comes next is another spool. */
  remove(name: string): Promise<string | undefined> {
    return this.#turn(async () => {
      const segment = this.#segments.find((one) => one.name === name);
      if (!segment) return undefined;
      this.#segments = this.#segments.filter((one) => one !== segment);
      this.#bytes -= segment.bytes;
      await unlink(join(this.#folder, name));
      if (!this.empty) return undefined;
      const id = this.#id;
      await rm(this.#folder, { recursive: true, force: true });
      this.#id = undefined;
      this.#next = 1;
      return id;
    });
  }

  close(): Promise<void> {
    return this.#turn(async () => {
      if (this.#unsynced) await this.#file?.datasync();
      await this.#file?.close();
      this.#file = undefined;
    });
  }
}

function frame({ lane, seq, bytes }: Spooled): Buffer {
  const record = Buffer.alloc(HEADER + bytes.length);
  record.writeUInt32LE(bytes.length, 0);
  record.writeInt32LE(lane, 8);
  record.writeDoubleLE(seq, 12);
  record.set(bytes, HEADER);
  record.writeUInt32LE(crc32(record.subarray(8)), 4);
  return record;
}

function parse(data: Buffer): Spooled[] {
  const entries: Spooled[] = [];
  let at = 0;
  while (at + HEADER <= data.length) {
    const end = at + HEADER + data.readUInt32LE(at);
    if (end > data.length || crc32(data.subarray(at + 8, end)) !== data.readUInt32LE(at + 4)) break; // the torn end
    entries.push({ lane: data.readInt32LE(at + 8), seq: data.readDoubleLE(at + 12), bytes: data.subarray(at + HEADER, end) });
    at = end;
  }
  return entries;
}
