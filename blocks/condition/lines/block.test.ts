import { describe, expect, test, vi } from 'vitest';
import { mulberry32, normal } from '#blocks/sdk/random.ts';
import { type BlockCase, testBlock } from '#blocks/sdk/testing.ts';
import { amplitudeSpectrum, envelope, linesWithin } from '../spectrum/spectrum.ts';
import { bearingFrequencies, slipOf } from './families.ts';
import { judgeBearing } from './judge.ts';
import { mfptThere, readMfpt } from './mfpt.testing.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

/** A spectrum of 0.1 Hz lines up to 500 Hz with an even floor and the given lines. */
const spectrum = (floor: number, ...lines: readonly (readonly [hertz: number, amplitude: number])[]) => {
  const frequency = Array.from({ length: 5001 }, (_, k) => k / 10);
  const amplitude = frequency.map(() => floor);
  for (const [hertz, a] of lines) amplitude[Math.round(hertz * 10)] = a;
  return { frequency, amplitude };
};
// CWRU's table for the drive-end bearing 6205-2RS JEM SKF, geometry in inches: balls 0.3126, pitch 1.537; multiples 5.4152, 3.5848, 0.39828, 4.7135
// (looked up; the geometry gives 5.41522, 3.58478, 0.39831, 4.71344)
const SKF6205 = { balls: 9, ballDiameter: 0.3126, pitchDiameter: 1.537, angle: 0 };
const orders = { BPFO: 3.5848, BPFI: 5.4152, FTF: 0.39828, '2BSF': 4.7135 };
const at = (order: number, n = 1797) => (order * n) / 60;

const cases: BlockCase[] = [
  {
    title: 'outer race of a 6205 at 1797 /min: lines at 107.4, 214.7 and 322.1 Hz',
    source: 'frequencies: Case Western Reserve University, bearing 6205-2RS JEM SKF, 3.5848 × speed; amplitudes by hand',
    params: SKF6205,
    input: [
      { port: 'speed', time: 0, value: 1797 },
      {
        port: 'spectrum',
        time: 1,
        ...spectrum(0.01, [107.4, 1], [214.7, 0.5], [322.1, 0.25], [162.2, 0.02], [141.2, 0.02]),
      },
    ],
    // 20·log10 of 100, 50, 25: mean 33.98
    expected: {
      best: [{ fault: 'outer-race', found: true, frequency: 107.4, score: (40 + 20 * Math.log10(50) + 20 * Math.log10(25)) / 3 }],
    },
    tolerance: 1e-9,
    falsifier: { why: 'a wrong number of balls', params: { balls: 8 } },
  },
  ...(
    [
      ['BPFI', 'inner-race'],
      ['2BSF', 'ball'],
      ['FTF', 'cage'],
    ] as const
  ).map(
    ([family, fault]): BlockCase => ({
      title: `${fault} of a 6205 at its nominal speed, none wired`,
      source: 'frequencies: Case Western Reserve University, bearing 6205-2RS JEM SKF; amplitudes by hand',
      params: { ...SKF6205, speed: 1797, harmonics: 2 },
      input: [{ port: 'spectrum', time: 0, ...spectrum(0.01, [at(orders[family]), 1], [2 * at(orders[family]), 1]) }],
      expected: { best: [{ fault, found: true, frequency: Math.round(at(orders[family]) * 10) / 10, score: 40 }] },
    }),
  ),
  {
    title: 'an even spectrum has no fault; a bad one is skipped; at standstill and with too few lines it is set aside',
    source: 'limits in the README',
    params: SKF6205,
    input: [
      { port: 'speed', time: 0, value: 1797 },
      { port: 'spectrum', time: 0, ...spectrum(0.01) },
      { port: 'spectrum', time: 1, ...spectrum(0.01, [107.4, 1]), 'amplitude.quality': 'bad' },
      { port: 'spectrum', time: 2, frequency: [1, 2], amplitude: [1, 1] },
      { port: 'speed', time: 3, value: 0 },
      { port: 'spectrum', time: 4, ...spectrum(0.01) },
    ],
    expected: { best: [{ time: 0, fault: 'none', found: false, score: 0 }] },
    dead: 2,
  },
  {
    title: 'four poles at 1455 /min: sidebands at 47 and 53 Hz, −40 dB is a broken bar, −60 dB is not',
    source: 'f(1 ∓ 2s) with s = 3 % (Thomson & Fenger 2001); amplitudes by hand',
    params: { of: 'motor', poles: 4, supply: 50 },
    input: [
      { port: 'speed', time: 0, value: 1455 },
      { port: 'spectrum', time: 1, ...spectrum(1e-6, [50, 10], [47, 0.1], [53, 0.05]) },
      { port: 'spectrum', time: 2, ...spectrum(1e-6, [50, 10], [47, 0.01], [53, 0.01]) },
    ],
    expected: {
      best: [
        { fault: 'rotor-bar', found: true, frequency: 47, score: -40 },
        { fault: 'none', found: false, frequency: 47, score: -60 },
      ],
    },
    falsifier: { why: 'two poles: the slip is another', params: { poles: 2 } },
  },
];
testBlock(import.meta.url, cases);

test('frequencies of the 6205 at 1797 /min', () => {
  // published multiples of the shaft's speed (SKF; Case Western Reserve University)
  const f = bearingFrequencies(SKF6205, 1);
  expect(f.BPFO).toBeCloseTo(3.5848, 4);
  expect(f.BPFI).toBeCloseTo(5.4152, 4);
  expect(f.FTF).toBeCloseTo(0.3983, 4);
  expect(2 * f.BSF).toBeCloseTo(4.7135, 3.7);
  const turning = bearingFrequencies(SKF6205, 1797 / 60);
  expect(turning.BPFO).toBeCloseTo(107.364, 2.7);
  expect(turning.BPFI).toBeCloseTo(162.186, 2.7);
  expect(turning.BSF).toBeCloseTo(70.584, 2.7);
  expect(turning.FTF).toBeCloseTo(11.929, 2.7);
  expect(slipOf(1455 / 60, 50, 4)).toBeCloseTo(0.03, 12);
});

/** Simulated records: impulses that ring at 3 kHz, their period slipping by 1.5 %, in noise of the same power. */
describe('simulated faults at 0 dB', () => {
  const rate = 12_000;
  const shaft = 1797 / 60;
  const f = bearingFrequencies(SKF6205, shaft);
  const classify = (values: Float64Array) => {
    const s = amplitudeSpectrum(envelope(values, rate, 2000, 4000), rate, 'hann');
    const lines = linesWithin(s, 0, 500, 100_000);
    return judgeBearing(lines.frequency, lines.amplitude, SKF6205, shaft, { harmonics: 3, tolerance: 0.02, threshold: 12 });
  };
  const record = (seed: number, hertz: number | undefined): Float64Array => {
    const u = mulberry32(seed);
    const n = 4 * rate;
    const train = new Float64Array(n);
    if (hertz !== undefined)
      for (let t = u() / hertz; t * rate < n; t += (1 + 0.015 * normal(u)) / hertz) {
        const start = Math.ceil(t * rate);
        for (let i = start; i < Math.min(n, start + 120); i++) {
          const since = i / rate - t;
          train[i] = (train[i] as number) + Math.exp(-since * 900) * Math.sin(2 * Math.PI * 3000 * since);
        }
      }
    const power = train.reduce((sum, v) => sum + v * v, 0) / n || 1;
    return train.map((v) => v / Math.sqrt(power) + normal(u));
  };
  test.each([
    ['outer-race', f.BPFO],
    ['inner-race', f.BPFI],
    ['ball', 2 * f.BSF],
    ['none', undefined],
  ] as const)('%s is named in 20 of 20 records', (fault, hertz) => {
    for (let seed = 1; seed <= 20; seed++) {
      const judged = classify(record(seed, hertz));
      expect(judged.fault, `record ${seed}: ${judged.score.toFixed(1)} dB`).toBe(fault);
      if (hertz) expect(Math.abs(judged.frequency / hertz - 1)).toBeLessThan(0.01);
    }
  });
});

// CC BY-NC-SA: read where it lies, never shipped
describe.skipIf(!mfptThere)('MFPT bearing records (../shared/data/bearing-mfpt, not part of the product)', () => {
  // NICE bearing; ball and pitch diameter in inches as in the data set's description
  const NICE = { balls: 8, ballDiameter: 0.235, pitchDiameter: 1.245, angle: 0 };
  test.each([
    ['InnerRaceFault_vload_1', 2.539, 'inner-race', 118.875],
    ['InnerRaceFault_vload_2', 3.959, 'inner-race', 118.875],
    ['OuterRaceFault_vload_1', -3.158, 'outer-race', 81.125],
    ['OuterRaceFault_vload_2', -2.559, 'outer-race', 81.125],
  ] as const)('%s: x = ln(BPFI/BPFO) %f, %s', (name, x, fault, hertz) => {
    const { rate, shaft, values } = readMfpt(name);
    const f = bearingFrequencies(NICE, shaft);
    expect(f.BPFO).toBeCloseTo(81.125, 2);
    expect(f.BPFI).toBeCloseTo(118.875, 2);
    const s = amplitudeSpectrum(envelope(values, rate, 0, rate / 2), rate, 'none');
    const lines = linesWithin(s, 0, 1000, 1e6);
    const judge = (tolerance: number) =>
      judgeBearing(lines.frequency, lines.amplitude, NICE, shaft, { harmonics: 3, tolerance, threshold: 12 });
    const wide = judge(0.02);
    const amplitude = (family: string) => wide.found.find((l) => l.family === family && l.order === 1)?.amplitude ?? Number.NaN;
    expect(Math.abs(Math.log(amplitude('BPFI') / amplitude('BPFO')) - x)).toBeLessThan(0.05);
    expect(wide.fault).toBe(fault);
    // the strongest line of OuterRaceFault_vload_1 lies at 80.00 Hz, 1.4 % of slip: so the default tolerance is 2 %
    const narrow = judge(0.01);
    expect(narrow.fault).toBe(fault);
    expect(Math.abs(narrow.frequency / hertz - 1)).toBeLessThan(0.01);
  });
});
