/**
 * Plain data (what structured clone copies, without cycles) to bytes and back, exactly: NaN, -0, undefined, typed arrays and
 * lone surrogates survive, which JSON would lose. Used for control events, outputs and program state.
 */
const T = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  f64: 4,
  i32: 5,
  utf8: 6,
  utf16: 7,
  array: 8,
  object: 9,
  bigint: 10,
  map: 11,
  set: 12,
  strings: 13,
} as const;

type Typed =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | BigInt64Array;
/** Tag of a typed array = 32 + place here. Appended to, never reordered: the order is in stored bytes. */
const TYPED = [
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
  BigInt64Array,
] as const;
const MAX_DEPTH = 200;
/** Texts up to this length are looked at character by character. */
const SHORT = 64;

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export class ByteWriter {
  private bytes: Uint8Array<ArrayBuffer>;
  private view: DataView;
  private at = 0;
  constructor(size = 256) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }
  private room(n: number): number {
    const at = this.at;
    if (at + n > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, at + n));
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    this.at = at + n;
    return at;
  }
  u8(v: number): void {
    const at = this.room(1);
    this.bytes[at] = v;
  }
  u32(v: number): void {
    const at = this.room(4);
    this.view.setUint32(at, v, true);
  }
  i32(v: number): void {
    const at = this.room(4);
    this.view.setInt32(at, v, true);
  }
  f64(v: number): void {
    const at = this.room(8);
    this.view.setFloat64(at, v, true);
  }
  raw(v: Uint8Array): void {
    const at = this.room(v.length);
    this.bytes.set(v, at);
  }
  /** UTF-8 with its length; text that is no well-formed Unicode is kept as UTF-16. */
  text(s: string): void {
    if (s.length <= SHORT && this.ascii(s)) return;
    if (s.isWellFormed()) {
      const b = encoder.encode(s);
      this.u8(T.utf8);
      this.u32(b.length);
      this.raw(b);
    } else {
      this.u8(T.utf16);
      this.u32(s.length * 2);
      const units = new Uint8Array(s.length * 2);
      for (let i = 0; i < s.length; i++) {
        const unit = s.charCodeAt(i);
        units[i * 2] = unit & 255;
        units[i * 2 + 1] = unit >>> 8;
      }
      this.raw(units);
    }
  }
  /** Names of fields, mostly: as UTF-8 without the encoder, which costs more than they do. False = not written, it is no ASCII. */
  private ascii(s: string): boolean {
    const n = s.length;
    const at = this.room(5 + n);
    for (let i = 0; i < n; i++) {
      const unit = s.charCodeAt(i);
      if (unit > 127) {
        this.at = at;
        return false;
      }
      this.bytes[at + 5 + i] = unit;
    }
    this.bytes[at] = T.utf8;
    this.view.setUint32(at + 1, n, true);
    return true;
  }
  value(v: unknown, depth = 0): void {
    if (depth > MAX_DEPTH) throw new RangeError(`value nested deeper than ${MAX_DEPTH}`);
    switch (typeof v) {
      case 'undefined':
        this.u8(T.undefined);
        return;
      case 'boolean':
        this.u8(v ? T.true : T.false);
        return;
      case 'number':
        if (Number.isInteger(v) && v >= -0x8000_0000 && v <= 0x7fff_ffff && !Object.is(v, -0)) {
          this.u8(T.i32);
          this.i32(v);
        } else {
          this.u8(T.f64);
          this.f64(v);
        }
        return;
      case 'string':
        this.text(v);
        return;
      case 'bigint':
        this.u8(T.bigint);
        this.text(v.toString());
        return;
      case 'object':
        this.reference(v, depth);
        return;
      default:
        throw new TypeError(`a ${typeof v} cannot be stored`);
    }
  }
  private reference(v: object | null, depth: number): void {
    if (v === null) {
      this.u8(T.null);
      return;
    }
    if (ArrayBuffer.isView(v)) {
      const kind = TYPED.findIndex((C) => v instanceof C);
      if (kind < 0) throw new TypeError(`${v.constructor.name} cannot be stored`);
      this.u8(32 + kind);
      this.u32(v.byteLength);
      this.raw(new Uint8Array(v.buffer, v.byteOffset, v.byteLength));
      return;
    }
    if (Array.isArray(v)) {
      if (v.length > 3 && v.every((x) => typeof x === 'string')) {
        this.strings(v as string[]);
        return;
      }
      this.u8(T.array);
      this.u32(v.length);
      for (const x of v) this.value(x, depth + 1);
      return;
    }
    if (v instanceof Map || v instanceof Set) {
      this.u8(v instanceof Map ? T.map : T.set);
      this.u32(v.size);
      for (const x of v) this.value(x, depth + 1);
      return;
    }
    const keys = Object.keys(v);
    this.u8(T.object);
    this.u32(keys.length);
    for (const k of keys) {
      this.text(k);
      this.value((v as Record<string, unknown>)[k], depth + 1);
    }
  }
  /** Dictionary-coded: keys and categories repeat. */
  private strings(v: readonly string[]): void {
    const codes = new Map<string, number>();
    for (const s of v) if (!codes.has(s)) codes.set(s, codes.size);
    this.u8(T.strings);
    this.u32(v.length);
    this.u32(codes.size);
    for (const s of codes.keys()) this.text(s);
    if (codes.size > 1) for (const s of v) this.u32(codes.get(s) ?? 0);
  }
  done(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.at);
  }
}

export class ByteReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at: number;
  constructor(bytes: Uint8Array, at = 0) {
    // never a Buffer: its slice is a view, not a copy
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
  }
  private take(n: number): number {
    const at = this.at;
    if (at + n > this.bytes.length) throw new RangeError(`stored value cut short at byte ${at}`);
    this.at = at + n;
    return at;
  }
  u8(): number {
    return this.view.getUint8(this.take(1));
  }
  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }
  i32(): number {
    return this.view.getInt32(this.take(4), true);
  }
  f64(): number {
    return this.view.getFloat64(this.take(8), true);
  }
  text(): string {
    const v = this.value();
    if (typeof v !== 'string') throw new TypeError('stored value: text expected');
    return v;
  }
  value(): unknown {
    const tag = this.u8();
    switch (tag) {
      case T.undefined:
        return undefined;
      case T.null:
        return null;
      case T.false:
        return false;
      case T.true:
        return true;
      case T.f64:
        return this.f64();
      case T.i32:
        return this.i32();
      case T.utf8:
      case T.utf16: {
        const n = this.u32();
        const at = this.take(n);
        if (tag === T.utf8) return utf8.decode(this.bytes.subarray(at, at + n));
        let s = '';
        for (let i = at; i < at + n; i += 2) s += String.fromCharCode((this.bytes[i] ?? 0) | ((this.bytes[i + 1] ?? 0) << 8));
        return s;
      }
      case T.bigint:
        return BigInt(this.text());
      case T.array: {
        const n = this.u32();
        const out: unknown[] = [];
        for (let i = 0; i < n; i++) out.push(this.value());
        return out;
      }
      case T.map: {
        const n = this.u32();
        const out = new Map<unknown, unknown>();
        for (let i = 0; i < n; i++) {
          const [k, v] = this.value() as [unknown, unknown];
          out.set(k, v);
        }
        return out;
      }
      case T.set: {
        const n = this.u32();
        const out = new Set<unknown>();
        for (let i = 0; i < n; i++) out.add(this.value());
        return out;
      }
      case T.strings: {
        const n = this.u32();
        const words: string[] = [];
        for (let i = this.u32(); i > 0; i--) words.push(this.text());
        const out: string[] = [];
        for (let i = 0; i < n; i++) out.push(words[words.length > 1 ? this.u32() : 0] as string);
        return out;
      }
      case T.object: {
        const n = this.u32();
        const out: Record<string, unknown> = {};
        for (let i = 0; i < n; i++) {
          const k = this.text();
          const v = this.value();
          // a field called __proto__ must stay data
          if (k === '__proto__')
            Object.defineProperty(out, k, { value: v, enumerable: true, configurable: true, writable: true });
          else out[k] = v;
        }
        return out;
      }
      default: {
        const C = TYPED[tag - 32];
        if (!C) throw new TypeError(`stored value: unknown tag ${tag}`);
        const n = this.u32();
        const at = this.take(n);
        const copy = this.bytes.slice(at, at + n);
        return new C(copy.buffer, 0, n / C.BYTES_PER_ELEMENT) as Typed;
      }
    }
  }
}

export function encodeValue(v: unknown): Uint8Array<ArrayBuffer> {
  const w = new ByteWriter();
  w.value(v);
  return w.done();
}
export const decodeValue = (bytes: Uint8Array): unknown => new ByteReader(bytes).value();

/** Byte 0 of a program's saved state. */
const STATE_FORMAT = 1;

/** A program's state as bytes, in one place for every host. */
export function encodeState(state: unknown): Uint8Array {
  const w = new ByteWriter(1024);
  w.u8(STATE_FORMAT);
  w.value(state);
  return w.done();
}
/** @throws RangeError for another format */
export function decodeState(bytes: Uint8Array): unknown {
  if (bytes[0] !== STATE_FORMAT)
    throw new RangeError(`saved state of format ${bytes[0] ?? 'none'}; this version reads format ${STATE_FORMAT}`);
  return new ByteReader(bytes, 1).value();
}
