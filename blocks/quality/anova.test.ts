import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { oneWay } from './anova.ts';

const FOLDER = new URL('../../../shared/data/nist-strd/anova/', import.meta.url);

/** Values and certified results of a NIST StRD file: group and value a line from the line that the head names. */
function read(name: string) {
  const text = readFileSync(new URL(`${name}.dat`, FOLDER), 'utf8');
  const lines = text.split('\n');
  const from = Number(/Data\s*\(lines\s+(\d+)\s+to/i.exec(text)?.[1]);
  const groups = new Map<number, number[]>();
  for (const line of lines.slice(from - 1)) {
    const [group, value] = line.trim().split(/\s+/).map(Number);
    if (group === undefined || value === undefined || Number.isNaN(value)) continue;
    groups.set(group, [...(groups.get(group) ?? []), value]);
  }
  const cells = (label: RegExp) =>
    lines
      .find((line) => label.test(line))
      ?.trim()
      .split(/\s+/) ?? [];
  const between = cells(/^\s*Between/);
  return { groups: [...groups.values()], f: Number(between.at(-1)), squares: Number(between.at(-3)) };
}
const digits = (got: number, certified: number) => Math.min(15, -Math.log10(Math.abs(got - certified) / Math.abs(certified)));

describe.skipIf(!existsSync(FOLDER))(
  'NIST StRD, analysis of variance (../shared/data/nist-strd, not part of the product)',
  () => {
    test.each([
      ['SiRstv', 9],
      ['SmLs01', 9],
      ['SmLs02', 9],
      ['SmLs04', 9],
      ['SmLs07', 4],
    ])('%s: certified F to %i digits', (name, least) => {
      const { groups, f, squares } = read(name);
      expect(groups.length).toBeGreaterThan(2);
      const got = oneWay(groups);
      expect(digits(got.f, f)).toBeGreaterThanOrEqual(least);
      expect(digits(got.between.squares, squares)).toBeGreaterThanOrEqual(least);
    });
  },
);

/** scipy.stats.f_oneway([6, 8, 4, 5, 3, 4], [8, 12, 9, 11, 6, 8], [13, 9, 11, 8, 7, 12]): F 9.264706, p 0.002399 (by hand 84/68·15/2). */
test('one-way by hand and by SciPy', () => {
  const got = oneWay([
    [6, 8, 4, 5, 3, 4],
    [8, 12, 9, 11, 6, 8],
    [13, 9, 11, 8, 7, 12],
  ]);
  expect(got.between.squares).toBeCloseTo(84, 12);
  expect(got.within.squares).toBeCloseTo(68, 12);
  expect(got.f).toBeCloseTo(9.264705882352942, 12);
  expect(got.p).toBeCloseTo(0.0023987773293929083, 14);
});
