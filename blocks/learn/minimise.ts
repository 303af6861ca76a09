/**
 * Least value of a function of a few variables, by the simplex of Nelder & Mead 1965 with the restarts of Kelley 1999: needs no derivatives, and
 * goes the same way every time. Bounds belong into the function (Infinity outside).
 */
export function minimise(
  f: (x: readonly number[]) => number,
  start: readonly number[],
  steps: readonly number[],
  options: { readonly tolerance?: number; readonly rounds?: number; readonly restarts?: number } = {},
): { readonly x: number[]; readonly value: number } {
  let best = { x: [...start], value: f(start) };
  for (let again = 0; again <= (options.restarts ?? 2); again++) {
    const shrunk = steps.map((s) => s / 4 ** again);
    const found = simplex(f, best.x, shrunk, options.tolerance ?? 1e-12, options.rounds ?? 400 * start.length);
    const gained = best.value - found.value;
    if (found.value <= best.value) best = found;
    if (again > 0 && !(gained > 1e-10 * Math.abs(best.value))) break;
  }
  return best;
}

function simplex(
  f: (x: readonly number[]) => number,
  start: readonly number[],
  steps: readonly number[],
  tolerance: number,
  rounds: number,
): { x: number[]; value: number } {
  const n = start.length;
  const points = [start, ...steps.map((s, j) => start.map((v, i) => (i === j ? v + s : v)))].map((x) => ({
    x: [...x],
    value: f(x),
  }));
  const order = () => points.sort((a, b) => a.value - b.value || 0);
  order();
  for (let round = 0; round < rounds; round++) {
    const best = points[0] as (typeof points)[number];
    const worst = points[n] as (typeof points)[number];
    if (Math.abs(worst.value - best.value) <= tolerance * (Math.abs(best.value) + 1e-300)) {
      const far = points.reduce(
        (m, p) => Math.max(m, ...p.x.map((v, i) => Math.abs(v - (best.x[i] as number)) / (1 + Math.abs(v)))),
        0,
      );
      if (far < 1e-8) break;
    }
    const centre = start.map((_, i) => points.slice(0, n).reduce((s, p) => s + (p.x[i] as number), 0) / n);
    const along = (t: number) => {
      const x = centre.map((c, i) => c + t * (c - (worst.x[i] as number)));
      return { x, value: f(x) };
    };
    const reflected = along(1);
    let next = reflected;
    if (reflected.value < best.value) {
      const expanded = along(2);
      if (expanded.value < reflected.value) next = expanded;
    } else if (!(reflected.value < (points[n - 1] as (typeof points)[number]).value)) {
      next = reflected.value < worst.value ? along(0.5) : along(-0.5);
      if (!(next.value < Math.min(reflected.value, worst.value))) {
        for (let i = 1; i <= n; i++) {
          const x = (points[i] as (typeof points)[number]).x.map((v, j) => ((best.x[j] as number) + v) / 2);
          points[i] = { x, value: f(x) };
        }
        order();
        continue;
      }
    }
    points[n] = next;
    order();
  }
  return points[0] as { x: number[]; value: number };
}
