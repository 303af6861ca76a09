import type { Address } from './address.ts';

/** Bytes of the registers, as they came (two bytes a register, big-endian), put into standard order; its own inverse. */
function ordered(raw: Buffer, order: Address['order'], words: boolean): Buffer {
  const out = Buffer.from(raw);
  if (order === 'badc' || order === 'dcba') out.swap16();
  if (words && (order === 'cdab' || order === 'dcba')) {
    const count = out.length / 2;
    const copy = Buffer.from(out);
    for (let i = 0; i < count; i++) copy.copy(out, 2 * i, 2 * (count - 1 - i), 2 * (count - i));
  }
  return out;
}

/** `raw` starts at the address's register. A value that is none (a digit above 9 in BCD) is NaN; integers above 2^53 are rounded. */
export function decode({ type, width, order, bit }: Address, raw: Buffer): number | string {
  if (raw.length < width * 2) throw new RangeError(`${width} registers needed, ${raw.length / 2} came`);
  const bytes = ordered(raw.subarray(0, width * 2), order, type !== 'text');
  switch (type) {
    case 'int16':
      return bytes.readInt16BE();
    case 'uint16':
      return bytes.readUInt16BE();
    case 'int32':
      return bytes.readInt32BE();
    case 'uint32':
      return bytes.readUInt32BE();
    case 'int64':
      return Number(bytes.readBigInt64BE());
    case 'uint64':
      return Number(bytes.readBigUInt64BE());
    case 'float32':
      return bytes.readFloatBE();
    case 'float64':
      return bytes.readDoubleBE();
    case 'bcd16':
    case 'bcd32': {
      const digits = bytes.toString('hex');
      return /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
    }
    case 'bool':
      return bit === undefined ? Number(bytes.readUInt16BE() !== 0) : (bytes.readUInt16BE() >> bit) & 1;
    case 'text':
      return textOf(bytes);
  }
}

/** Up to the first NUL; UTF-8 where the bytes are that, else GB 18030. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  const own = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(own).trimEnd();
  } catch {
    return new TextDecoder('gb18030').decode(own).trimEnd();
  }
}

const RANGE = {
  bool: [0, 1],
  int16: [-0x8000, 0x7fff],
  uint16: [0, 0xffff],
  bcd16: [0, 9999],
  int32: [-0x8000_0000, 0x7fff_ffff],
  uint32: [0, 0xffff_ffff],
  bcd32: [0, 99_999_999],
  // what a number holds exactly
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint64: [0, Number.MAX_SAFE_INTEGER],
} as const;

/** Registers of a value; undefined when the type cannot hold it. Integers are rounded to the nearest. */
export function encode(address: Pick<Address, 'type' | 'width' | 'order'>, value: number | string): number[] | undefined {
  const { type, width, order } = address;
  const bytes = Buffer.alloc(width * 2);
  if (type === 'text') {
    const text = Buffer.from(String(value), 'utf8');
    if (text.length > bytes.length) return undefined;
    text.copy(bytes);
  } else if (!put(bytes, type, Number(value))) return undefined;
  const wire = ordered(bytes, order, type !== 'text');
  return Array.from({ length: wire.length / 2 }, (_, i) => wire.readUInt16BE(2 * i));
}

function put(bytes: Buffer, type: Exclude<Address['type'], 'text'>, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  if (type === 'float32') {
    if (!Number.isFinite(Math.fround(value))) return false;
    bytes.writeFloatBE(value);
    return true;
  }
  if (type === 'float64') {
    bytes.writeDoubleBE(value);
    return true;
  }
  const whole = Math.round(value);
  const [low, high] = RANGE[type];
  if (whole < low || whole > high) return false;
  if (type === 'int16') bytes.writeInt16BE(whole);
  else if (type === 'int32') bytes.writeInt32BE(whole);
  else if (type === 'uint32') bytes.writeUInt32BE(whole);
  else if (type === 'int64') bytes.writeBigInt64BE(BigInt(whole));
  else if (type === 'uint64') bytes.writeBigUInt64BE(BigInt(whole));
  else if (type === 'bcd16' || type === 'bcd32') bytes.write(String(whole).padStart(bytes.length * 2, '0'), 'hex');
  else bytes.writeUInt16BE(whole);
  return true;
}
