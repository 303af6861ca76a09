import { expect, test } from 'vitest';
import { dayOf, momentOf } from './dates.ts';

test('days and moments are those of JavaScript’s own calendar', () => {
  for (let day = -40_000; day < 60_000; day += 13) {
    const iso = new Date(day * 86_400_000).toISOString();
    expect(dayOf(iso.slice(0, 10))).toBe(day);
  }
  for (const text of ['2026-07-31', '2026-07-31T08:30Z', '2024-02-29T23:59:59+08:00', '2024-02-29T00:00:00-05:30'])
    expect(momentOf(text)).toBe(Date.parse(text));
  expect(dayOf('2025-02-29')).toBeNaN();
  expect(momentOf('2025-13-01')).toBeNaN();
});
