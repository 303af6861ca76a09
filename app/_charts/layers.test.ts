import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layered } from './layers.ts';

const layersOf = (edges: Parameters<typeof layered>[0]) => Object.fromEntries(layered(edges).map((n) => [n.id, n.layer]));

test('layer = longest way from a source', () => {
  expect(
    layersOf([
      { from: 'a', to: 'b' },
      { from: 'b', to: 'd' },
      { from: 'a', to: 'd' },
      { from: 'c', to: 'd' },
      { from: 'd', to: 'e' },
    ]),
  ).toEqual({ a: 0, b: 1, c: 0, d: 2, e: 3 });
});

test('crossed pairs are uncrossed', () => {
  const at = new Map(
    layered([
      { from: 'a', to: 'y' },
      { from: 'b', to: 'x' },
    ]).map((n) => [n.id, n.order]),
  );
  expect((at.get('a') ?? 0) < (at.get('b') ?? 0)).toBe((at.get('y') ?? 0) < (at.get('x') ?? 0));
});

test('without a cycle every edge goes down; with one, every node still has one place of its own', () => {
  const node = fc.integer({ min: 0, max: 12 });
  fc.assert(
    fc.property(fc.array(fc.tuple(node, node), { minLength: 1, maxLength: 30 }), (pairs) => {
      const edge = ([a, b]: [number, number]) => ({
        from: String(Math.min(a, b)),
        to: String(Math.max(a, b) + (a === b ? 1 : 0)),
      });
      const down = pairs.map(edge);
      const layers = layersOf(down);
      for (const { from, to } of down) expect(layers[from]).toBeLessThan(layers[to] as number);
      const any = layered(pairs.map(([a, b]) => ({ from: String(a), to: String(b) })));
      expect(new Set(any.map((n) => n.id)).size).toBe(any.length);
      expect(new Set(any.map((n) => `${n.layer} ${n.order}`)).size).toBe(any.length);
      expect(any.length).toBe(new Set(pairs.flat()).size);
    }),
  );
});

test('a chain of 20,000 lots does not exhaust the stack', () => {
  const chain = Array.from({ length: 20_000 }, (_, i) => ({ from: String(i), to: String(i + 1) }));
  expect(Math.max(...layered(chain).map((n) => n.layer))).toBe(20_000);
});
