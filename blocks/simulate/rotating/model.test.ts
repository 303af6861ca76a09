import { describe, expect, test } from 'vitest';
import {
  advanceRotating,
  BEARING_6205,
  bearingFrequencies,
  initRotating,
  RESONANCE,
  ROTATING_CELLS,
  type RotatingFault,
  type RotatingInputs,
  readRotating,
  rotatingWave,
  vibrationOf,
} from './model.ts';

const MIDNIGHT = Date.UTC(2026, 0, 4, 16);
const good: RotatingInputs = { fault: 'none', severity: 1, speed: 1797, ratio: 0, noise: 0 };
const N = 48_000;

function set(inputs: RotatingInputs, seed = 42): Float64Array {
  const x = new Float64Array(ROTATING_CELLS);
  initRotating(x, seed, MIDNIGHT, inputs);
  return x;
}
/** Amplitude of one frequency by direct correlation: independent of any transform. */
function amplitudeAt(wave: ArrayLike<number>, rate: number, hertz: number): number {
  let re = 0;
  let im = 0;
  for (let i = 0; i < wave.length; i++) {
    re += (wave[i] ?? 0) * Math.cos((2 * Math.PI * hertz * i) / rate);
    im += (wave[i] ?? 0) * Math.sin((2 * Math.PI * hertz * i) / rate);
  }
  return (2 * Math.hypot(re, im)) / wave.length;
}
/** Strongest line of the squared wave's envelope within `from` to `to` Hz, by direct correlation at 0.5 Hz. */
function envelopeLine(wave: Float64Array, from: number, to: number): number {
  const squared = wave.map((v) => v * v);
  const decimated = new Float64Array(N / 20);
  for (let i = 0; i < decimated.length; i++)
    for (let j = 0; j < 20; j++) decimated[i] = (decimated[i] ?? 0) + (squared[i * 20 + j] ?? 0) / 20;
  const mean = decimated.reduce((sum, v) => sum + v, 0) / decimated.length;
  let best = { hertz: 0, amplitude: 0 };
  for (let hertz = from; hertz <= to; hertz += 0.5) {
    const amplitude = amplitudeAt(
      decimated.map((v) => v - mean),
      2400,
      hertz,
    );
    if (amplitude > best.amplitude) best = { hertz, amplitude };
  }
  return best.hertz;
}

describe('bearing 6205 at 1,797 rpm', () => {
  const f = bearingFrequencies(BEARING_6205, 1797);
  test.each([
    ['bpfo', 107.364],
    ['bpfi', 162.186],
    ['bsf', 70.584],
    ['ftf', 11.929],
  ] as const)('%s = %f Hz (published)', (name, expected) => expect(Math.abs(f[name] - expected)).toBeLessThan(0.001));
  test('published multiples of the shaft frequency', () => {
    const unit = bearingFrequencies(BEARING_6205, 60);
    expect(unit.bpfo).toBeCloseTo(3.58478, 5);
    expect(unit.bpfi).toBeCloseTo(5.41522, 5);
    expect(unit.ftf).toBeCloseTo(0.39831, 5);
    expect(unit.bsf).toBeCloseTo(2.35672, 5);
  });
});

describe('waveform', () => {
  test('without noise a good machine holds exactly its shaft harmonics', () => {
    const quiet = { ...good, ratio: 300 };
    const wave = rotatingWave(set(quiet), quiet, N, 48_000, 1800); // 30 Hz: whole periods in one second
    expect(wave).toHaveLength(N);
    for (const [harmonic, velocity] of [
      [1, 1.5],
      [2, 0.4],
      [3, 0.15],
    ] as const) {
      expect(amplitudeAt(wave, 48_000, 30 * harmonic)).toBeCloseTo((velocity / 1000) * 2 * Math.PI * 30 * harmonic, 9);
    }
  });

  test('imbalance raises only the line at shaft speed', () => {
    const off = { ...good, fault: 'imbalance' as const, ratio: 300 };
    const wave = rotatingWave(set(off), off, N, 48_000, 1800);
    expect(amplitudeAt(wave, 48_000, 30)).toBeCloseTo((9.5 / 1000) * 2 * Math.PI * 30, 9);
    expect(amplitudeAt(wave, 48_000, 60)).toBeCloseTo((0.4 / 1000) * 2 * Math.PI * 60, 9);
  });

  test('white noise has the asked power within 0 to 6 kHz', () => {
    const loud = { ...good, ratio: -20 };
    const wave = rotatingWave(set(loud), loud, N, 48_000, 1800);
    const power = wave.reduce((sum, v) => sum + v * v, 0) / N;
    const w = 2 * Math.PI * RESONANCE;
    const strikes = bearingFrequencies(BEARING_6205, 1800).bpfo;
    const train = (12 ** 2 * w ** 2 * strikes) / (4 * 900 * (900 ** 2 + w ** 2));
    // power of white noise: 100 times the train's in a quarter of the band; standard error sqrt(2/48000) = 0.65 %
    expect(power / (train * 100 * 4)).toBeGreaterThan(0.975);
    expect(power / (train * 100 * 4)).toBeLessThan(1.025);
  });

  test('power of the impulse train is the closed form of its ring-downs', () => {
    const outer = { ...good, fault: 'outer' as const, ratio: 300 };
    const wave = rotatingWave(set(outer), outer, N, 48_000, 1800);
    const harmonics = [1.5, 0.4, 0.15].reduce((sum, v, i) => sum + ((v / 1000) * 2 * Math.PI * 30 * (i + 1)) ** 2 / 2, 0);
    const w = 2 * Math.PI * RESONANCE;
    const train = (12 ** 2 * w ** 2 * bearingFrequencies(BEARING_6205, 1800).bpfo) / (4 * 900 * (900 ** 2 + w ** 2));
    const power = wave.reduce((sum, v) => sum + v * v, 0) / N - harmonics;
    expect(Math.abs(power / train - 1)).toBeLessThan(0.02); // one impulse more or less in a second is 1 %
  });

  test.each<[RotatingFault, number]>([
    ['outer', 107.364],
    ['inner', 162.186],
    ['ball', 141.168],
  ])('a fault on the %s shows its line in the envelope within 1 %% of %f Hz', (fault, hertz) => {
    const inputs = { ...good, fault, ratio: 10 };
    const wave = rotatingWave(set(inputs), inputs, N, 48_000, 1797);
    expect(Math.abs(envelopeLine(wave, 90, 190) / hertz - 1)).toBeLessThan(0.01);
  });

  test('the same seed gives the same wave', () => {
    expect(rotatingWave(set(good), good, 4096, 48_000)).toEqual(rotatingWave(set(good), good, 4096, 48_000));
  });
});

describe('slow signals', () => {
  test('vibration velocity is the root of the sum of squares of its lines', () => {
    expect(vibrationOf(good)).toBeCloseTo(Math.sqrt((1.5 ** 2 + 0.4 ** 2 + 0.15 ** 2) / 2), 12);
    expect(vibrationOf({ ...good, fault: 'imbalance' })).toBeCloseTo(Math.sqrt((9.5 ** 2 + 0.4 ** 2 + 0.15 ** 2) / 2), 12);
  });

  test('a bearing fault warms the bearing as a first-order lag of 20 minutes', () => {
    const x = set(good);
    const before = readRotating(x, good).temperature;
    const faulty = { ...good, fault: 'outer' as const };
    advanceRotating(x, MIDNIGHT + 1_200_000, faulty);
    const healthy = set(good);
    advanceRotating(healthy, MIDNIGHT + 1_200_000, good);
    expect(readRotating(x, faulty).temperature - readRotating(healthy, good).temperature).toBeCloseTo(14 * (1 - Math.exp(-1)), 9);
    expect(before).toBeGreaterThan(26);
  });
});
