import { expect, test } from 'vitest';
import { type BlockCase, testBlock } from '#blocks/sdk/testing.ts';
import { velocityRms } from './velocity.ts';
import { ZONES, zoneOf } from './zones.ts';

const G = 9.80665;
const sine = (hertz: number, rms: number, n = 4096, rate = 4096) => ({
  t0: 0,
  rate,
  n,
  values: Float32Array.from({ length: n }, (_, i) => rms * Math.SQRT2 * Math.sin((2 * Math.PI * hertz * i) / rate)),
});
/** Acceleration whose velocity has this RMS. */
const moving = (hertz: number, millimetres: number) => sine(hertz, (millimetres / 1000) * 2 * Math.PI * hertz);

const cases: BlockCase[] = [
  {
    title: '1 g RMS at 159.155 Hz moves with 9.8066 mm/s',
    source: 'closed form: velocity = acceleration / (2πf), 2π · 159.155 = 1000',
    params: { window: 'hann' },
    input: [{ time: 0, wave: sine(159.155, G, 48_000, 48_000) }],
    expected: { out: [{ velocity: 9.80665, zone: 'D', zoneNumber: 4 }] },
    tolerance: 0.0005,
    falsifier: { why: 'the band begins above the line', params: { from: 200 } },
  },
  {
    title: 'zones of group 2 on a rigid support change at 1.4, 2.8 and 4.5 mm/s',
    source: 'ISO 20816-3, table for group 2; velocity by closed form',
    params: { machine: 'group2-rigid', window: 'none' },
    input: [1.39, 1.41, 2.79, 2.81, 4.49, 4.51].map((v, i) => ({ time: i, wave: moving(50, v) })),
    expected: {
      out: [1.39, 1.41, 2.79, 2.81, 4.49, 4.51].map((velocity, i) => ({ velocity, zone: 'ABBCCD'.charAt(i) })),
    },
    tolerance: 1e-6,
    falsifier: { why: 'the wrong group', params: { machine: 'group1-flexible' } },
  },
  {
    title: 'two lines add as squares; what lies outside the band does not count',
    source: 'closed form: √(3² + 4²) = 5 (Parseval)',
    params: { machine: 'group1-flexible', window: 'none' },
    input: [
      {
        time: 0,
        wave: {
          t0: 0,
          rate: 4096,
          n: 4096,
          values: Float32Array.from(moving(50, 3).values, (v, i) =>
            [moving(120, 4), moving(5, 20), moving(1500, 20)].reduce((sum, w) => sum + (w.values[i] as number), v),
          ),
        },
      },
    ],
    expected: { out: [{ velocity: 5, zone: 'B' }] },
    tolerance: 1e-5,
  },
  {
    title: 'own limits; a bad waveform is skipped; one too short or too slow for the band is set aside',
    source: 'limits in the README; velocity by closed form',
    params: { machine: 'own', ab: 1, bc: 2, cd: 3, window: 'none' },
    input: [
      { time: 0, wave: moving(50, 2.5) },
      { time: 1, wave: moving(50, 9), 'wave.quality': 'bad' },
      { time: 2, wave: sine(100, 1, 100, 4096) },
      { time: 3, wave: sine(100, 1, 1000, 1000) },
    ],
    expected: { out: [{ time: 0, velocity: 2.5, zone: 'C' }] },
    dead: 2,
    tolerance: 1e-6,
  },
];
testBlock(import.meta.url, cases);

// edges as printed in ISO 20816-3 (groups) and ISO 10816-1 annex B (classes), mm/s
// (compared with several tables of others who quote the two standards: vibration guides and monitoring products agree on all 24)
test.each([
  ['group1-rigid', 2.3, 4.5, 7.1],
  ['group1-flexible', 3.5, 7.1, 11],
  ['group2-rigid', 1.4, 2.8, 4.5],
  ['group2-flexible', 2.3, 4.5, 7.1],
  ['class1', 0.71, 1.8, 4.5],
  ['class2', 1.12, 2.8, 7.1],
  ['class3', 1.8, 4.5, 11.2],
  ['class4', 2.8, 7.1, 18],
] as const)('%s: a zone begins just above its edge', (machine, ab, bc, cd) => {
  for (const [i, edge] of [ab, bc, cd].entries()) {
    expect(zoneOf(edge, ZONES[machine])).toBe(i + 1);
    expect(zoneOf(edge * (1 + 1e-12), ZONES[machine])).toBe(i + 2);
  }
});

test('the velocity of a line between two lines of the spectrum is kept within 0.1 %', () => {
  expect(Math.abs(velocityRms(moving(50.4, 3).values, 4096, 10, 1000, 'hann') - 3)).toBeLessThan(0.003);
});
