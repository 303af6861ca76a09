import { expect, test } from 'vitest';
import { type BlockCase, runBlock, testBlock } from '#blocks/sdk/testing.ts';
import { advanceRotating, initRotating, ROTATING_CELLS, type RotatingInputs, readRotating, rotatingWave } from './model.ts';

const MIDNIGHT = Date.UTC(2026, 0, 4, 16);
const seconds = (n: number, step: number) =>
  Array.from({ length: n }, (_, i) => ({ time: MIDNIGHT + i * step * 1000, value: 1797 }));

const cases: BlockCase[] = [
  {
    title: 'slow signals of a good machine without noise',
    source: 'closed form: vibration = √((1.5² + 0.4² + 0.15²)/2)',
    params: { noise: 0, samples: 256 },
    input: seconds(1, 1),
    expected: {
      measured: [{ vibration: Math.sqrt((1.5 ** 2 + 0.4 ** 2 + 0.15 ** 2) / 2) }],
      truth: [{ fault: 'none', severity: 0 }],
    },
  },
  {
    title: 'a waveform every ten seconds, slow signals with every row',
    source: 'definition',
    params: { samples: 512, fault: 'inner' },
    input: seconds(8, 5),
    expected: {
      wave: [{ time: MIDNIGHT }, { time: MIDNIGHT + 10_000 }, { time: MIDNIGHT + 20_000 }, { time: MIDNIGHT + 30_000 }],
      truth: Array.from({ length: 8 }, () => ({ fault: 'inner', severity: 1 })),
    },
  },
];
testBlock(import.meta.url, cases);

test('the block in a program gives the very numbers of the model', async () => {
  const input = seconds(12, 5);
  const result = await runBlock(import.meta.url, {
    title: '',
    source: '',
    params: { seed: 5, fault: 'outer', samples: 4096 },
    input,
  });
  const inputs: RotatingInputs = { fault: 'outer', severity: 1, speed: 1797, ratio: 0, noise: 1 };
  const x = new Float64Array(ROTATING_CELLS);
  initRotating(x, 5, MIDNIGHT, inputs);
  for (const [i, row] of input.entries()) {
    advanceRotating(x, row.time, inputs);
    expect(result.outputs.measured?.[i]?.values).toEqual(readRotating(x, inputs));
    if (i % 2 === 1) continue;
    const wave = result.outputs.wave?.[i / 2]?.values.wave as { readonly rate: number; readonly values: ArrayLike<number> };
    expect(wave.rate).toBe(48_000);
    expect(Array.from(wave.values)).toEqual(Array.from(rotatingWave(x, inputs, 4096, 48_000)));
  }
});
