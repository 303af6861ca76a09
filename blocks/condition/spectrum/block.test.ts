import { expect, test, vi } from 'vitest';
import { type BlockCase, runBlock, testBlock } from '#blocks/sdk/testing.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

const RATE = 48_000;
const sine = (n: number, hertz: number, amplitude: number, rate = RATE) => ({
  t0: 0,
  rate,
  n,
  values: Float32Array.from({ length: n }, (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / rate)),
});

const lines = {
  t0: 0,
  rate: 256,
  n: 256,
  values: Float32Array.from(
    { length: 256 },
    (_, i) =>
      2 * Math.sin((2 * Math.PI * 32 * i) / 256) + 0.5 * Math.cos((2 * Math.PI * 80 * i) / 256) + ((i * 7919) % 101) / 101 - 0.5,
  ),
};

const cases: BlockCase[] = [
  {
    title: 'a second of a sine at 1,234 Hz: the line shows its amplitude, the RMS is 2.5/√2',
    source: 'closed form',
    params: { from: 1230, to: 1238, window: 'none' },
    input: [{ time: 0, wave: sine(48_000, 1234, 2.5) }],
    expected: {
      out: [{ frequency: [1230, 1231, 1232, 1233, 1234, 1235, 1236, 1237, 1238], amplitude: [0, 0, 0, 0, 2.5, 0, 0, 0, 0] }],
      strongest: [{ frequency: 1234, amplitude: 2.5, rms: 2.5 / Math.sqrt(2) }],
    },
    tolerance: 1e-6, // samples are single precision
  },
  {
    title: 'Hann spreads a line over its neighbours at half its amplitude, the RMS stays',
    source: 'closed form of the Hann kernel: 1/2, 1, 1/2',
    params: { from: 98, to: 102 },
    input: [{ time: 0, wave: sine(1000, 100, 3, 1000) }],
    expected: {
      out: [{ frequency: [98, 99, 100, 101, 102], amplitude: [0, 1.5, 3, 1.5, 0] }],
      strongest: [{ frequency: 100, amplitude: 3, rms: 3 / Math.sqrt(2) }],
    },
    tolerance: 1e-6,
  },
  {
    title: 'a waveform that does not reach the band, and one that is too short, are set aside',
    source: 'limits in the README',
    params: { from: 600, to: 900 },
    input: [
      { time: 0, wave: sine(1000, 100, 1, 1000) },
      { time: 1, wave: sine(4, 1, 1, 1000) },
    ],
    expected: { out: [], strongest: [] },
    dead: 2,
  },
  {
    title: 'averages of 7 segments of 64 and of 3 of 128 samples',
    source: "SciPy 1.10.1, signal.welch(window='hann', nperseg=64, noverlap=32, scaling='spectrum'): √(2P)",
    params: { averages: 7, from: 8, to: 44 },
    input: [{ time: 0, wave: lines }],
    expected: {
      out: [
        {
          frequency: [8, 12, 16, 20, 24, 28, 32, 36, 40, 44],
          amplitude: [
            0.06569792882386954, 0.04347665546881154, 0.03582892625311607, 0.02959946251903233, 0.029300506399536137,
            0.9999108595288567, 1.9952436657555155, 0.9993476428371477, 0.04794844741023475, 0.09024736773655778,
          ],
        },
      ],
    },
    tolerance: 1e-10,
    falsifier: { why: 'segments of another length', params: { averages: 3 } },
  },
  {
    title: 'cepstrum of an echo: a/2 at its delay, −a²/4 at twice, a³/6 at three times',
    source: 'closed form: ln|1 + a·e^(−iωd)| = Σ (−1)^(k+1)·aᵏ/k·cos(kωd)',
    params: { mode: 'cepstrum', longest: 0.3 },
    input: [
      {
        time: 0,
        wave: {
          t0: 0,
          rate: 100,
          n: 1000,
          values: Float32Array.from({ length: 1000 }, (_, i) => (i === 0 ? 1 : i === 10 ? 0.5 : 0)),
        },
      },
    ],
    expected: {
      out: [],
      strongest: [],
      cepstrum: [
        {
          quefrency: Array.from({ length: 31 }, (_, i) => i / 100),
          level: Array.from({ length: 31 }, (_, i) => (i === 10 ? 0.25 : i === 20 ? -0.0625 : i === 30 ? 0.125 / 6 : 0)),
        },
      ],
    },
    tolerance: 1e-12,
  },
  {
    title: 'a bad waveform is skipped',
    source: 'policy in the README',
    input: [{ time: 0, wave: sine(1000, 100, 1, 1000), 'wave.quality': 'bad' }],
    expected: { out: [], strongest: [], cepstrum: [] },
  },
];
testBlock(import.meta.url, cases);

test('the unit of the amplitude is the unit of the waveform', async () => {
  const input = [{ time: 0, wave: sine(1000, 100, 1, 1000) }];
  const result = await runBlock(import.meta.url, {
    title: '',
    source: '',
    columns: { wave: { type: 'wave', unit: 'm/s2' } },
    input,
  });
  expect(result.outputs.strongest).toHaveLength(1);
});
