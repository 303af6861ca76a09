import { describe, expect, test, vi } from 'vitest';
import { type BlockCase, testBlock } from '#blocks/sdk/testing.ts';
import { mfptThere, readMfpt } from '../lines/mfpt.testing.ts';
import { features } from './statistics.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

const wave = (values: readonly number[], rate = 1000) => ({ t0: 0, rate, n: values.length, values: Float32Array.from(values) });
const sine = Array.from({ length: 4000 }, (_, i) => 3 * Math.sin((2 * Math.PI * 10 * (i + 0.5)) / 4000));
const twelve = [0.31, -1.2, 0.75, 2.25, -0.5, -0.25, 1.5, -3.0, 0.125, 0.875, -0.625, 4.0];
const cases: BlockCase[] = [
  {
    title: 'twelve values',
    source:
      'SciPy 1.10.1 (stats.skew, stats.kurtosis with fisher=False, stats.entropy of numpy.histogram) and NumPy, values in single precision',
    params: { bins: 8 },
    input: [{ time: 0, wave: wave(twelve) }],
    expected: {
      out: [
        {
          mean: 0.3529166628917058,
          rms: 1.693144831975883,
          sd: 1.7684321012631936,
          peak: 3.647083337108294,
          peakToPeak: 7,
          skewness: 0.23739118293599973,
          kurtosis: 3.3004306005692663,
          crest: 2.154029158186181,
          shape: 1.3348637021617311,
          impulse: 2.875335336660722,
          clearance: 3.5508423361475328,
          entropy: 2.6258145836939115,
        },
      ],
    },
    tolerance: 1e-12,
    falsifier: { why: 'one sample is another', input: [{ row: 0, wave: wave([...twelve.slice(1), 4.5]) }] },
  },
  {
    title: 'a sine: crest √2, kurtosis 1.5, shape π/(2√2), impulse π/2',
    source: 'closed forms',
    input: [{ time: 0, wave: wave(sine) }],
    expected: {
      out: [
        {
          rms: 3 / Math.SQRT2,
          kurtosis: 1.5,
          skewness: 0,
          crest: Math.SQRT2,
          shape: Math.PI / (2 * Math.SQRT2),
          impulse: Math.PI / 2,
        },
      ],
    },
    tolerance: 1e-4, // the peak lies between two samples
  },
  {
    title: 'a square wave: every factor is 1, one bit of entropy; an offset changes the mean alone',
    source: 'closed forms',
    input: [{ time: 0, wave: wave(Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? 12 : 8))) }],
    expected: {
      out: [
        {
          mean: 10,
          rms: 2,
          peak: 2,
          peakToPeak: 4,
          skewness: 0,
          kurtosis: 1,
          crest: 1,
          shape: 1,
          impulse: 1,
          clearance: 1,
          entropy: 1,
        },
      ],
    },
  },
  {
    title: 'a bad waveform is skipped, one too short is set aside; the factors of a constant are missing',
    source: 'limits in the README',
    input: [
      { time: 0, wave: wave(twelve), 'wave.quality': 'bad' },
      { time: 1, wave: wave([1, 2, 3]) },
      { time: 2, wave: wave(new Array(16).fill(5)) },
    ],
    expected: { out: [{ time: 2, mean: 5, rms: 0, entropy: 0, 'kurtosis.quality': 'bad:missing', 'rms.quality': 'good' }] },
    dead: 1,
  },
];
testBlock(import.meta.url, cases);

// CC BY-NC-SA: read where it lies, never shipped
describe.skipIf(!mfptThere)('MFPT bearing records (../shared/data/bearing-mfpt, not part of the product)', () => {
  test.each([
    ['InnerRaceFault_vload_1', 51.05],
    ['InnerRaceFault_vload_2', 27.97],
    ['OuterRaceFault_vload_1', 4.564],
    ['OuterRaceFault_vload_2', 5.089],
  ])('%s: kurtosis %f', (name, kurtosis) => {
    expect(Math.abs(features(readMfpt(name).values, 64).kurtosis / kurtosis - 1)).toBeLessThan(2e-4);
  });
});
