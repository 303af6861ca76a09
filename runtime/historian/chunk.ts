import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ByteReader, ByteWriter, decodeNumbers, encodeNumbers } from './numbers.ts';
import type { OtherValue, Samples } from './samples.ts';

/**
 * Samples of one series as bytes, exact: u8 form, u32 n, u32 length of the body, zstd-1 of the body. Body: time, append time,
 * sequence number and value as `numbers.ts` writes them, then quality, origin and the values that are no numbers.
 */
const FORM = 1;
// Level 1: the planes are already most of the gain; higher levels cost 3 to 20 times the CPU for a few percent.
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const ALL_SAME = 0;
const EACH = 1;

export function encodeChunk(s: Samples): Uint8Array {
  const body = new ByteWriter();
  encodeNumbers(body, s.time);
  encodeLag(body, s);
  encodeNumbers(body, s.seq);
  encodeNumbers(body, s.value);
  encodeCodes(body, s.quality);
  encodeCodes(body, s.origin);
  encodeOther(body, s.other);
  const raw = body.done();
  const packed = zstdCompressSync(raw, ZSTD);
  const head = new ByteWriter();
  head.u8(FORM);
  head.u32(s.n);
  head.u32(raw.length);
  head.bytes(packed);
  return head.done();
}

export function decodeChunk(bytes: Uint8Array): Samples {
  const head = new ByteReader(bytes);
  const form = head.u8();
  if (form !== FORM) throw new RangeError(`unknown chunk form ${form}; this version reads ${FORM}`);
  const n = head.u32();
  const length = head.u32();
  const raw = zstdDecompressSync(head.take(bytes.length - head.at), { maxOutputLength: Math.max(length, 1) });
  if (raw.length !== length) throw new RangeError(`chunk body has ${raw.length} bytes, ${length} were written`);
  const body = new ByteReader(raw);
  const time = decodeNumbers(body, n);
  const at = decodeLag(body, time);
  const seq = decodeNumbers(body, n);
  const value = decodeNumbers(body, n);
  const quality = decodeCodes(body, n);
  const origin = decodeCodes(body, n);
  return { n, time, at, seq, value, quality, origin, other: decodeOther(body) };
}

/** Append time as its distance from event time where adding gives it back exactly (whole milliseconds do), else as itself. */
function encodeLag(out: ByteWriter, s: Samples): void {
  const lag = new Float64Array(s.n);
  let exact = true;
  for (let i = 0; i < s.n && exact; i++) {
    lag[i] = (s.at[i] as number) - (s.time[i] as number);
    exact = Object.is((s.time[i] as number) + (lag[i] as number), s.at[i]);
  }
  out.u8(exact ? 1 : 0);
  encodeNumbers(out, exact ? lag : s.at);
}
function decodeLag(from: ByteReader, time: Float64Array): Float64Array {
  const relative = from.u8() === 1;
  const at = decodeNumbers(from, time.length);
  if (relative) for (let i = 0; i < at.length; i++) at[i] = (time[i] as number) + (at[i] as number);
  return at;
}

function encodeCodes(out: ByteWriter, codes: Uint8Array): void {
  if (codes.every((c) => c === codes[0])) {
    out.u8(ALL_SAME);
    out.u8(codes[0] ?? 0);
  } else {
    out.u8(EACH);
    out.bytes(codes);
  }
}
function decodeCodes(from: ByteReader, n: number): Uint8Array {
  return from.u8() === ALL_SAME ? new Uint8Array(n).fill(from.u8()) : new Uint8Array(from.take(n));
}

/** JSON with each distinct value once; numeric columns of frames stand behind it in the exact number form, as `{"$": index}`. */
function encodeOther(out: ByteWriter, other: ReadonlyMap<number, OtherValue>): void {
  const columns: Float64Array[] = [];
  const words = new Map<string, number>();
  const rows: number[] = [];
  for (const [row, value] of other) {
    const text =
      'frame' in value
        ? JSON.stringify({
            frame: Object.fromEntries(
              Object.entries(value.frame).map(([name, column]) => [
                name,
                column instanceof Float64Array ? { $: columns.push(column) - 1, n: column.length } : column,
              ]),
            ),
          })
        : JSON.stringify(value);
    const word = words.get(text) ?? words.size;
    words.set(text, word);
    rows.push(row, word);
  }
  const json = new TextEncoder().encode(other.size ? `[[${[...words.keys()].join(',')}],${JSON.stringify(rows)}]` : '');
  out.u32(json.length);
  out.bytes(json);
  for (const column of columns) encodeNumbers(out, column);
}
function decodeOther(from: ByteReader): Map<number, OtherValue> {
  const other = new Map<number, OtherValue>();
  const length = from.u32();
  if (length === 0) return other;
  const [words, rows] = JSON.parse(new TextDecoder().decode(from.take(length))) as [StoredOther[], number[]];
  const lengths: number[] = [];
  for (const word of words)
    if ('frame' in word) for (const c of Object.values(word.frame)) if (!Array.isArray(c)) lengths[c.$] = c.n;
  const columns = lengths.map((n) => decodeNumbers(from, n));
  const values = words.map((word): OtherValue => {
    if (!('frame' in word)) return word;
    const frame = Object.entries(word.frame).map(([name, c]) => [name, Array.isArray(c) ? c : (columns[c.$] as Float64Array)]);
    return { frame: Object.fromEntries(frame) };
  });
  for (let i = 0; i < rows.length; i += 2) other.set(rows[i] as number, values[rows[i + 1] as number] as OtherValue);
  return other;
}
type StoredOther = Exclude<OtherValue, { frame: unknown }> | { frame: Record<string, unknown[] | { $: number; n: number }> };
