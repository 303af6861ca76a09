export interface Features {
  readonly mean: number;
  readonly rms: number;
  readonly sd: number;
  readonly peak: number;
  readonly peakToPeak: number;
  readonly skewness: number;
  readonly kurtosis: number;
  readonly crest: number;
  readonly shape: number;
  readonly impulse: number;
  readonly clearance: number;
  readonly entropy: number;
}

/**
 * Features of a waveform in the time domain. Moments and factors are those of its alternating part (about the mean), RMS included, so that an
 * offset of the sensor changes nothing but `mean`. Kurtosis is m₄/m₂²: 3 for a Gaussian, 1.5 for a sine. Entropy: Shannon's, in bits, of the
 * histogram of `bins` equal classes from the least to the greatest value. Factors of a constant are NaN.
 */
export function features(values: ArrayLike<number>, bins: number): Features {
  const n = values.length;
  let mean = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const v = values[i] as number;
    mean += v;
    if (v < least) least = v;
    if (v > most) most = v;
  }
  mean /= n;
  let [m2, m3, m4, absolute, root] = [0, 0, 0, 0, 0];
  const counts = new Float64Array(bins);
  const width = (most - least) / bins;
  for (let i = 0; i < n; i++) {
    const v = values[i] as number;
    const d = v - mean;
    const square = d * d;
    m2 += square;
    m3 += square * d;
    m4 += square * square;
    absolute += Math.abs(d);
    root += Math.sqrt(Math.abs(d));
    const bin = width > 0 ? Math.min(bins - 1, Math.floor((v - least) / width)) : 0;
    counts[bin] = (counts[bin] as number) + 1;
  }
  m2 /= n;
  const rms = Math.sqrt(m2);
  const peak = Math.max(most - mean, mean - least);
  let entropy = 0;
  for (const count of counts) if (count > 0) entropy -= (count / n) * Math.log2(count / n);
  return {
    mean,
    rms,
    sd: rms * Math.sqrt(n / (n - 1)),
    peak,
    peakToPeak: most - least,
    skewness: m3 / n / (m2 * rms),
    kurtosis: m4 / n / (m2 * m2),
    crest: peak / rms,
    shape: rms / (absolute / n),
    impulse: peak / (absolute / n),
    clearance: peak / (root / n) ** 2,
    entropy,
  };
}
