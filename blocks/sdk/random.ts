/**
 * The one generator of all simulators (mulberry32), so that a number printed in a document is the number that a test asserts.
 * Its whole state is one 32-bit integer: a simulator keeps it in a cell of its own state array and survives a checkpoint.
 */
export function mulberry32(seed: number): () => number {
  const cell = Float64Array.of(seed);
  return () => uniformAt(cell, 0);
}

/** Next uniform in [0, 1); advances the generator state kept in `cells[at]`. */
export function uniformAt(cells: Float64Array, at: number): number {
  const a = ((cells[at] ?? 0) + 0x6d2b79f5) | 0;
  cells[at] = a;
  let t = Math.imul(a ^ (a >>> 15), 1 | a);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

/** Standard normal from two uniforms, cosine branch only. */
export const normal = (u: () => number): number => Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u());

/** Standard normal; advances the generator state kept in `cells[at]` by two draws. */
export function normalAt(cells: Float64Array, at: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniformAt(cells, at)));
  return radius * Math.cos(2 * Math.PI * uniformAt(cells, at));
}
