import { type Address, WIDTH } from './address.ts';

/** Bytes of the registers, as they came (two bytes a register, big-endian), put into standard order. */
function ordered(raw: Buffer, order: Address['order']): Buffer {
  const out = Buffer.from(raw);
  if (order === 'badc' || order === 'dcba') out.swap16();
  if (order === 'cdab' || order === 'dcba') {
    const words = out.length / 2;
    const copy = Buffer.from(out);
    for (let i = 0; i < words; i++) copy.copy(out, 2 * i, 2 * (words - 1 - i), 2 * (words - i));
  }
  return out;
}

/** `raw` starts at the address's register. */
export function decode(address: Address, raw: Buffer): number {
  const width = WIDTH[address.type];
  if (raw.length < width * 2) throw new RangeError(`${width} registers needed, ${raw.length / 2} came`);
  const bytes = ordered(raw.subarray(0, width * 2), address.order);
  switch (address.type) {
    case 'int16':
      return bytes.readInt16BE();
    case 'uint16':
      return bytes.readUInt16BE();
    case 'int32':
      return bytes.readInt32BE();
    case 'uint32':
      return bytes.readUInt32BE();
    case 'float32':
      return bytes.readFloatBE();
    case 'float64':
      return bytes.readDoubleBE();
    case 'bool':
      return bytes.readUInt16BE() ? 1 : 0;
  }
}

const RANGE = {
  bool: [0, 1],
  int16: [-0x8000, 0x7fff],
  uint16: [0, 0xffff],
  int32: [-0x8000_0000, 0x7fff_ffff],
  uint32: [0, 0xffff_ffff],
} as const;

/** Registers of a value; undefined when the type cannot hold it. Integers are rounded to the nearest. */
export function encode(address: Address, value: number): number[] | undefined {
  if (!Number.isFinite(value)) return undefined;
  const bytes = Buffer.alloc(WIDTH[address.type] * 2);
  if (address.type === 'float32') {
    if (!Number.isFinite(Math.fround(value))) return undefined;
    bytes.writeFloatBE(value);
  } else if (address.type === 'float64') bytes.writeDoubleBE(value);
  else {
    const whole = Math.round(value);
    const [low, high] = RANGE[address.type];
    if (whole < low || whole > high) return undefined;
    if (address.type === 'int16') bytes.writeInt16BE(whole);
    else if (address.type === 'int32') bytes.writeInt32BE(whole);
    else if (address.type === 'uint32') bytes.writeUInt32BE(whole);
    else bytes.writeUInt16BE(whole);
  }
  // swapping words and bytes is its own inverse
  const wire = ordered(bytes, address.order);
  return Array.from({ length: wire.length / 2 }, (_, i) => wire.readUInt16BE(2 * i));
}
