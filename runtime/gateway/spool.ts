import { type FileHandle, mkdir, open, readdir, readFile, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** One entry on disk: lane, the number it was sent under when its fate is unknown (0 = none), and its packed bytes. */
export interface Spooled {
  readonly lane: number;
  readonly seq: number;
  readonly bytes: Uint8Array;
}

const HEADER = 20; // u32 length, u32 crc of the rest, i32 lane, f64 seq
const SEGMENT_BYTES = 8 << 20;

export class SpoolFullError extends Error {
  readonly code = 'SPOOL_FULL';
}

/**
 * Entries on disk while the log is away, in order, in segments that are deleted when the log has them. What `add` returned from is flushed to
 * the disk. A record that was half written when the machine lost power ends its segment; what is before it is whole (checksum).
 */
export class Spool {
  readonly #folder: string;
  readonly #limit: number;
  #segments: { readonly name: string; bytes: number }[] = [];
  #file: FileHandle | undefined;
  #bytes = 0;
  #next = 1;

  private constructor(folder: string, limit: number) {
    this.#folder = folder;
    this.#limit = limit;
  }

  /** Finds what an earlier process left. `limit`: bytes on disk. */
  static async open(folder: string, limit: number): Promise<Spool> {
    const spool = new Spool(folder, limit);
    const names = (await readdir(folder).catch(() => [])).filter((name) => /^\d{8}\.seg$/.test(name)).toSorted();
    for (const name of names) {
      const { length } = await readFile(join(folder, name));
      spool.#segments.push({ name, bytes: length });
      spool.#bytes += length;
      spool.#next = Number(name.slice(0, 8)) + 1;
    }
    return spool;
  }

  get empty(): boolean {
    return this.#segments.length === 0;
  }
  get bytes(): number {
    return this.#bytes;
  }

  async add(entries: readonly Spooled[]): Promise<void> {
    const parts = entries.map(frame);
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#bytes + size > this.#limit) throw new SpoolFullError(`the spool holds ${this.#bytes} of ${this.#limit} bytes`);
    let current = this.#segments.at(-1);
    if (!this.#file || !current || current.bytes >= SEGMENT_BYTES) {
      await this.#file?.close();
      await mkdir(this.#folder, { recursive: true });
      current = { name: `${String(this.#next++).padStart(8, '0')}.seg`, bytes: 0 };
      this.#file = await open(join(this.#folder, current.name), 'wx');
      this.#segments.push(current);
      const folder = await open(this.#folder, 'r');
      await folder.sync().finally(() => folder.close());
    }
    await this.#file.writev(parts);
    await this.#file.datasync();
    current.bytes += size;
    this.#bytes += size;
  }

  /** The oldest segment's entries; undefined when there is none. Later `add`s go to another segment. */
  async oldest(): Promise<{ readonly name: string; readonly entries: readonly Spooled[] } | undefined> {
    const segment = this.#segments[0];
    if (!segment) return undefined;
    if (this.#segments.length === 1) {
      await this.#file?.close();
      this.#file = undefined;
    }
    return { name: segment.name, entries: parse(await readFile(join(this.#folder, segment.name))) };
  }

  /** The log has this segment. */
  async remove(name: string): Promise<void> {
    const segment = this.#segments.find((one) => one.name === name);
    if (!segment) return;
    this.#segments = this.#segments.filter((one) => one !== segment);
    this.#bytes -= segment.bytes;
    await unlink(join(this.#folder, name));
    if (this.empty) await rm(this.#folder, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
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
