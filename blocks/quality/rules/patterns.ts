/** As many points as the longest rule looks back on. */
export const MEMORY = 15;

/** Appends a value; the newest is last. */
export function push(ring: Float64Array, value: number): void {
  ring.copyWithin(0, 1);
  ring[MEMORY - 1] = value;
}

/** Are the newest `n` of `seen` points all so? */
function all(n: number, seen: number, holds: (i: number) => boolean): boolean {
  if (seen < n) return false;
  for (let i = MEMORY - n; i < MEMORY; i++) if (!holds(i)) return false;
  return true;
}
/** Is the newest point beyond `limit`, and with it `few` of the newest `n` on its side? */
function fewOf(z: Float64Array, few: number, n: number, seen: number, limit: number): boolean {
  const side = (z[MEMORY - 1] as number) > 0 ? 1 : -1;
  let beyond = 0;
  for (let i = MEMORY - 1; i >= MEMORY - Math.min(n, seen); i--) if ((z[i] as number) * side > limit) beyond++;
  return (z[MEMORY - 1] as number) * side > limit && beyond >= few;
}
function oneSide(z: Float64Array, n: number, seen: number): boolean {
  const side = (z[MEMORY - 1] as number) > 0 ? 1 : -1;
  return all(n, seen, (i) => (z[i] as number) * side > 0);
}
/** Steps between the newest `n` points: all in one direction, or each against the one before. Equal neighbours are neither. */
function steps(v: Float64Array, n: number, seen: number, turning: boolean): boolean {
  const step = (i: number) => Math.sign((v[i] as number) - (v[i - 1] as number));
  if (seen < n || step(MEMORY - 1) === 0) return false;
  for (let i = MEMORY - n + 2; i < MEMORY; i++) if (step(i) !== (turning ? -step(i - 1) : step(i - 1))) return false;
  return step(MEMORY - n + 1) !== 0;
}

export type RuleSet = 'nelson' | 'western-electric';
export const RULES: Readonly<Record<RuleSet, number>> = { nelson: 8, 'western-electric': 4 };

/**
 * Does the newest point complete the pattern of a rule? `z` are the points in standard deviations from the centre, `v` their values,
 * newest last; `seen` of them are there.
 */
export function completes(set: RuleSet, rule: number, z: Float64Array, v: Float64Array, seen: number): boolean {
  if (set === 'western-electric') {
    if (rule === 4) return oneSide(z, 8, seen);
    return completes('nelson', rule === 1 ? 1 : rule + 3, z, v, seen);
  }
  switch (rule) {
    case 1:
      return Math.abs(z[MEMORY - 1] as number) > 3;
    case 2:
      return oneSide(z, 9, seen);
    case 3:
      return steps(v, 6, seen, false);
    case 4:
      return steps(v, 14, seen, true);
    case 5:
      return fewOf(z, 2, 3, seen, 2);
    case 6:
      return fewOf(z, 4, 5, seen, 1);
    case 7:
      return all(15, seen, (i) => Math.abs(z[i] as number) < 1);
    case 8:
      return all(8, seen, (i) => Math.abs(z[i] as number) > 1);
    default:
      return false;
  }
}

/** The rules that the newest point completes, ascending. `chosen` empty: all of the set. */
export function completed(set: RuleSet, chosen: readonly number[], z: Float64Array, v: Float64Array, seen: number): number[] {
  const found: number[] = [];
  for (let rule = 1; rule <= RULES[set]; rule++)
    if ((chosen.length === 0 || chosen.includes(rule)) && completes(set, rule, z, v, seen)) found.push(rule);
  return found;
}

/** Zone of a point: 1, 2, 3 = within so many standard deviations (C, B, A), 4 beyond; negative below the centre. */
export function zoneOf(z: number): number {
  const zone = Math.min(4, Math.floor(Math.abs(z)) + 1);
  const inner = Math.abs(z) === zone - 1 && zone > 1 ? zone - 1 : zone;
  return z < 0 ? -inner : inner;
}
