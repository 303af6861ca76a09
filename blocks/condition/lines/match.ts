import type { Family } from './families.ts';

export interface Found {
  readonly family: string;
  readonly order: number;
  readonly expected: number;
  readonly frequency: number;
  readonly amplitude: number;
  /** Amplitude over the median of the neighbourhood, as a ratio. */
  readonly prominence: number;
}

/** Lines of the neighbourhood whose median is the floor: this many times the width searched, on both sides. */
const AROUND = 8;

/**
 * The strongest line within `tolerance` (a share) of each family's harmonics 1 … `harmonics`. Where the spectrum is so coarse that no line
 * falls inside, the nearest one is taken; a harmonic beyond the spectrum is left out.
 */
export function matchFamilies(
  frequency: ArrayLike<number>,
  amplitude: ArrayLike<number>,
  families: readonly Family[],
  harmonics: number,
  tolerance: number,
): Found[] {
  const n = frequency.length;
  const found: Found[] = [];
  for (const { name, frequency: fundamental } of families) {
    for (let order = 1; order <= harmonics; order++) {
      const expected = fundamental * order;
      if (!(expected > 0) || expected > (frequency[n - 1] as number) * (1 + tolerance)) break;
      let from = firstAtOrAbove(frequency, expected * (1 - tolerance));
      let to = firstAtOrAbove(frequency, expected * (1 + tolerance));
      if (to < n && frequency[to] === expected * (1 + tolerance)) to++;
      if (from >= to) {
        from = nearest(frequency, expected);
        to = from + 1;
      }
      let best = from;
      for (let k = from + 1; k < to; k++) if ((amplitude[k] as number) > (amplitude[best] as number)) best = k;
      found.push({
        family: name,
        order,
        expected,
        frequency: frequency[best] as number,
        amplitude: amplitude[best] as number,
        prominence: (amplitude[best] as number) / floorAround(amplitude, best, AROUND * (to - from)),
      });
    }
  }
  return found;
}

/** A family's score: mean prominence of its harmonics in decibels, so that one stray line does not make a family. */
export function familyScore(found: readonly Found[], family: string): number {
  const own = found.filter((f) => f.family === family);
  return own.length === 0 ? 0 : own.reduce((sum, f) => sum + 20 * Math.log10(f.prominence), 0) / own.length;
}

function floorAround(amplitude: ArrayLike<number>, at: number, reach: number): number {
  const half = Math.max(10, reach);
  const near: number[] = [];
  for (let k = Math.max(0, at - half); k <= Math.min(amplitude.length - 1, at + half); k++)
    if (k !== at) near.push(amplitude[k] as number);
  near.sort((a, b) => a - b);
  // a silent spectrum has no floor: a trillionth of the line stands for it, 240 dB
  return Math.max(near[Math.floor(near.length / 2)] ?? 0, (amplitude[at] as number) * 1e-12, Number.MIN_VALUE);
}

function firstAtOrAbove(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nearest(sorted: ArrayLike<number>, value: number): number {
  const at = Math.min(sorted.length - 1, firstAtOrAbove(sorted, value));
  return at > 0 && value - (sorted[at - 1] as number) < (sorted[at] as number) - value ? at - 1 : at;
}
