import type { OutputRows, StepInput } from '#runtime/step/contract.ts';

/**
 * Rows cross the isolate's boundary in one buffer each way, 64-bit numbers first, then integers, then quality bytes: V8 copies each typed array
 * of an object for itself, which costs more than the copying. `shape` says how the buffer is cut; keys of outputs cross as codes. The other
 * side is `crossing.guest.js`.
 */
export interface PackedRows {
  readonly buffer: ArrayBuffer;
  /** Counts, and per column 1 = boxed values, 2 = has quality. */
  readonly shape: readonly number[];
  readonly words: readonly string[];
  readonly boxed: readonly (readonly unknown[])[];
}
export interface PackedInput extends PackedRows {
  readonly answers: StepInput['answers'];
}
export interface PackedOutputs extends PackedRows {
  readonly count: number;
  /** Where integers and bytes begin. */
  readonly integers: number;
  readonly bytes: number;
}

export function packInput(input: StepInput): PackedInput {
  let doubles = input.n;
  let integers = 0;
  let bytes = 0;
  for (const s of input.sources) {
    doubles += s.n;
    integers += 2 * s.n;
    for (const [c, column] of s.columns.entries()) {
      if (column instanceof Float64Array) doubles += s.n;
      if (s.quality[c]) bytes += s.n;
    }
  }
  const buffer = new ArrayBuffer(doubles * 8 + integers * 4 + bytes);
  const d = new Float64Array(buffer, 0, doubles);
  const k = new Int32Array(buffer, doubles * 8, integers);
  const q = new Uint8Array(buffer, doubles * 8 + integers * 4, bytes);
  const shape = [input.n, input.sources.length, doubles * 8, doubles * 8 + integers * 4];
  const boxed: (readonly unknown[])[] = [];
  d.set(first(input.clock, input.n));
  let at = { d: input.n, k: 0, q: 0 };
  for (const s of input.sources) {
    shape.push(s.source, s.n, s.columns.length);
    d.set(first(s.time, s.n), at.d);
    k.set(first(s.row, s.n), at.k);
    k.set(first(s.key, s.n), at.k + s.n);
    at = { d: at.d + s.n, k: at.k + 2 * s.n, q: at.q };
    for (const [c, column] of s.columns.entries()) {
      const quality = s.quality[c];
      if (column instanceof Float64Array) {
        d.set(first(column, s.n), at.d);
        at.d += s.n;
      } else boxed.push(column);
      if (quality) {
        q.set(first(quality, s.n), at.q);
        at.q += s.n;
      }
      shape.push((column instanceof Float64Array ? 0 : 1) | (quality ? 2 : 0));
    }
  }
  return { buffer, shape, words: input.words, boxed, answers: input.answers };
}
/** Readers may hand in arrays with room at their end. */
const first = <T extends Float64Array | Int32Array | Uint8Array>(values: T, n: number): T =>
  values.length === n ? values : (values.subarray(0, n) as T);

export function unpackOutputs({ buffer, shape, words, boxed, count, integers, bytes }: PackedOutputs): OutputRows[] {
  const outputs: OutputRows[] = [];
  let [at, box, d, k, q] = [0, 0, 0, integers, bytes];
  const next = () => shape[at++] ?? 0;
  for (let i = 0; i < count; i++) {
    const output = next();
    const n = next();
    const width = next();
    const doubles = () => {
      d += n * 8;
      return new Float64Array(buffer, d - n * 8, n);
    };
    const time = doubles();
    const row = new Int32Array(buffer, k, n);
    const codes = new Int32Array(buffer, k + n * 4, n);
    k += n * 8;
    const key = Array.from(codes, (code) => words[code] ?? '');
    const columns: (Float64Array | readonly unknown[])[] = [];
    const quality: (Uint8Array | undefined)[] = [];
    for (let c = 0; c < width; c++) {
      const kind = next();
      columns.push(kind & 1 ? (boxed[box++] ?? []) : doubles());
      quality.push(kind & 2 ? new Uint8Array(buffer, q, n) : undefined);
      if (kind & 2) q += n;
    }
    outputs.push({ output, n, row, time, key, columns, quality });
  }
  return outputs;
}
