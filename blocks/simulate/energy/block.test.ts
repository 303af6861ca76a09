import { describe, expect, test, vi } from 'vitest';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';
import { BATTERY, HEAT, outdoorsAt } from './model.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

testBlock(import.meta.url);

const MIDNIGHT = Date.UTC(2026, 0, 4, 16); // Monday 2026-01-05T00:00:00+08:00
const MINUTE = 60_000;
const LOAD = [
  300, 290, 285, 280, 285, 310, 380, 520, 760, 900, 960, 940, 700, 820, 930, 950, 910, 840, 640, 560, 500, 430, 370, 320,
];
const run = async (params: Record<string, unknown>, input: readonly Record<string, unknown>[]) => {
  const { outputs, dead } = await runBlock(import.meta.url, { title: '', source: '', params, input });
  expect(dead).toEqual([]);
  const of = (port: string) => (outputs[port] ?? []).map((r) => r.values as Record<string, number>);
  return { measured: of('measured'), truth: of('truth'), month: of('month') };
};
const rows = (minutes: number, value: (i: number) => number = () => 0, step = 1) =>
  Array.from({ length: minutes / step + 1 }, (_, i) => ({ time: MIDNIGHT + i * step * MINUTE, value: value(i * step) }));

describe('electricity', () => {
  test('the published day costs 11,226.80 by its tariff; energy is the sum of its hours', async () => {
    const { measured } = await run({ noise: 0 }, rows(1440));
    expect(measured.at(-1)?.energy).toBeCloseTo(
      LOAD.reduce((s, kw) => s + kw, 0),
      6,
    );
    const rate = (name: string, price: number, from: string, to: string) => ({ name, price, from, to });
    const rates = [
      rate('valley', 0.3, '00:00', '08:00'),
      rate('peak', 1.1, '10:00', '12:00'),
      rate('peak', 1.1, '14:00', '19:00'),
    ];
    const params = { rates, rest: 'flat', restPrice: 0.68, utcOffset: 8, reading: 'now' };
    // a reading is the power of the step that ends with it: it stands for the minute before
    const input = measured.slice(1).map((m, i) => ({ time: MIDNIGHT + i * MINUTE, value: m.power as number }));
    input.push({ time: MIDNIGHT + 1440 * MINUTE, value: 300 }, { time: MIDNIGHT + 1441 * MINUTE, value: 300 });
    const tariff = new URL('../../energy/tariff/block.ts', import.meta.url).href;
    const { outputs } = await runBlock(tariff, { title: '', source: '', params, input });
    const cost = (outputs.window ?? []).slice(0, 96).reduce((s, w) => s + (w.values.cost as number), 0);
    expect(Math.abs(cost - 11_226.8)).toBeLessThan(0.05);
  });

  test('a full battery that cuts at the printed least peak of 827.92 ± 0.05 kW is just empty when the day’s peaks are over', async () => {
    const asked = (i: number) => Math.max(-200, Math.min(200, 827.94 - (LOAD[Math.floor(i / 60) % 24] as number)));
    const { measured } = await run({ noise: 0, stored: 600 }, rows(18 * 60, asked));
    expect(Math.max(...measured.map((m) => m.power as number))).toBeLessThanOrEqual(827.97);
    expect(Math.abs(Math.min(...measured.map((m) => m.storage as number)) - 60)).toBeLessThan(0.2);
  });

  test('the balance of the battery closes; a round trip gives back 90 %; nothing is fed into the grid', async () => {
    const { measured, truth } = await run(
      { noise: 0 },
      rows(1440, (i) => (i < 240 ? 150 : -250)),
    );
    let stored = BATTERY.least;
    let [taken, given] = [0, 0];
    truth.slice(1).forEach((t, i) => {
      const kw = t.battery as number;
      stored += ((kw >= 0 ? kw * Math.sqrt(0.9) : kw / Math.sqrt(0.9)) / 60) as number;
      expect(measured[i + 1]?.storage).toBeCloseTo(stored, 6);
      if (kw > 0) taken += kw / 60;
      else given -= kw / 60;
      expect(Math.abs(kw)).toBeLessThanOrEqual(200);
      expect(measured[i + 1]?.power).toBeGreaterThanOrEqual(0);
    });
    expect(stored).toBeCloseTo(BATTERY.least, 6);
    expect(given / taken).toBeCloseTo(0.9, 9);
  });
});

test('gas is process heat and degree hours over efficiency and heating value; degree hours are those of the weather', async () => {
  const { measured, truth } = await run({ noise: 0 }, rows(1440));
  let degreeHours = 0;
  for (let i = 0; i < 14_400; i++) degreeHours += Math.max(0, HEAT.base - outdoorsAt(MIDNIGHT + (i + 0.5) * 6000, 8)) / 600;
  expect(Math.abs((truth.at(-1)?.degreeHours as number) / degreeHours - 1)).toBeLessThan(1e-6);
  const process = (400 * LOAD.reduce((s, kw) => s + kw, 0)) / 960;
  expect(measured.at(-1)?.gas).toBeCloseTo((process + 12 * degreeHours) / 9.2, 2);
});

test('false air changes what is measured and not the concentration at reference oxygen nor the mass', async () => {
  const clean = await run({ noise: 0 }, rows(0));
  const diluted = await run({ noise: 0, fault: 'false-air' }, rows(0));
  const input = [clean, diluted].map(({ measured: [m] }, i) => ({
    time: i * 3_600_000,
    c: m?.nox,
    o2: m?.oxygen,
    flow: m?.stackFlow,
  }));
  for (const { c, o2 } of input) expect(((c as number) * (21 - 3.5)) / (21 - (o2 as number))).toBeCloseTo(60, 9);
  const mass = input.map(({ c, flow }) => (c as number) * (flow as number));
  expect((mass[1] as number) / (mass[0] as number)).toBeCloseTo(1, 9);
  expect((input[1]?.c as number) / (input[0]?.c as number)).toBeCloseTo((21 - 6.2) / (21 - 3.5), 9);
});

test('noise of 1: loads of different minutes vary by 1 %, and the same seed gives the same day', async () => {
  const input = rows(600, () => 0, 10);
  const [a, b, c] = await Promise.all([run({ seed: 1 }, input), run({ seed: 1 }, input), run({ seed: 2 }, input)]);
  expect(a).toEqual(b);
  expect(a.measured).not.toEqual(c.measured);
  const spread = a.truth.slice(1).map((t, i) => (t.load as number) / (LOAD[Math.floor((i * 10) / 60)] as number) - 1);
  expect(Math.sqrt(spread.reduce((s, v) => s + v * v, 0) / spread.length)).toBeGreaterThan(0.006);
  expect(Math.sqrt(spread.reduce((s, v) => s + v * v, 0) / spread.length)).toBeLessThan(0.015);
});
