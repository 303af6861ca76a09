import { existsSync, readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { civil } from '#blocks/mathematics/civil.ts';
import { runBlock, testBlock } from '#blocks/sdk/testing.ts';
import { monthOf, rateAt } from './calendar.ts';

// calculates for seconds on a busy machine
vi.setConfig({ testTimeout: 60_000 });

testBlock(import.meta.url);

test('days are those of the Gregorian calendar (JavaScript’s own)', () => {
  for (let days = -40_000; days < 60_000; days += 7.3) {
    const day = Math.floor(days);
    const there = new Date(day * 86_400_000);
    expect(civil(day)).toEqual({ year: there.getUTCFullYear(), month: there.getUTCMonth() + 1, day: there.getUTCDate() });
    const weekday = (there.getUTCDay() + 6) % 7;
    const rates = [{ name: 'x', price: 1, from: '00:00', to: '24:00', days: [weekday + 1] }];
    expect(rateAt(day * 86_400_000, 0, rates, [])?.name).toBe('x');
  }
});

test('a rate over midnight, a season, a holiday, a site east of Greenwich', () => {
  const night = [{ name: 'night', price: 1, from: '22:00', to: '06:00', months: [12, 1], days: [7] }];
  const at = (iso: string, holidays: string[] = []) => rateAt(Date.parse(iso), 8, night, holidays)?.name;
  expect(at('2026-01-04T23:30:00+08:00')).toBe('night'); // a Sunday
  expect(at('2026-01-05T23:30:00+08:00')).toBeUndefined();
  expect(at('2026-01-05T23:30:00+08:00', ['2026-01-05'])).toBe('night');
  expect(at('2026-03-01T23:30:00+08:00')).toBeUndefined();
  expect(at('2026-01-04T06:00:00+08:00')).toBeUndefined();
  expect(monthOf(Date.parse('2025-12-31T16:00:00Z'), 8) - monthOf(Date.parse('2025-12-31T15:59:59Z'), 8)).toBe(1);
});

/** Totals of the file (SOURCE.md): a year of a steel works, 15 minutes a row, with the period's name in each. Not part of the product. */
const FILE = new URL('../../../../shared/data/steel-energy/Steel_industry_data.csv', import.meta.url);
test.skipIf(!existsSync(FILE))(
  'a year of a steel works: energy, periods, highest demand (../shared/data/steel-energy)',
  async () => {
    const lines = readFileSync(FILE, 'utf8').trim().split(/\r?\n/).slice(1);
    const first = Date.UTC(2018, 0, 1);
    const input = lines.map((line, i) => {
      const cells = line.split(',');
      return { time: first + (i + 1) * 900_000, value: Number(cells[1]) * 4, period: cells.at(-1) ?? '' };
    });
    const params = { reading: 'interval', utcOffset: 0, rest: 'other', demandPrice: 1 };
    const { outputs, dead } = await runBlock(import.meta.url, { title: '', source: '', params, input });
    expect(dead).toEqual([]);
    const windows = outputs.window ?? [];
    expect(windows).toHaveLength(35_040);
    const energy = (name?: string) =>
      windows.filter((w) => name === undefined || w.values.period === name).reduce((s, w) => s + (w.values.energy as number), 0);
    expect(energy().toFixed(2)).toBe('959636.71');
    expect(energy('Light_Load').toFixed(2)).toBe('155892.81');
    expect(energy('Medium_Load').toFixed(2)).toBe('372766.54');
    expect(energy('Maximum_Load').toFixed(2)).toBe('430977.36');
    expect(Math.max(...windows.map((w) => w.values.value as number))).toBeCloseTo(628.72, 9);
    // eleven months are closed by the next; their bills and the twelfth's sums are the year
    const bills = outputs.bill ?? [];
    expect(bills).toHaveLength(11);
    const billed = bills.reduce((s, b) => s + (b.values.energy as number[]).reduce((t, e) => t + e, 0), 0);
    expect((billed + (windows.at(-1)?.values.monthEnergy as number)).toFixed(2)).toBe('959636.71');
  },
);

test.skipIf(!existsSync(FILE))(
  'the same year: CO₂ of 403.81 t, power factor from energy and reactive energy within 0.01',
  async () => {
    const rows = readFileSync(FILE, 'utf8').trim().split(/\r?\n/).slice(1);
    const cells = rows.map((line) => line.split(','));
    const column = (at: number) => cells.map((row) => Number(row[at]));
    const block = (path: string) => new URL(`../../${path}/block.ts`, import.meta.url).href;

    const params = { values: [{ name: 'co2', how: 'sum' }] };
    const total = await runBlock(block('transform/group'), {
      title: '',
      source: '',
      params,
      columns: { in: { co2: { type: 'number' } } },
      input: [{ time: 0, co2: column(4) }],
    });
    const [co2] = (total.outputs.out?.[0]?.values.co2 ?? []) as number[];
    expect(co2?.toFixed(2)).toBe('403.81');

    for (const [reactive, printed] of [
      [2, 5],
      [3, 6],
    ] as const) {
      const input = cells.map((row, i) => ({ time: i, port: 'a', value: Number(row[1]) }));
      const both = input.flatMap((a, i) => [a, { time: i, port: 'b', value: Number(cells[i]?.[reactive]) }]);
      const params = { expression: 'a == 0 ? 0 : 100 * a / sqrt(a * a + b * b)' };
      const { outputs } = await runBlock(block('transform/expr'), { title: '', source: '', params, input: both });
      // the expression is worked out at every change of one of the two: the second of a moment has both
      const got = (outputs.out ?? []).filter((_, i) => i % 2 === 1).map((r) => r.values.value as number);
      expect(got).toHaveLength(cells.length);
      const worst = Math.max(...cells.map((row, i) => Math.abs((got[i] as number) - Number(row[printed]))));
      expect(worst).toBeLessThanOrEqual(0.01);
    }
  },
);
