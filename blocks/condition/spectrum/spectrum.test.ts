import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { mulberry32, normal } from '#blocks/sdk/random.ts';
import { amplitudeSpectrum, envelope, linesWithin, rmsWithin, type Window } from './spectrum.ts';
import { dft, inverse } from './transform.ts';

// another implementation, for powers of two
interface Other {
  createComplexArray(): number[];
  toComplexArray(input: ArrayLike<number>): number[];
  transform(out: number[], data: number[]): void;
}
const Fft = createRequire(import.meta.url)('fft.js') as new (size: number) => Other;

const sine = (n: number, rate: number, hertz: number, amplitude: number, phase = 0.3) =>
  Float64Array.from({ length: n }, (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / rate + phase));
const noise = (n: number) => {
  const u = mulberry32(42);
  return Float64Array.from({ length: n }, () => normal(u));
};
/** The definition, term by term. */
function slow(values: Float64Array, k: number): [number, number] {
  let re = 0;
  let im = 0;
  for (let j = 0; j < values.length; j++) {
    const angle = (2 * Math.PI * ((j * k) % values.length)) / values.length;
    re += (values[j] ?? 0) * Math.cos(angle);
    im -= (values[j] ?? 0) * Math.sin(angle);
  }
  return [re, im];
}

describe('transform', () => {
  test.each([2, 8, 256, 2048, 4096])('of %i values equals fft.js', (n) => {
    const values = noise(n);
    const other = new Fft(n);
    const expected = other.createComplexArray();
    other.transform(expected, other.toComplexArray(values));
    const re = values.slice();
    const im = new Float64Array(n);
    dft(re, im);
    for (let k = 0; k < n; k++) {
      expect(re[k]).toBeCloseTo(expected[2 * k] ?? Number.NaN, 9);
      expect(im[k]).toBeCloseTo(expected[2 * k + 1] ?? Number.NaN, 9);
    }
  });

  test.each([3, 7, 30, 125, 1001, 1009, 48_000])('of %i values, no power of two, equals the definition', (n) => {
    const values = noise(n);
    const re = values.slice();
    const im = new Float64Array(n);
    dft(re, im);
    for (const k of [0, 1, 2, Math.floor(n / 3), n - 1]) {
      const [r, i] = slow(values, k);
      expect(Math.abs((re[k] ?? 0) - r)).toBeLessThan(1e-8);
      expect(Math.abs((im[k] ?? 0) - i)).toBeLessThan(1e-8);
    }
  });

  test.each([64, 1000, 1009])('of %i values is undone by its inverse', (n) => {
    const values = noise(n);
    const re = values.slice();
    const im = new Float64Array(n);
    dft(re, im);
    inverse(re, im);
    for (let i = 0; i < n; i++) expect(re[i]).toBeCloseTo(values[i] ?? Number.NaN, 12);
  });
});

describe('amplitude', () => {
  const windows: Window[] = ['hann', 'flat-top', 'none'];
  test.each(windows)('a sine on a line shows its amplitude exactly: 48,000 points, window %s', (window) => {
    const s = amplitudeSpectrum(sine(48_000, 48_000, 1234, 2.5), 48_000, window);
    expect(s.resolution).toBe(1);
    expect(s.amplitude).toHaveLength(24_001);
    expect(s.amplitude[1234]).toBeCloseTo(2.5, 10);
  });

  // worst case of a window: a sine half-way between two lines. Closed forms: 2/pi and 8/(3 pi); the flat top is built for < 0.01 dB
  test.each<[Window, number, number]>([
    ['none', 2 / Math.PI, 1e-3],
    ['hann', 8 / (3 * Math.PI), 1e-3],
    ['flat-top', 1, 1.2e-3],
  ])('half-way between lines window %s reads %f of the amplitude', (window, share, tolerance) => {
    const s = amplitudeSpectrum(sine(48_000, 48_000, 1234.5, 1), 48_000, window);
    expect(Math.abs(Math.max(...s.amplitude) - share)).toBeLessThan(tolerance);
  });

  test.each(windows)('a constant gives nothing: the spectrum is about the mean, window %s', (window) => {
    expect(Math.max(...amplitudeSpectrum(new Float64Array(1000).fill(7), 1000, window).amplitude)).toBeLessThan(1e-12);
  });

  test.each(windows)('RMS of a sine is its amplitude over the root of two, window %s', (window) => {
    const s = amplitudeSpectrum(sine(48_000, 48_000, 1000.37, 3), 48_000, window);
    expect(rmsWithin(s, 0, 24_000)).toBeCloseTo(3 / Math.sqrt(2), 3);
  });

  test('RMS of white noise is its standard deviation (Parseval)', () => {
    const values = noise(48_000);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    expect(rmsWithin(amplitudeSpectrum(values, 48_000, 'none'), 0, 24_000)).toBeCloseTo(sd, 3);
  });

  test('noise bandwidths are the published ones', () => {
    const band = (window: Window) => amplitudeSpectrum(noise(4096), 4096, window).noiseBandwidth;
    expect(band('none')).toBeCloseTo(1, 12);
    expect(band('hann')).toBeCloseTo(1.5, 12);
    expect(band('hamming')).toBeCloseTo(1.3628, 4);
    expect(band('blackman')).toBeCloseTo(1.7268, 4);
    expect(band('flat-top')).toBeCloseTo(3.7702, 4);
  });
});

test('fewer lines keep every peak at its own frequency', () => {
  const values = sine(48_000, 48_000, 1234, 2);
  const lines = linesWithin(amplitudeSpectrum(values, 48_000, 'hann'), 0, 10_000, 500);
  expect(lines.frequency).toHaveLength(500);
  const at = lines.amplitude.indexOf(Math.max(...lines.amplitude));
  expect(lines.frequency[at]).toBe(1234);
  expect(lines.amplitude[at]).toBeCloseTo(2, 10);
});

test('the envelope of a modulated carrier is its modulation', () => {
  const n = 48_000;
  const values = Float64Array.from(
    { length: n },
    (_, i) =>
      (1 + 0.5 * Math.cos((2 * Math.PI * 107 * i) / n)) * Math.sin((2 * Math.PI * 3000 * i) / n) +
      Math.sin((2 * Math.PI * 50 * i) / n),
  );
  const s = amplitudeSpectrum(envelope(values, n, 2000, 4000), n, 'hann');
  expect(s.amplitude[107]).toBeCloseTo(0.5, 9);
  expect(s.amplitude[50]).toBeLessThan(1e-9);
});
