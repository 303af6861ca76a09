import { existsSync, readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

/** The bearing records of MFPT: MATLAB files, level 5, compressed. Reads the two numbers and the waveform that the check needs. */
const FOLDER = new URL('../../../../shared/data/bearing-mfpt/', import.meta.url);
export const mfptThere = existsSync(FOLDER);

export interface Record {
  /** Samples per second. */
  readonly rate: number;
  /** Shaft, Hz. */
  readonly shaft: number;
  /** Acceleration, g. */
  readonly values: Float64Array;
}

export function readMfpt(name: string): Record {
  const found = new Map<string, Float64Array>();
  const bytes = readFileSync(new URL(`${name}.mat`, FOLDER));
  readElements(bytes.subarray(128), found, []);
  const all = [...found.values()];
  const values = all.reduce((a, b) => (b.length > a.length ? b : a));
  const numbers = all.filter((a) => a.length === 1).map((a) => a[0] as number);
  const rate = numbers.find((v) => v > 40_000);
  const shaft = numbers.find((v) => v === 25);
  if (!rate || !shaft) throw new Error(`${name} has no rate or speed`);
  return { rate, shaft, values };
}

/** Data elements of MAT-File level 5 (MathWorks, MAT-File Format): 15 compressed, 14 matrix, 9 double, others numbers and names. */
function readElements(bytes: Uint8Array, found: Map<string, Float64Array>, path: readonly number[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let index = 0;
  while (at + 8 <= bytes.length) {
    const first = view.getUint32(at, true);
    const small = first >>> 16;
    const type = small ? first & 0xffff : first;
    const size = small || view.getUint32(at + 4, true);
    const start = small ? at + 4 : at + 8;
    const body = bytes.subarray(start, start + size);
    const here = [...path, index++];
    if (type === 15) readElements(inflateSync(body), found, here);
    else if (type === 14) readElements(body, found, here);
    else if (type >= 1 && type <= 9) {
      const numbers = numbersOf(type, body);
      if (numbers.length > 0) found.set(here.join('.'), numbers);
    }
    at = small ? at + 8 : start + (type === 15 ? size : Math.ceil(size / 8) * 8);
  }
}

function numbersOf(type: number, body: Uint8Array): Float64Array {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const readers: { [type: number]: [number, (at: number) => number] } = {
    2: [1, (i) => view.getUint8(i)],
    3: [2, (i) => view.getInt16(i, true)],
    4: [2, (i) => view.getUint16(i, true)],
    7: [4, (i) => view.getFloat32(i, true)],
    9: [8, (i) => view.getFloat64(i, true)],
  };
  const [size, read] = readers[type] ?? [0, () => 0];
  return size === 0 ? new Float64Array() : Float64Array.from({ length: body.length / size }, (_, i) => read(i * size));
}
