import { expect, test } from 'vitest';
import { inReadingOrder } from '#runtime/graph/screens.ts';
import { clamp, freePlace, overlap, type Placed, settle } from './layout.ts';

const tile = (id: string, x: number, y: number, w: number, h: number): Placed => ({ id, at: { x, y, w, h } });
const after = (widgets: readonly Placed[], id: string, at: Placed['at']) => {
  const moved = settle(widgets, id, at);
  return widgets.map((one) => ({ id: one.id, at: moved.get(one.id) ?? one.at }));
};

test('what lies there goes down as far as it must, and pushes in turn', () => {
  const widgets = [tile('a', 0, 0, 6, 3), tile('b', 0, 3, 6, 3), tile('c', 6, 3, 6, 3), tile('d', 0, 6, 12, 2)];
  expect(after(widgets, 'a', { x: 0, y: 2, w: 6, h: 3 })).toEqual([
    tile('a', 0, 2, 6, 3),
    tile('b', 0, 5, 6, 3),
    tile('c', 6, 3, 6, 3),
    tile('d', 0, 8, 12, 2),
  ]);
});

test('a gap stays, and the same place moves nothing', () => {
  const widgets = [tile('a', 0, 0, 3, 3), tile('b', 0, 9, 3, 3)];
  expect(settle(widgets, 'a', { x: 0, y: 1, w: 3, h: 3 })).toEqual(new Map([['a', { x: 0, y: 1, w: 3, h: 3 }]]));
  expect(settle(widgets, 'a', { x: 0, y: 0, w: 3, h: 3 }).size).toBe(0);
});

test('whatever is moved wherever, nothing lies on another or beside the grid', () => {
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % n;
  };
  let widgets: Placed[] = [];
  for (let i = 0; i < 14; i++) {
    const size = { w: 1 + random(6), h: 1 + random(5) };
    widgets.push({ id: `w${i}`, at: freePlace(widgets, size) });
  }
  for (let i = 0; i < 80; i++) {
    const id = `w${random(14)}`;
    const at = clamp({ x: random(16) - 2, y: random(24) - 2, w: 1 + random(14), h: 1 + random(8) }, { w: 2, h: 2 });
    widgets = after(widgets, id, at);
    expect(widgets.find((one) => one.id === id)?.at).toEqual(at);
    for (const [n, one] of widgets.entries()) {
      expect(one.at.x >= 0 && one.at.x + one.at.w <= 12 && one.at.y >= 0).toBe(true);
      for (const other of widgets.slice(n + 1)) expect(overlap(one.at, other.at), `${one.id} and ${other.id}`).toBe(false);
    }
  }
});

test('the first free place, and the order in which it is read', () => {
  const widgets = [tile('a', 0, 0, 8, 3), tile('b', 8, 2, 4, 3)];
  expect(freePlace(widgets, { w: 4, h: 2 })).toEqual({ x: 8, y: 0, w: 4, h: 2 });
  expect(freePlace(widgets, { w: 8, h: 2 })).toEqual({ x: 0, y: 3, w: 8, h: 2 });
  expect(inReadingOrder([tile('c', 0, 4, 1, 1), tile('b', 6, 0, 1, 1), tile('a', 0, 0, 1, 1)]).map(({ id }) => id)).toEqual([
    'a',
    'b',
    'c',
  ]);
});
