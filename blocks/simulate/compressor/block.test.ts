import { describe, expect, test } from 'vitest';
import { type BlockCase, runBlock, testBlock } from '#blocks/sdk/testing.ts';
import {
  advanceStation,
  initStation,
  NO_FAULTS,
  readStation,
  STATION_CELLS,
  type StationInputs,
  truthOfStation,
} from './model.ts';

const MIDNIGHT = Date.UTC(2026, 0, 4, 16);
const minutes = (n: number, setpoint: (i: number) => number, from = MIDNIGHT) =>
  Array.from({ length: n }, (_, i) => ({ time: from + i * 60_000, value: setpoint(i) }));

const cases: BlockCase[] = [
  {
    title: 'hour 6 of the published day: A 13, B 3, 113.2 kW',
    source: 'published unit curves and rule',
    params: { noise: 0 },
    input: [{ time: MIDNIGHT + 6.5 * 3_600_000, value: 7 }],
    expected: {
      measured: [{ pressure: 7, pressureOk: true, flow: 16, power: 113.2, powerA: 82, powerB: 31.2, powerC: 0 }],
      truth: [{ demand: 16, supply: 16, power: 113.2 }],
    },
  },
  {
    title: 'hour 10: 31 m³/min, C at 8',
    source: 'published unit curves and rule: 82 + 62 + 14 + 5.4·8 + 0.02·64',
    params: { noise: 0 },
    input: [{ time: MIDNIGHT + 10.5 * 3_600_000, value: 7 }],
    expected: { measured: [{ flowC: 8, powerC: 58.48, power: 202.48 }] },
  },
  {
    title: 'half an hour with noise and a leak that begins in the middle',
    source: 'the leak at the reference pressure is its size; the checks of every block',
    params: { seed: 7, noise: 1, fault: 'leak', faultAfter: 900, leak: 4 },
    input: minutes(30, () => 7),
  },
  {
    title: 'a frozen transmitter says so',
    source: 'definition of the fault',
    params: { noise: 0, fault: 'sensor' },
    input: minutes(3, (i) => 7 + 0.2 * i),
    expected: { measured: [{ pressure: 7, pressureOk: false }, { pressure: 7 }, { pressure: 7 }] },
  },
];
testBlock(import.meta.url, cases);

describe('block and model', () => {
  test('the block in a program gives the very numbers of the model', async () => {
    const input = minutes(120, (i) => 6.5 + (i % 10) / 10);
    const result = await runBlock(import.meta.url, { title: '', source: '', params: { seed: 42, noise: 1 }, input });
    const x = new Float64Array(STATION_CELLS);
    const inputs = (setpoint: number): StationInputs => ({ ...NO_FAULTS, setpoint, noise: 1, utcOffset: 8 });
    initStation(x, 42, MIDNIGHT, inputs(6.5));
    for (const [i, row] of input.entries()) {
      advanceStation(x, row.time, inputs(row.value));
      expect(result.outputs.measured?.[i]?.values).toEqual(readStation(x, inputs(row.value)));
      expect(result.outputs.truth?.[i]?.values).toEqual(truthOfStation(x));
    }
  });

  test('the published day through a program: 3,280.40 kWh', async () => {
    const input = minutes(1441, () => 7);
    const result = await runBlock(import.meta.url, { title: '', source: '', params: { noise: 0 }, input });
    expect(result.outputs.measured?.at(-1)?.values.energy).toBeCloseTo(3280.4, 2);
  });
});
