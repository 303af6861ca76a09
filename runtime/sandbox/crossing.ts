import type { NodeCounts, OutputRows, StepInput } from '#runtime/step/contract.ts';

/**
 * Rows cross the isolate's boundary through one area of memory that both sides see: V8 copies each typed array of an object for itself, and makes
 * and collects a buffer for each, which costs more than a step. The program never gets hold of the area: the other side (`crossing.guest.js`)
 * copies rows out of it before the program runs and into it afterwards. What is no row crosses as an object beside it, when there is any.
 *
 * The area holds: the number of integers in the shape, the shape, then from the next multiple of 8 doubles, integers, bytes.
 * Words that the isolate has once been told cross as their number, and so do the keys that the program has told.
 */
export interface InputRest {
  /** Words that are new to the isolate; they get the next numbers. */
  readonly words?: readonly string[];
  readonly boxed?: readonly (readonly unknown[])[];
  readonly answers?: StepInput['answers'];
}
export interface OutputRest {
  /** Rows that did not fit: laid out as in the area. */
  readonly buffer?: ArrayBuffer;
  /** Names of keys from number `from` on. */
  readonly names?: readonly string[];
  readonly from?: number;
  readonly boxed?: readonly (readonly unknown[])[];
}
export interface Unpacked {
  readonly outputs: OutputRows[];
  readonly wakeAt: number | null;
  readonly nodes?: NodeCounts;
}

/** Room for a step of a thousand rows; grows as needed. */
const SMALL = 64 << 10;
/** An area above this is given back after the step that needed it. */
const LARGE = 4 << 20;
const toEight = (bytes: number) => (bytes + 7) & ~7;

export class Crossing {
  #area: SharedArrayBuffer | undefined;
  #needed = SMALL;
  readonly #words = new Map<string, number>();
  readonly #keys: string[] = [];

  /** Lays the rows of a step into the area. `area` is given when the other side has not seen it yet. */
  pack(input: StepInput): { readonly area?: SharedArrayBuffer; readonly rest?: InputRest } {
    const shape = [input.n, input.sources.length, input.words.length];
    const words: string[] = [];
    for (const word of input.words) {
      let code = this.#words.get(word);
      if (code === undefined) {
        code = this.#words.size;
        this.#words.set(word, code);
        words.push(word);
      }
      shape.push(code);
    }
    const boxed: (readonly unknown[])[] = [];
    let [doubles, integers, bytes] = [input.n, 0, 0];
    for (const s of input.sources) {
      shape.push(s.source, s.n, s.columns.length);
      doubles += s.n;
      integers += 2 * s.n;
      for (const [c, column] of s.columns.entries()) {
        const numeric = column instanceof Float64Array;
        if (numeric) doubles += s.n;
        else boxed.push(column);
        if (s.quality[c]) bytes += s.n;
        shape.push((numeric ? 0 : 1) | (s.quality[c] ? 2 : 0));
      }
    }
    const start = toEight(4 + shape.length * 4);
    const fresh = this.#open(start + doubles * 8 + integers * 4 + bytes);
    const area = this.#area as SharedArrayBuffer;
    const head = new Int32Array(area, 0, shape.length + 1);
    head[0] = shape.length;
    head.set(shape, 1);
    const d = new Float64Array(area, start, doubles);
    const k = new Int32Array(area, start + doubles * 8, integers);
    const q = new Uint8Array(area, start + doubles * 8 + integers * 4, bytes);
    d.set(first(input.clock, input.n));
    let at = { d: input.n, k: 0, q: 0 };
    for (const s of input.sources) {
      d.set(first(s.time, s.n), at.d);
      k.set(first(s.row, s.n), at.k);
      k.set(first(s.key, s.n), at.k + s.n);
      at = { d: at.d + s.n, k: at.k + 2 * s.n, q: at.q };
      for (const [c, column] of s.columns.entries()) {
        const quality = s.quality[c];
        if (column instanceof Float64Array) {
          d.set(first(column, s.n), at.d);
          at.d += s.n;
        }
        if (quality) {
          q.set(first(quality, s.n), at.q);
          at.q += s.n;
        }
      }
    }
    const { answers } = input;
    const rest = {
      ...(words.length > 0 ? { words } : {}),
      ...(boxed.length > 0 ? { boxed } : {}),
      ...(answers.length > 0 ? { answers } : {}),
    };
    return { ...(fresh ? { area } : {}), ...(Object.keys(rest).length > 0 ? { rest } : {}) };
  }

  /** Whether the area is another one than before. */
  #open(bytes: number): boolean {
    const needed = Math.max(bytes, this.#needed);
    if (this.#area && this.#area.byteLength >= needed) return false;
    this.#area = new SharedArrayBuffer(2 ** Math.ceil(Math.log2(needed)));
    return true;
  }

  /** Takes the rows that a step gave; they are the caller's own. */
  unpack(rest: OutputRest): Unpacked {
    const { names, from = 0, boxed = [] } = rest;
    if (names) this.#keys.splice(from, this.#keys.length, ...names);
    const buffer = rest.buffer ?? this.#area ?? new ArrayBuffer(0);
    if (rest.buffer) this.#needed = Math.min(LARGE, Math.max(this.#needed, rest.buffer.byteLength));
    const length = new Int32Array(buffer, 0, 1)[0] ?? 0;
    const shape = new Int32Array(buffer, 4, length);
    let [at, box] = [4, 0];
    const [doubles = 0, integers = 0, bytes = 0, nodes = 0] = shape;
    const start = toEight(4 + length * 4);
    // one copy of all rows; the area is used again by the next step
    const own = new ArrayBuffer(doubles * 8 + integers * 4 + bytes);
    new Uint8Array(own).set(new Uint8Array(buffer, start, own.byteLength));
    let [d, k, q] = [0, doubles * 8, doubles * 8 + integers * 4];
    const next = () => shape[at++] ?? 0;
    const numbers = (n: number) => {
      d += n * 8;
      return new Float64Array(own, d - n * 8, n);
    };
    const whole = (n: number) => {
      k += n * 4;
      return new Int32Array(own, k - n * 4, n);
    };
    const [wakeAt = Number.NaN] = numbers(1);
    const counted = nodes > 0 ? { last: numbers(nodes), rows: whole(nodes), failed: whole(nodes) } : undefined;
    const outputs: OutputRows[] = [];
    while (at < length) {
      const output = next();
      const n = next();
      const width = next();
      const time = numbers(n);
      const row = whole(n);
      const key = new Array<string>(n);
      const codes = whole(n);
      for (let i = 0; i < n; i++) key[i] = this.#keys[codes[i] ?? -1] ?? '';
      const columns: (Float64Array | readonly unknown[])[] = [];
      const quality: (Uint8Array | undefined)[] = [];
      for (let c = 0; c < width; c++) {
        const kind = next();
        columns.push(kind & 1 ? (boxed[box++] ?? []) : numbers(n));
        quality.push(kind & 2 ? new Uint8Array(own, q, n) : undefined);
        if (kind & 2) q += n;
      }
      outputs.push({ output, n, row, time, key, columns, quality });
    }
    if (this.#area && this.#area.byteLength > LARGE) this.#area = undefined;
    return { outputs, wakeAt: Number.isNaN(wakeAt) ? null : wakeAt, ...(counted ? { nodes: counted } : {}) };
  }
}
/** Readers may hand in arrays with room at their end. */
const first = <T extends Float64Array | Int32Array | Uint8Array>(values: T, n: number): T =>
  values.length === n ? values : (values.subarray(0, n) as T);
