import { expect, it } from 'vitest';
import { corridor } from './corridor.ts';

const box = (x: number, y: number, height = 80) => ({ x, y, width: 200, height });
const from = { x: 200, y: 100 };
const to = { x: 700, y: 120 };

it('leaves a wire alone that meets nothing', () => {
  expect(corridor(from, to, [])).toBeUndefined();
  expect(corridor(from, to, [box(350, 300)])).toBeUndefined();
  // its own two nodes end where it begins and begin where it ends
  expect(corridor(from, to, [box(0, 60), box(700, 60)])).toBeUndefined();
});

it('takes the nearest gap that is free beside all nodes on its way, else goes round them', () => {
  expect(corridor(from, to, [box(350, 60), box(350, 160)])).toEqual({ y: 150, from: 340, to: 560 });
  // a gap of one column that another one fills is none
  expect(corridor(from, to, [box(260, 60), box(260, 160), box(480, 100)])?.y).toBe(44);
  expect(corridor({ ...from, y: 250 }, to, [box(350, 60, 150), box(350, 212, 60)])?.y).toBe(288);
});
