/**
 * Log entries as bytes. Byte 0 is the form's version, byte 1 the kind; the rest belongs to the kind. Samples are columns of fixed width,
 * because they are most of the log; the other kinds use the general value codec. Everything comes back exactly.
 *
 * samples: 0 version, 1 kind, 2 flags, 3 origin, 4 u32 n, 8 f64 at, 16 f64 time base, 24 f64 value[n],
 *          then times (none: all at the base | i32 offset[n] | f64[n], padded), i32 tag[n], u8 quality[n], other values,
 *          f64 received, and last the prints of messages u64[…] with their count u32 at the very end
 * control, outputs: 0 version, 1 kind, 2 f64 at, 10 value
 */
import type { ColumnSchema, Origin, WireSchema } from '#runtime/batch/schema.ts';
import { ORIGINS } from '#runtime/batch/schema.ts';
import { ByteReader, ByteWriter, encodeValue } from '#runtime/batch/value-codec.ts';
import type { ControlEvent, LogEntry, OutputColumns, OutputsEntry, SamplesEntry } from './contract.ts';

const VERSION = 1;
const KIND = { samples: 1, control: 2, outputs: 3 } as const;
/** What stands in the place of a version or a kind and is greater than this is no later one: the bytes are damaged. */
const MOST_LATER = 32;
const FLAG = { offsets: 1, times: 2, quality: 4, other: 8, messages: 16, received: 32 } as const;

/** Bytes that this version of the product cannot read; `code` is stable. */
export class LogFormatError extends Error {
  readonly code: 'LOG_VERSION_UNKNOWN' | 'LOG_ENTRY_DAMAGED';
  constructor(code: LogFormatError['code'], message: string) {
    super(message);
    this.name = 'LogFormatError';
    this.code = code;
  }
}

/** Records in an entry, as counted in the log's column `n`. */
export const recordsOf = (entry: LogEntry): number =>
  entry.kind === 'samples' ? entry.n : entry.kind === 'control' ? 1 : entry.outputs.reduce((sum, o) => sum + o.n, 0);

export function pack(entry: LogEntry): Buffer<ArrayBuffer> {
  if (entry.kind === 'samples') return packSamples(entry);
  const w = new ByteWriter();
  w.u8(VERSION);
  w.u8(KIND[entry.kind]);
  w.f64(entry.at);
  w.value(entry.kind === 'control' ? entry.event : [entry.shardId, entry.step, entry.outputs.map(packOutput)]);
  return asBuffer(w.done());
}

/** `at` given: the time that the log's own column has (control entries are stamped by the database). */
export function unpack(bytes: Uint8Array, at?: number): LogEntry {
  const version = bytes[0];
  if (version !== VERSION)
    throw new LogFormatError(later(version), `log entry of format ${version}; this version reads format ${VERSION}`);
  try {
    if (bytes[1] === KIND.samples) return unpackSamples(bytes, at);
    const r = new ByteReader(bytes, 2);
    const stamped = r.f64();
    if (bytes[1] === KIND.control) return { kind: 'control', at: at ?? stamped, event: r.value() as ControlEvent };
    if (bytes[1] === KIND.outputs) {
      const [shardId, step, outputs] = r.value() as [number, number, PackedOutput[]];
      return { kind: 'outputs', at: at ?? stamped, shardId, step, outputs: outputs.map(unpackOutput) } satisfies OutputsEntry;
    }
  } catch (error) {
    throw new LogFormatError('LOG_ENTRY_DAMAGED', `log entry cannot be read: ${(error as Error).message}`);
  }
  throw new LogFormatError(later(bytes[1]), `log entry of unknown kind ${bytes[1]}`);
}

const later = (byte: number | undefined): LogFormatError['code'] =>
  byte !== undefined && byte > 0 && byte <= MOST_LATER ? 'LOG_VERSION_UNKNOWN' : 'LOG_ENTRY_DAMAGED';

function packSamples(e: SamplesEntry): Buffer<ArrayBuffer> {
  const { n } = e;
  const base = n > 0 ? (e.time[0] ?? 0) : 0;
  let mode: 'one' | 'offsets' | 'times' = 'one';
  for (let i = 0; i < n && mode !== 'times'; i++) {
    const t = e.time[i] ?? 0;
    if (Object.is(t, base)) continue;
    const offset = t - base;
    mode = (offset | 0) === offset && Object.is(base + offset, t) ? 'offsets' : 'times';
  }
  const other = e.other && Object.keys(e.other).length > 0 ? encodeValue(e.other) : undefined;
  const width = mode === 'one' ? 0 : mode === 'offsets' ? 4 : 8;
  const { messages, received } = e;
  const printed = messages?.length ? 8 * messages.length + 4 : 0;
  const trailer = printed + (received === undefined ? 0 : 8);
  const size = 24 + n * (8 + width + 4 + (e.quality ? 1 : 0)) + (other?.length ?? 0) + trailer;
  const b = Buffer.allocUnsafeSlow(size);
  b[0] = VERSION;
  b[1] = KIND.samples;
  b[2] =
    (mode === 'offsets' ? FLAG.offsets : mode === 'times' ? FLAG.times : 0) |
    (e.quality ? FLAG.quality : 0) |
    (other ? FLAG.other : 0) |
    (printed ? FLAG.messages : 0) |
    (received === undefined ? 0 : FLAG.received);
  b[3] = ORIGINS.indexOf(e.origin);
  b.writeUInt32LE(n, 4);
  b.writeDoubleLE(e.at, 8);
  b.writeDoubleLE(base, 16);
  new Float64Array(b.buffer, 24, n).set(e.value.subarray(0, n));
  let o = 24 + 8 * n;
  if (mode === 'times') new Float64Array(b.buffer, o, n).set(e.time.subarray(0, n));
  if (mode === 'offsets') {
    const offsets = new Int32Array(b.buffer, o, n);
    for (let i = 0; i < n; i++) offsets[i] = (e.time[i] ?? 0) - base;
  }
  o += width * n;
  new Int32Array(b.buffer, o, n).set(e.tag.subarray(0, n));
  o += 4 * n;
  if (e.quality) {
    b.set(e.quality.subarray(0, n), o);
    o += n;
  }
  if (other) b.set(other, o);
  if (received !== undefined) b.writeDoubleLE(received, size - trailer);
  if (messages && printed) {
    messages.forEach((print, i) => {
      b.writeBigUInt64LE(print, size - printed + 8 * i);
    });
    b.writeUInt32LE(messages.length, size - 4);
  }
  return b;
}

function unpackSamples(bytes: Uint8Array, at: number | undefined): SamplesEntry {
  const b = aligned(bytes);
  const flags = b[2] ?? 0;
  const n = b.readUInt32LE(4);
  const base = b.readDoubleLE(16);
  const width = 12 + (flags & FLAG.times ? 8 : flags & FLAG.offsets ? 4 : 0) + (flags & FLAG.quality ? 1 : 0);
  if (b.length < 24 + width * n) throw new Error(`${b.length} bytes cannot hold ${n} samples`);
  let o = b.byteOffset + 24;
  const value = new Float64Array(b.buffer, o, n);
  o += 8 * n;
  let time: Float64Array;
  if (flags & FLAG.times) {
    time = new Float64Array(b.buffer, o, n);
    o += 8 * n;
  } else {
    time = new Float64Array(n).fill(base);
    if (flags & FLAG.offsets) {
      const offsets = new Int32Array(b.buffer, o, n);
      for (let i = 0; i < n; i++) time[i] = base + (offsets[i] ?? 0);
      o += 4 * n;
    }
  }
  const tag = new Int32Array(b.buffer, o, n);
  o += 4 * n;
  let quality: Uint8Array | undefined;
  if (flags & FLAG.quality) {
    quality = new Uint8Array(b.buffer, o, n);
    o += n;
  }
  const origin = ORIGINS[b[3] ?? 255];
  if (!origin) throw new Error(`unknown origin ${b[3]}`);
  const messages = flags & FLAG.messages ? prints(b) : undefined;
  const end = b.length - (messages ? 8 * messages.length + 4 : 0);
  return {
    kind: 'samples',
    at: at ?? b.readDoubleLE(8),
    ...(flags & FLAG.received ? { received: b.readDoubleLE(end - 8) } : {}),
    origin,
    n,
    tag,
    time,
    value,
    ...(quality ? { quality } : {}),
    ...(flags & FLAG.other ? { other: new ByteReader(b, o - b.byteOffset).value() as SamplesEntry['other'] } : {}),
    ...(messages ? { messages } : {}),
  } as SamplesEntry;
}

function prints(b: Buffer): BigUint64Array {
  const count = b.readUInt32LE(b.length - 4);
  const start = b.length - 4 - 8 * count;
  if (start < 24) throw new Error(`${b.length} bytes cannot hold ${count} prints`);
  return BigUint64Array.from({ length: count }, (_, i) => b.readBigUInt64LE(start + 8 * i));
}

type PackedOutput = [
  name: string,
  kind: WireSchema['kind'],
  names: string[],
  schemas: ColumnSchema[],
  origin: number,
  n: number,
  time: Float64Array,
  key: string[],
  columns: unknown[],
  quality: unknown[],
];
const packOutput = (o: OutputColumns): PackedOutput => [
  o.name,
  o.schema.kind,
  Object.keys(o.schema.columns),
  Object.values(o.schema.columns),
  ORIGINS.indexOf(o.origin),
  o.n,
  o.time,
  o.key as string[],
  o.columns as unknown[],
  o.quality as unknown[],
];
const unpackOutput = ([name, kind, names, schemas, origin, n, time, key, columns, quality]: PackedOutput): OutputColumns => ({
  name,
  schema: { kind, columns: Object.fromEntries(names.map((c, i) => [c, schemas[i] as ColumnSchema])) },
  origin: ORIGINS[origin] as Origin,
  n,
  time,
  key,
  columns: columns as OutputColumns['columns'],
  quality: quality as OutputColumns['quality'],
});

const asBuffer = (b: Uint8Array<ArrayBuffer>) => Buffer.from(b.buffer, b.byteOffset, b.length);
/** Typed arrays need their place in memory; small buffers of Node's pool start anywhere. */
function aligned(bytes: Uint8Array): Buffer {
  if (bytes.byteOffset % 8 === 0) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const b = Buffer.allocUnsafeSlow(bytes.length);
  b.set(bytes);
  return b;
}
