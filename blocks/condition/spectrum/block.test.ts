import { expect, test } from 'vitest';
import { type BlockCase, runBlock, testBlock } from '#blocks/sdk/testing.ts';

const RATE = 48_000;
const sine = (n: number, hertz: number, amplitude: number, rate = RATE) => ({
  t0: 0,
  rate,
  n,
  values: Float32Array.from({ length: n }, (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / rate)),
});

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
