import { expect, it } from 'vitest';
import type { PinReport } from '#runtime/replay/pin.ts';
import { wiresAt } from './moment.ts';

/** A wire that spoke at the first, third and fourth of five moments, another only at the last. */
const report = {
  wires: [{ node: 'a', port: 'out', count: 30, last: [], course: { value: { time: [10, 30, 40], last: [1, 3, 4], count: 30 } } }],
  moments: {
    at: [10, 20, 30, 40, 50],
    thinned: false,
    wires: [
      {
        ...{ node: 'a', port: 'out', key: 'k', moment: [0, 2, 3], time: [9, 29, 39], count: [10, 20, 30] },
        columns: { value: [1, 3, 4] },
        quality: { value: [0, 0, 128] },
      },
      { node: 'b', port: 'out', key: 'k', moment: [4], time: [49], count: [1], columns: { on: [true] } },
    ],
  },
} as unknown as PinReport;

it('has on every wire what was there at the moment, and nothing that came later', () => {
  const second = wiresAt(report, 1);
  expect(second).toHaveLength(1);
  expect(second[0]).toMatchObject({ node: 'a', count: 10, last: [{ time: 9, key: 'k', values: { value: { v: 1, q: 0 } } }] });
  expect(second[0]?.course.value).toMatchObject({ time: [10], last: [1] });

  const end = wiresAt(report, 4);
  expect(end.map((wire) => [wire.node, wire.count])).toEqual([
    ['a', 30],
    ['b', 1],
  ]);
  expect(end[0]?.last.at(-1)).toEqual({ time: 39, key: 'k', values: { value: { v: 4, q: 128 } } });
});
