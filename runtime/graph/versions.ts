/** By numbers, the highest first: 1.10.0 before 1.9.0. */
export const newestFirst = (a: string, b: string): number => {
  const [x, y] = [a, b].map((version) => version.split('.').map(Number));
  const at = [0, 1, 2].find((i) => x?.[i] !== y?.[i]);
  return at === undefined ? 0 : (y?.[at] ?? 0) - (x?.[at] ?? 0);
};
