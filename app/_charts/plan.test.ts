import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PlanBar, planRows } from './plan.ts';

const bar = (row: string, from: number, to: number): PlanBar => ({ row, from, to, label: '', group: '' });

test('as many lanes as bars at one moment, and none overlaps in its lane', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 20 })), { maxLength: 40 }),
      (list) => {
        const bars = list.map(([from, length]) => bar('M', from, from + length));
        const [row] = planRows(bars, 'en');
        // the depth: the most bars over the beginning of any of them
        const depth = Math.max(0, ...bars.map((a) => bars.filter((b) => b.from <= a.from && a.from < b.to).length));
        expect(row?.lanes ?? 0).toBe(depth);
        for (const a of row?.bars ?? [])
          for (const b of row?.bars ?? []) if (a !== b && a.lane === b.lane) expect(a.to <= b.from || b.to <= a.from).toBe(true);
      },
    ),
  );
});

test('rows in the order of their names, numbers as numbers; what has no length is left out', () => {
  const rows = planRows([bar('M10', 0, 1), bar('M2', 0, 1), bar('M1', 3, 3), bar('M1', Number.NaN, 3)], 'en');
  expect(rows.map((r) => r.name)).toEqual(['M2', 'M10']);
});
