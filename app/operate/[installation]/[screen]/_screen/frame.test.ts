import { expect, test } from 'vitest';
import type { Widget } from '#runtime/graph/screens.ts';
import { columnFor, frameBind, frameOf, numberAt, textAt } from './frame.ts';

const widget = (options?: Record<string, unknown>): Widget => ({
  ...{ id: 'w', kind: 'gantt', bind: [{ slot: 'frame', to: 'plan.machine' }], at: { x: 0, y: 0, w: 1, h: 1 } },
  ...(options ? { options } : {}),
});
const frame = { machine: ['M1', null], from: [0, '1970-01-01T00:00:01Z'], to: [1, 'soon'], tool: ['T', 'T'] };

test('a table out of what came; anything else is none', () => {
  expect(frameOf({ other: JSON.stringify({ frame }) })).toEqual(frame);
  expect(frameOf({ other: '{"text":"x"}' })).toBeUndefined();
  expect(frameOf({ other: null })).toBeUndefined();
});

test('the screen says which column means what; else the usual names do', () => {
  expect(columnFor(widget(), frame, 'row')).toEqual(['M1', null]);
  expect(columnFor(widget({ columns: { row: 'tool' } }), frame, 'row')).toEqual(['T', 'T']);
  expect(columnFor(widget({ columns: { row: 'gone' } }), frame, 'row')).toBeUndefined();
  expect(frameBind(widget(), 'frame')).toBe('plan');
});

test('cells: times as numbers or ISO 8601, holes and words are no numbers', () => {
  expect([0, 1].map((i) => numberAt(frame.from, i))).toEqual([0, 1000]);
  expect([0, 1, 2].map((i) => numberAt(frame.to, i))).toEqual([1, Number.NaN, Number.NaN]);
  expect([0, 1, 2].map((i) => textAt(frame.machine, i))).toEqual(['M1', '', '']);
});
