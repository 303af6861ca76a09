/**
 * One column of float64 numbers as bytes, exact to the last bit. The smallest fitting form is taken:
 *
 * | form | holds | body |
 * |---|---|---|
 * | 0 | one value n times | f64 |
 * | 1 | a + i·b, verified for every i | f64 a, f64 b |
 * | 2, 3 | decimals of 0..6 places (3: the float32 nearest to such a decimal, a PLC's REAL) | u8 places, u8 order, f64 first, f64 slope, u8 width, byte planes |
 * | 4 | anything, NaN payloads and -0 included | 8 byte planes |
 * | 5 | binary fractions of 0..40 places: any float32 of a usual size | as 2 |
 *
 * Decimals are kept as integers, differenced once or twice, zigzagged and laid out as byte planes, which zstd then shrinks:
 * 0.5 to 4 bytes a sample on plant data before anything clever is tried.
 */
const POWERS = [1, 10, 100, 1000, 1e4, 1e5, 1e6] as const;
const CONSTANT = 0;
const REGULAR = 1;
const DECIMAL = 2;
const DECIMAL32 = 3;
const PLANES = 4;
const BINARY = 5;
const MOST_BINARY_PLACES = 40;

/** Grows as it is written to; one per chunk. */
export class ByteWriter {
  private buffer = new Uint8Array(4096);
  private view = new DataView(this.buffer.buffer);
  length = 0;

  private room(n: number): number {
    const at = this.length;
    if (at + n > this.buffer.length) {
      const grown = new Uint8Array(Math.max(at + n, this.buffer.length * 2));
      grown.set(this.buffer.subarray(0, at));
      this.buffer = grown;
      this.view = new DataView(grown.buffer);
    }
    this.length = at + n;
    return at;
  }
  u8(x: number): void {
    const at = this.room(1);
    this.buffer[at] = x;
  }
  u32(x: number): void {
    const at = this.room(4);
    this.view.setUint32(at, x, true);
  }
  f64(x: number): void {
    const at = this.room(8);
    this.view.setFloat64(at, x, true);
  }
  bytes(b: Uint8Array): void {
    const at = this.room(b.length);
    this.buffer.set(b, at);
  }
  /** A region to be filled in place. */
  reserve(n: number): Uint8Array {
    const at = this.room(n);
    return this.buffer.subarray(at, at + n);
  }
  done(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }
}

export class ByteReader {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  at = 0;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  u8(): number {
    return this.view.getUint8(this.at++);
  }
  u32(): number {
    const x = this.view.getUint32(this.at, true);
    this.at += 4;
    return x;
  }
  f64(): number {
    const x = this.view.getFloat64(this.at, true);
    this.at += 8;
    return x;
  }
  take(n: number): Uint8Array {
    if (this.at + n > this.bytes.length) throw new RangeError(`chunk ends ${this.at + n - this.bytes.length} bytes early`);
    const b = this.bytes.subarray(this.at, this.at + n);
    this.at += n;
    return b;
  }
}

const negativeZero = (x: number): boolean => x === 0 && 1 / x < 0;

/** Decimal places that give every value back exactly, or -1. */
function decimalPlaces(v: Float64Array): number {
  let d = 0;
  for (let i = 0; i < v.length; i++) {
    const x = v[i] as number;
    if (negativeZero(x)) return -1;
    while (d < POWERS.length && Math.round(x * (POWERS[d] as number)) / (POWERS[d] as number) !== x) d++;
    if (d === POWERS.length) return -1;
  }
  return d;
}
function decimalPlaces32(v: Float64Array): number {
  let d = 0;
  for (let i = 0; i < v.length; i++) {
    const x = v[i] as number;
    if (negativeZero(x) || Math.fround(x) !== x) return -1;
    while (d < POWERS.length && Math.fround(Math.round(x * (POWERS[d] as number)) / (POWERS[d] as number)) !== x) d++;
    if (d === POWERS.length) return -1;
  }
  return d;
}

/** Binary places that make every value a whole number, or -1. Scaling by a power of two is exact. */
function binaryPlaces(v: Float64Array): number {
  let d = 0;
  for (let i = 0; i < v.length; i++) {
    const x = v[i] as number;
    if (negativeZero(x) || !Number.isFinite(x)) return -1;
    while (d <= MOST_BINARY_PLACES && !Number.isInteger(x * 2 ** d)) d++;
    if (d > MOST_BINARY_PLACES) return -1;
  }
  return d;
}

const widthOf = (max: number): number => (max === 0 ? 0 : max < 0x100 ? 1 : max < 0x10000 ? 2 : max < 0x1000000 ? 3 : 4);
const INT31 = 2 ** 31;

/** Zigzagged first or second differences; undefined when one does not fit 32 bits or an integer is not exact. */
function differences(q: Float64Array, order: 1 | 2): { z: Uint32Array; max: number; slope: number } | undefined {
  const n = q.length;
  const z = new Uint32Array(n);
  const slope = order === 2 && n > 1 ? (q[1] as number) - (q[0] as number) : 0;
  let max = 0;
  let before = slope;
  for (let i = 1; i < n; i++) {
    const step = (q[i] as number) - (q[i - 1] as number);
    const e = order === 1 ? step : step - before;
    before = step;
    if (!(e > -INT31 && e < INT31)) return undefined;
    const zig = ((e << 1) ^ (e >> 31)) >>> 0;
    z[i] = zig;
    if (zig > max) max = zig;
  }
  return { z, max, slope };
}

export function encodeNumbers(out: ByteWriter, v: Float64Array): void {
  const n = v.length;
  if (n === 0) {
    out.u8(CONSTANT);
    out.f64(0);
    return;
  }
  const bits = new BigUint64Array(v.buffer, v.byteOffset, n);
  let constant = true;
  for (let i = 1; i < n && constant; i++) constant = bits[i] === bits[0];
  const first = v[0] as number;
  if (constant && !Number.isNaN(first)) {
    out.u8(CONSTANT);
    out.f64(first);
    return;
  }
  if (n > 2) {
    const b = (v[1] as number) - first;
    let regular = true;
    for (let i = 0; i < n && regular; i++) regular = Object.is(first + b * i, v[i]);
    if (regular && !Number.isNaN(first)) {
      out.u8(REGULAR);
      out.f64(first);
      out.f64(b);
      return;
    }
  }
  for (const [form, places, scale] of wholeForms(v)) {
    if (places < 0) continue;
    const q = new Float64Array(n);
    let exact = true;
    for (let i = 0; i < n && exact; i++) {
      q[i] = Math.round((v[i] as number) * scale(places));
      exact = Number.isSafeInteger(q[i]);
    }
    if (exact && encodeWhole(out, form, places, q)) return;
  }
  out.u8(PLANES);
  const source = new Uint8Array(v.buffer, v.byteOffset, n * 8);
  const planes = out.reserve(n * 8);
  for (let k = 0; k < 8; k++) for (let i = 0; i < n; i++) planes[k * n + i] = source[i * 8 + k] as number;
}

const tens = (places: number): number => POWERS[places] as number;
const twos = (places: number): number => 2 ** places;

/** Ways to make the values whole numbers, the likeliest first; each is only looked at when the one before did not do. */
function* wholeForms(v: Float64Array): Generator<readonly [form: number, places: number, scale: (places: number) => number]> {
  yield [DECIMAL, decimalPlaces(v), tens];
  yield [DECIMAL32, decimalPlaces32(v), tens];
  yield [BINARY, binaryPlaces(v), twos];
}

/** False, and nothing written, when differences do not fit 32 bits. */
function encodeWhole(out: ByteWriter, form: number, places: number, q: Float64Array): boolean {
  const n = q.length;
  const one = differences(q, 1);
  const two = differences(q, 2);
  // A wider plane costs more than anything zstd finds in it; at equal width plain differences carry less noise.
  const order = two && (!one || widthOf(two.max) < widthOf(one.max)) ? 2 : 1;
  const best = order === 2 ? two : one;
  if (!best) return false;
  const width = widthOf(best.max);
  out.u8(form);
  out.u8(places);
  out.u8(order);
  out.f64(q[0] as number);
  out.f64(best.slope);
  out.u8(width);
  const planes = out.reserve(width * n);
  for (let k = 0; k < width; k++) for (let i = 0; i < n; i++) planes[k * n + i] = ((best.z[i] as number) >>> (8 * k)) & 255;
  return true;
}

export function decodeNumbers(from: ByteReader, n: number): Float64Array {
  const v = new Float64Array(n);
  const form = from.u8();
  if (form === CONSTANT) return v.fill(from.f64());
  if (form === REGULAR) {
    const a = from.f64();
    const b = from.f64();
    for (let i = 0; i < n; i++) v[i] = a + b * i;
    return v;
  }
  if (form === DECIMAL || form === DECIMAL32 || form === BINARY) {
    const places = from.u8();
    const scale = form === BINARY ? twos(places) : tens(places);
    const order = from.u8();
    let q = from.f64();
    let step = from.f64();
    const width = from.u8();
    const planes = from.take(width * n);
    for (let i = 0; i < n; i++) {
      if (i > 0) {
        let z = 0;
        for (let k = 0; k < width; k++) z |= (planes[k * n + i] as number) << (8 * k);
        z >>>= 0;
        const e = (z >>> 1) ^ -(z & 1);
        if (order === 2) {
          step += e;
          q += step;
        } else q += e;
      }
      v[i] = q / scale;
    }
    if (form === DECIMAL32) for (let i = 0; i < n; i++) v[i] = Math.fround(v[i] as number);
    return v;
  }
  if (form !== PLANES) throw new RangeError(`unknown number form ${form}`);
  const bytes = new Uint8Array(v.buffer);
  const planes = from.take(n * 8);
  for (let k = 0; k < 8; k++) for (let i = 0; i < n; i++) bytes[i * 8 + k] = planes[k * n + i] as number;
  return v;
}
