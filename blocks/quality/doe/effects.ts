import { fUpper, tTwoSided } from '#blocks/mathematics/distributions.ts';
import { squaresOf } from '../anova.ts';

export interface Effect {
  readonly name: string;
  /** Terms that this design cannot tell from it. */
  readonly aliases: string;
  /** Mean at the high level minus mean at the low one. */
  readonly effect: number;
  readonly squares: number;
  readonly error: number;
  readonly t: number;
  readonly p: number;
}
export interface Analysis {
  readonly effects: readonly Effect[];
  readonly mean: number;
  readonly errorDf: number;
  readonly errorMean: number;
  /** Where the error comes from. */
  readonly basis: 'repeats' | 'residual' | 'lenth';
  /** Curvature from centre points; NaN without them. */
  readonly curvature: number;
  readonly curvatureP: number;
}

interface Term {
  readonly name: string;
  readonly order: number;
  readonly signs: readonly number[];
}

/** Columns of levels -> −1, 0, 1. @throws RangeError when a factor has no two levels, or a row is neither corner nor centre */
function coded(names: readonly string[], columns: readonly ArrayLike<number>[]): number[][] {
  return columns.map((column, f) => {
    const values = Array.from(column);
    const low = Math.min(...values);
    const high = Math.max(...values);
    if (!(low < high)) throw new RangeError(`factor '${names[f]}' has one level: it needs a low and a high one`);
    const middle = (low + high) / 2;
    const near = (high - low) * 1e-6;
    return values.map((v, i) => {
      if (Math.abs(v - low) <= near) return -1;
      if (Math.abs(v - high) <= near) return 1;
      if (Math.abs(v - middle) <= near) return 0;
      throw new RangeError(`row ${i + 1}: ${v} of factor '${names[f]}' is neither ${low} nor ${high} nor their middle`);
    });
  });
}

/** All products of up to `most` factors: main effects first, then interactions. */
function termsOf(names: readonly string[], signs: readonly (readonly number[])[], most: number): Term[] {
  let level: (Term & { readonly last: number })[] = names.map((name, i) => ({
    name,
    order: 1,
    signs: signs[i] as readonly number[],
    last: i,
  }));
  const all: Term[] = [...level];
  for (let order = 2; order <= Math.min(most, names.length); order++) {
    level = level.flatMap((t) =>
      names.slice(t.last + 1).map((name, k) => {
        const last = t.last + 1 + k;
        return {
          name: `${t.name}:${name}`,
          order,
          signs: t.signs.map((s, i) => s * ((signs[last] as readonly number[])[i] as number)),
          last,
        };
      }),
    );
    all.push(...level);
  }
  return all;
}

const mean = (values: readonly number[]): number => values.reduce((s, v) => s + v, 0) / values.length;
const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 ? (sorted[Math.floor(half)] as number) : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
};
/** Lenth's pseudo standard error of an effect (1989). */
export function pseudoError(effects: readonly number[]): number {
  const sizes = effects.map(Math.abs);
  const first = 1.5 * median(sizes);
  return 1.5 * median(sizes.filter((s) => s < 2.5 * first));
}

/**
 * Effects of a two-level design 2^(k−p), repeated or not, with or without centre points. Terms with the same signs are aliases: the first stands for them.
 * Error: pure error of repeats and centre points, else the terms left out, else Lenth's.
 */
export function analyse(
  names: readonly string[],
  columns: readonly ArrayLike<number>[],
  response: ArrayLike<number>,
  most: number,
): Analysis {
  const signs = coded(names, columns);
  const n = response.length;
  const y = Array.from(response);
  const rowsOf = (want: boolean) => y.map((_, i) => i).filter((i) => signs.every((s) => s[i] !== 0) === want);
  const corners = rowsOf(true);
  const centres = rowsOf(false);
  const partial = centres.find((i) => signs.some((s) => s[i] !== 0));
  if (partial !== undefined)
    throw new RangeError(`row ${partial + 1} lies in the middle of some factors only: a centre point lies in the middle of all`);
  const cornerSigns = signs.map((s) => corners.map((i) => s[i] as number));
  const values = corners.map((i) => y[i] as number);
  names.forEach((name, f) => {
    if (cornerSigns[f]?.reduce((s, v) => s + v, 0) !== 0)
      throw new RangeError(`factor '${name}' is not at both levels equally often`);
  });
  const kept: { term: Term; aliases: string[]; effect: number }[] = [];
  for (const term of termsOf(names, cornerSigns, names.length)) {
    const dot = (other: readonly number[]) => term.signs.reduce((s, v, i) => s + v * (other[i] as number), 0);
    if (Math.abs(term.signs.reduce((s, v) => s + v, 0)) === corners.length) continue; // a defining word: it is the mean
    const same = kept.find((k) => Math.abs(dot(k.term.signs)) === corners.length);
    if (same) same.aliases.push(dot(same.term.signs) < 0 ? `−${term.name}` : term.name);
    else if (kept.some((k) => dot(k.term.signs) !== 0) || term.signs.reduce((s, v) => s + v, 0) !== 0)
      throw new RangeError(`term '${term.name}' is neither free of the others nor the same as one: this is no 2^(k−p) design`);
    else kept.push({ term, aliases: [], effect: (2 * dot(values)) / corners.length });
  }
  const squares = (effect: number) => (corners.length * effect * effect) / 4;
  // rows with the same levels are repeats
  const cells = new Map<string, number[]>();
  y.forEach((v, i) => {
    const at = signs.map((s) => s[i]).join();
    cells.set(at, [...(cells.get(at) ?? []), v]);
  });
  const pureDf = n - cells.size;
  const pure = [...cells.values()].reduce((s, cell) => s + squaresOf(cell), 0);
  const shown = kept.filter((k) => k.term.order <= most);
  const rest = kept.filter((k) => k.term.order > most);
  const basis = pureDf > 0 ? 'repeats' : rest.length > 0 ? 'residual' : 'lenth';
  const lenth = kept.length > 2 ? pseudoError(kept.map((k) => k.effect)) : Number.NaN;
  const errorDf = basis === 'repeats' ? pureDf : basis === 'residual' ? rest.length : kept.length / 3;
  const errorMean =
    basis === 'repeats'
      ? pure / pureDf
      : basis === 'residual'
        ? rest.reduce((s, k) => s + squares(k.effect), 0) / rest.length
        : squares(lenth);
  const error = Math.sqrt((4 * errorMean) / corners.length);
  const effects = shown.map((k): Effect => {
    const t = k.effect / error;
    return {
      name: k.term.name,
      aliases: k.aliases.join(' '),
      effect: k.effect,
      squares: squares(k.effect),
      error,
      t,
      p: tTwoSided(t, errorDf),
    };
  });
  const centreValues = centres.map((i) => y[i] as number);
  const curvature =
    centres.length === 0
      ? Number.NaN
      : ((corners.length * centres.length) / (corners.length + centres.length)) * (mean(values) - mean(centreValues)) ** 2;
  return {
    effects,
    mean: mean(values),
    errorDf,
    errorMean,
    basis,
    curvature,
    curvatureP: centres.length === 0 || basis === 'lenth' ? Number.NaN : fUpper(curvature / errorMean, 1, errorDf),
  };
}
export const listed = (row: object, names: readonly string[]): ArrayLike<number>[] =>
  names.map((name) => (row as Readonly<Record<string, ArrayLike<number>>>)[name] as ArrayLike<number>);
