/** One branch in the two periods: what it made (activity) and what it took (energy); branches may stand in groups. */
export interface Branches {
  readonly name: readonly string[];
  readonly group: readonly string[] | undefined;
  readonly activity0: ArrayLike<number>;
  readonly activity1: ArrayLike<number>;
  readonly energy0: ArrayLike<number>;
  readonly energy1: ArrayLike<number>;
}
export interface Effect {
  readonly name: string;
  /** Additive, in the unit of the energy; the sum over the effects is the whole change. */
  readonly value: number;
  /** Multiplicative; the product over the effects is the ratio of the totals. */
  readonly factor: number;
}
export interface Decomposition {
  readonly effects: readonly Effect[];
  /** Additive effects of each branch, in the order of `effects` without the total. */
  readonly branches: readonly (readonly number[])[];
}

/** Logarithmic mean, L(a, a) = a. */
export function logMean(a: number, b: number): number {
  const r = Math.log(a / b);
  if (Math.abs(r) < 1e-9) return (a + b) / 2;
  return (a - b) / r;
}

/** LMDI-I of energy = Σ activity · structure · intensity, with structure split into groups and mix within groups when groups are given. */
export function decompose(b: Branches): Decomposition {
  const n = b.name.length;
  if (n === 0) throw new RangeError('the table has no branches');
  for (const [what, column] of Object.entries({
    activity0: b.activity0,
    activity1: b.activity1,
    energy0: b.energy0,
    energy1: b.energy1,
  }))
    for (let i = 0; i < n; i++)
      if (!((column[i] as number) >= 0)) throw new RangeError(`${what} of '${b.name[i]}' is ${column[i]}: amounts are 0 or more`);
  const sum = (column: ArrayLike<number>, where = (_: number) => true) => {
    let s = 0;
    for (let i = 0; i < n; i++) if (where(i)) s += column[i] as number;
    return s;
  };
  const total0 = sum(b.energy0);
  const total1 = sum(b.energy1);
  const all0 = sum(b.activity0);
  const all1 = sum(b.activity1);
  if (!(total0 > 0 && total1 > 0 && all0 > 0 && all1 > 0))
    throw new RangeError('activity and energy of both periods must be above 0 in total');
  const names = b.group ? ['activity', 'structure', 'mix', 'intensity'] : ['activity', 'structure', 'intensity'];
  const activity = Math.log(all1 / all0);
  const branches = Array.from({ length: n }, (_, i) => {
    const e0 = b.energy0[i] as number;
    const e1 = b.energy1[i] as number;
    const q0 = b.activity0[i] as number;
    const q1 = b.activity1[i] as number;
    const group = b.group?.[i];
    const inGroup = (j: number) => b.group?.[j] === group;
    const g0 = sum(b.activity0, inGroup);
    const g1 = sum(b.activity1, inGroup);
    if ((e0 > 0 && q0 === 0) || (e1 > 0 && q1 === 0))
      throw new RangeError(`'${b.name[i]}' takes energy without activity: its intensity is not defined`);
    if (e0 === 0 || e1 === 0) {
      // Ang & Liu 2007, limits for zero values: what appears or vanishes belongs whole to the factor that was or becomes zero
      const zero = q0 > 0 && q1 > 0 ? 'intensity' : b.group && g0 > 0 && g1 > 0 ? 'mix' : 'structure';
      return names.map((name) => (name === zero ? e1 - e0 : 0));
    }
    const branch = Math.log(q1 / q0);
    const within = b.group ? Math.log(g1 / g0) : branch;
    const parts = [activity, within - activity, ...(b.group ? [branch - within] : []), Math.log(e1 / e0) - branch];
    return parts.map((part) => logMean(e1, e0) * part);
  });
  const whole = logMean(total1, total0);
  const effects = names.map((name, k) => {
    const value = branches.reduce((s, parts) => s + (parts[k] as number), 0);
    return { name, value, factor: Math.exp(value / whole) };
  });
  return { effects: [...effects, { name: 'total', value: total1 - total0, factor: total1 / total0 }], branches };
}
