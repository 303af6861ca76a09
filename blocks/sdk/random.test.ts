import { expect, test } from 'vitest';
import { mulberry32, normal, normalAt, uniformAt } from './random.ts';

test('seed 42 gives the published uniforms', () => {
  const u = mulberry32(42);
  expect([u(), u(), u()]).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099]);
});

test('seed 42 gives the published normals (ten decimals, the last one cut off in print)', () => {
  const u = mulberry32(42);
  for (const expected of [-1.2848381576, -0.9453528099, -0.6112802847]) expect(normal(u)).toBeCloseTo(expected, 9);
});

test('a generator kept in a state cell gives the same numbers as the closure', () => {
  const cells = Float64Array.of(7, 42);
  const u = mulberry32(42);
  for (let i = 0; i < 1000; i++) expect(uniformAt(cells, 1)).toBe(u());
  expect(normalAt(cells, 1)).toBe(normal(u));
  expect(cells[0]).toBe(7);
});
