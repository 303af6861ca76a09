/**
 * A day of an organization's log as a file: its entries as they were packed, in the order in which they arrived (append time, then lane,
 * then number), in blocks that can be read alone.
 *
 * `MWLA` u8 version | zstd blocks | zstd JSON index | u32 length of the index | `MWLA`
 * block: entries one after the other: i32 lane, f64 seq, f64 at, u32 n, u16 lanes of `upto` (65535: none), f64 upto[], u32 length, data
 */
import { type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { LogFormatError } from './entry.ts';

export interface ArchivedEntry {
  readonly lane: number;
  readonly seq: number;
  /** Append time, epoch ms. */
  readonly at: number;
  readonly n: number;
  readonly upto: readonly number[] | null;
  readonly data: Buffer;
}
/** First and last number and append time of a lane in a block. */
type LaneSpan = readonly [lane: number, first: number, last: number, firstAt: number, lastAt: number];
export interface ArchiveBlock {
  readonly offset: number;
  readonly length: number;
  readonly raw: number;
  readonly lanes: readonly LaneSpan[];
}
export interface ArchiveIndex {
  readonly entries: number;
  readonly blocks: readonly ArchiveBlock[];
}

const MAGIC = Buffer.from('MWLA');
const VERSION = 1;
/** Large enough to compress well, small enough that one entry costs no more than 5 ms to reach. */
const BLOCK_BYTES = 1 << 20;
const NO_UPTO = 0xffff;
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/** Writes the file whole or not at all: it appears under its name when everything is on disk. Gives its size and how many entries it holds. */
export async function writeArchive(
  path: string,
  pages: AsyncIterable<readonly ArchivedEntry[]>,
): Promise<{ entries: number; bytes: number }> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.part`;
  const file = await open(temporary, 'w');
  try {
    const blocks: ArchiveBlock[] = [];
    let at = 0;
    let entries = 0;
    const write = async (bytes: Buffer) => {
      await file.write(bytes);
      at += bytes.length;
    };
    await write(Buffer.concat([MAGIC, Buffer.of(VERSION)]));
    let block = new BlockWriter();
    const flush = async () => {
      if (block.size === 0) return;
      const packed = zstdCompressSync(Buffer.concat(block.parts), ZSTD);
      blocks.push({ offset: at, length: packed.length, raw: block.size, lanes: block.spans() });
      await write(packed);
      block = new BlockWriter();
    };
    for await (const page of pages)
      for (const entry of page) {
        block.add(entry);
        entries++;
        if (block.size >= BLOCK_BYTES) await flush();
      }
    await flush();
    const index = zstdCompressSync(Buffer.from(JSON.stringify({ entries, blocks } satisfies ArchiveIndex)), ZSTD);
    await write(index);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(index.length);
    await write(Buffer.concat([length, MAGIC]));
    await file.sync();
    await file.close();
    await rename(temporary, path);
    await syncFolder(folder);
    return { entries, bytes: at };
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

class BlockWriter {
  readonly parts: Buffer[] = [];
  size = 0;
  private readonly lanes = new Map<number, [number, number, number, number, number]>();

  add({ lane, seq, at, n, upto, data }: ArchivedEntry): void {
    const head = Buffer.alloc(30 + 8 * (upto?.length ?? 0));
    let o = head.writeInt32LE(lane);
    o = head.writeDoubleLE(seq, o);
    o = head.writeDoubleLE(at, o);
    o = head.writeUInt32LE(n, o);
    o = head.writeUInt16LE(upto ? upto.length : NO_UPTO, o);
    for (const seen of upto ?? []) o = head.writeDoubleLE(seen, o);
    head.writeUInt32LE(data.length, o);
    this.parts.push(head, data);
    this.size += head.length + data.length;
    const span = this.lanes.get(lane);
    if (span) {
      span[2] = seq;
      span[4] = at;
    } else this.lanes.set(lane, [lane, seq, seq, at, at]);
  }
  spans(): readonly LaneSpan[] {
    return [...this.lanes.values()];
  }
}

export interface ArchiveFile {
  readonly index: ArchiveIndex;
  /** The entries of a block, in arrival order. */
  read(block: ArchiveBlock): Promise<ArchivedEntry[]>;
  close(): Promise<void>;
}

export async function openArchive(path: string): Promise<ArchiveFile> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = await bytesAt(file, 0, 5, path);
    const end = await bytesAt(file, size - 8, 8, path);
    if (!start.subarray(0, 4).equals(MAGIC) || !end.subarray(4).equals(MAGIC))
      throw new LogFormatError('LOG_ENTRY_DAMAGED', `${path} is no whole archive of the log`);
    if (start[4] !== VERSION)
      throw new LogFormatError('LOG_VERSION_UNKNOWN', `${path} has format ${start[4]}; this version reads format ${VERSION}`);
    const length = end.readUInt32LE();
    const packed = await bytesAt(file, size - 8 - length, length, path);
    const index = JSON.parse(zstdDecompressSync(packed).toString('utf8')) as ArchiveIndex;
    return {
      index,
      read: async (block) => {
        const raw = zstdDecompressSync(await bytesAt(file, block.offset, block.length, path), { maxOutputLength: block.raw });
        return entriesOf(raw);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function bytesAt(file: FileHandle, at: number, length: number, path: string): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = at < 0 ? { bytesRead: -1 } : await file.read(bytes, 0, length, at);
  if (bytesRead !== length) throw new LogFormatError('LOG_ENTRY_DAMAGED', `${path} is cut off`);
  return bytes;
}

function entriesOf(raw: Buffer): ArchivedEntry[] {
  const entries: ArchivedEntry[] = [];
  for (let o = 0; o < raw.length; ) {
    const lane = raw.readInt32LE(o);
    const seq = raw.readDoubleLE(o + 4);
    const at = raw.readDoubleLE(o + 12);
    const n = raw.readUInt32LE(o + 20);
    const count = raw.readUInt16LE(o + 24);
    o += 26;
    let upto: number[] | null = null;
    if (count !== NO_UPTO) {
      upto = [];
      for (let i = 0; i < count; i++, o += 8) upto.push(raw.readDoubleLE(o));
    }
    const length = raw.readUInt32LE(o);
    o += 4;
    entries.push({ lane, seq, at, n, upto, data: raw.subarray(o, o + length) });
    o += length;
  }
  return entries;
}
