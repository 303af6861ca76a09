import { type Bearing, bearingFamilies, bearingFrequencies, motorFamilies, slipOf } from './families.ts';
import { type Found, familyScore, matchFamilies } from './match.ts';

export interface Judged {
  readonly found: readonly Found[];
  /** `none` when nothing stands out. */
  readonly fault: string;
  readonly frequency: number;
  /** Decibels: of the family over the noise; of the stronger rotor-bar sideband under the supply line. */
  readonly score: number;
}

const FAULTS: Readonly<Record<string, string>> = { BPFO: 'outer-race', BPFI: 'inner-race', '2BSF': 'ball', FTF: 'cage' };

/** The bearing family that stands out most from the noise, when its mean prominence reaches `threshold` dB. */
export function judgeBearing(
  frequency: ArrayLike<number>,
  amplitude: ArrayLike<number>,
  bearing: Bearing,
  shaft: number,
  options: { readonly harmonics: number; readonly tolerance: number; readonly threshold: number },
): Judged {
  const found = matchFamilies(frequency, amplitude, bearingFamilies(bearing, shaft), options.harmonics, options.tolerance);
  let best = '';
  let score = Number.NEGATIVE_INFINITY;
  for (const name of Object.keys(FAULTS)) {
    const own = familyScore(found, name);
    // a family that the spectrum does not reach has no say; of two families the one with the stronger lines wins
    if (
      found.some((f) => f.family === name) &&
      own >= options.threshold &&
      strength(found, name) > (best ? strength(found, best) : 0)
    ) {
      best = name;
      score = own;
    }
  }
  if (!best) {
    const all = Object.keys(FAULTS).map((name) => familyScore(found, name));
    return { found, fault: 'none', frequency: bearingFrequencies(bearing, shaft).BPFO, score: Math.max(...all) };
  }
  return {
    found,
    fault: FAULTS[best] as string,
    frequency: found.find((f) => f.family === best && f.order === 1)?.frequency ?? Number.NaN,
    score,
  };
}
const strength = (found: readonly Found[], family: string): number =>
  Math.sqrt(found.filter((f) => f.family === family).reduce((sum, f) => sum + f.amplitude * f.amplitude, 0));

/** Rotor bars: the stronger of the sidebands f(1 ∓ 2s), in decibels of the supply line. */
export function judgeMotor(
  frequency: ArrayLike<number>,
  amplitude: ArrayLike<number>,
  motor: { readonly supply: number; readonly poles: number },
  shaft: number,
  options: { readonly tolerance: number; readonly threshold: number },
): Judged {
  // the search around a sideband must not reach the supply line
  const apart = (2 * Math.abs(slipOf(shaft, motor.supply, motor.poles))) / 3;
  const tolerance = Math.min(options.tolerance, apart);
  const found = matchFamilies(frequency, amplitude, motorFamilies(shaft, motor.supply, motor.poles), 1, tolerance);
  const supply = found.find((f) => f.family === 'supply');
  const bars = found.filter((f) => f.family !== 'supply').sort((a, b) => b.amplitude - a.amplitude)[0];
  if (!supply || !bars) return { found, fault: 'none', frequency: motor.supply, score: -240 };
  const score = 20 * Math.log10(Math.max(bars.amplitude / supply.amplitude, 1e-12));
  return { found, fault: score >= options.threshold ? 'rotor-bar' : 'none', frequency: bars.frequency, score };
}
