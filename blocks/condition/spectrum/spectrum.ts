import { dft, inverse } from './transform.ts';

export type Window = 'hann' | 'hamming' | 'blackman' | 'flat-top' | 'none';

/** Cosine coefficients, periodic form; flat top: SRS / ISO 18431-2. */
const COSINES: Readonly<Record<Window, readonly number[]>> = {
  none: [1],
  hann: [0.5, -0.5],
  hamming: [0.54, -0.46],
  blackman: [0.42, -0.5, 0.08],
  'flat-top': [0.21557895, -0.41663158, 0.277263158, -0.083578947, 0.006947368],
};

export interface Spectrum {
  /** Distance between lines, Hz: rate / n. */
  readonly resolution: number;
  /** Single-sided peak amplitude of line k at k * resolution, corrected by the window's coherent gain. */
  readonly amplitude: Float64Array;
  /** Equivalent noise bandwidth of the window in lines, for sums of power. */
  readonly noiseBandwidth: number;
}

/** Peak amplitude spectrum of the values about their mean. A sine on a line shows exactly its amplitude. */
export function amplitudeSpectrum(values: ArrayLike<number>, rate: number, window: Window): Spectrum {
  const n = values.length;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const mean = meanOf(values);
  const cosines = COSINES[window];
  let gain = 0;
  let power = 0;
  for (let i = 0; i < n; i++) {
    let w = 0;
    for (let c = 0; c < cosines.length; c++) w += (cosines[c] as number) * Math.cos((2 * Math.PI * c * i) / n);
    re[i] = ((values[i] as number) - mean) * w;
    gain += w;
    power += w * w;
  }
  dft(re, im);
  const lines = Math.floor(n / 2) + 1;
  const amplitude = new Float64Array(lines);
  for (let k = 0; k < lines; k++) {
    const sides = k === 0 || 2 * k === n ? 1 : 2;
    amplitude[k] = (sides * Math.hypot(re[k] as number, im[k] as number)) / gain;
  }
  return { resolution: rate / n, amplitude, noiseBandwidth: (n * power) / (gain * gain) };
}

/**
 * Mean power of `averages` segments that overlap by half (Welch 1967), as amplitude. Noise becomes smoother by the root of their number, lines
 * become wider: segments are 2/(averages + 1) of the waveform.
 */
export function averagedSpectrum(values: ArrayLike<number>, rate: number, window: Window, averages: number): Spectrum {
  if (averages <= 1) return amplitudeSpectrum(values, rate, window);
  const half = Math.floor(values.length / (averages + 1));
  const all = Float64Array.from(values as ArrayLike<number>);
  const part = (i: number) => amplitudeSpectrum(all.subarray(i * half, (i + 2) * half), rate, window);
  const first = part(0);
  const power = first.amplitude.map((a) => a * a);
  for (let i = 1; i < averages; i++) {
    const { amplitude } = part(i);
    for (let k = 0; k < power.length; k++) power[k] = (power[k] as number) + (amplitude[k] as number) ** 2;
  }
  return { ...first, amplitude: power.map((sum) => Math.sqrt(sum / averages)) };
}

export interface Cepstrum {
  /** Seconds. */
  readonly quefrency: Float64Array;
  readonly level: Float64Array;
}

/**
 * Real cepstrum: inverse transform of ln|X|, up to `longest` seconds. An echo or a family of harmonics and sidebands at distance Δf shows as one
 * line at 1/Δf. Lines below a billionth of the strongest count as that, for what is silent has no logarithm.
 */
export function realCepstrum(values: ArrayLike<number>, rate: number, longest: number): Cepstrum {
  const n = values.length;
  const re = Float64Array.from(values as ArrayLike<number>);
  const im = new Float64Array(n);
  dft(re, im);
  let most = 0;
  for (let k = 0; k < n; k++) {
    re[k] = Math.hypot(re[k] as number, im[k] as number);
    most = Math.max(most, re[k] as number);
  }
  const floor = most > 0 ? most * 1e-9 : 1;
  for (let k = 0; k < n; k++) re[k] = Math.log(Math.max(re[k] as number, floor));
  im.fill(0);
  inverse(re, im);
  const count = Math.min(Math.floor(n / 2), Math.floor(longest * rate + 1e-9)) + 1;
  return { quefrency: Float64Array.from({ length: count }, (_, i) => i / rate), level: re.slice(0, count) };
}

/** Envelope of the values within a band: magnitude of the analytic signal (Hilbert). */
export function envelope(values: ArrayLike<number>, rate: number, from: number, to: number): Float64Array {
  const n = values.length;
  const re = Float64Array.from(values as ArrayLike<number>);
  const im = new Float64Array(n);
  dft(re, im);
  for (let k = 0; k < n; k++) {
    const hertz = (k * rate) / n;
    const inside = k > 0 && 2 * k < n && hertz >= from && hertz <= to;
    re[k] = inside ? 2 * (re[k] as number) : 0;
    im[k] = inside ? 2 * (im[k] as number) : 0;
  }
  inverse(re, im);
  for (let i = 0; i < n; i++) re[i] = Math.hypot(re[i] as number, im[i] as number);
  return re;
}

export interface Lines {
  readonly frequency: Float64Array;
  readonly amplitude: Float64Array;
}

/** Lines from `from` to `to` Hz; when there are more than `most`, the strongest of each group of neighbours stands for it, at its own frequency. */
export function linesWithin(s: Spectrum, from: number, to: number, most: number): Lines {
  const first = Math.max(0, Math.ceil(from / s.resolution - 1e-9));
  const last = Math.min(s.amplitude.length - 1, Math.floor(to / s.resolution + 1e-9));
  const total = Math.max(0, last - first + 1);
  const n = Math.min(total, most);
  const frequency = new Float64Array(n);
  const amplitude = new Float64Array(n);
  for (let g = 0; g < n; g++) {
    let best = first + Math.floor((g * total) / n);
    const end = first + Math.floor(((g + 1) * total) / n);
    for (let k = best + 1; k < end; k++) if ((s.amplitude[k] as number) > (s.amplitude[best] as number)) best = k;
    frequency[g] = best * s.resolution;
    amplitude[g] = s.amplitude[best] as number;
  }
  return { frequency, amplitude };
}

/** RMS within a band, from the spectrum: root of half the sum of squared amplitudes, over the window's noise bandwidth. */
export function rmsWithin(s: Spectrum, from: number, to: number): number {
  let sum = 0;
  const first = Math.max(1, Math.ceil(from / s.resolution - 1e-9));
  const last = Math.min(s.amplitude.length - 1, Math.floor(to / s.resolution + 1e-9));
  for (let k = first; k <= last; k++) sum += (s.amplitude[k] as number) ** 2;
  return Math.sqrt(sum / 2 / s.noiseBandwidth);
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}
