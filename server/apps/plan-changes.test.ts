import { expect, it } from 'vitest';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { plannedAlarms, plannedStates, plannedWrites } from './plan-changes.ts';

const catalogue = loadCatalogue();
const newest = (block: string) => ({ block, version: catalogue.versions(block)[0] ?? '' });
const graph = (nodes: object[], roles: object[] = []): GraphDocument =>
  graphDocument.parse({ format: 1, nodes, wires: [], roles });
const text = { en: 'High', zh: '过高' };
const alarm = (id: string, priority: number) => ({ id, ...newest('millwright/alarm.raise'), params: { priority, text } });
const set = { name: 'setpoint', title: text, write: true, range: [0, 10] };

it('says which alarms come, go and are changed', () => {
  const planned = plannedAlarms(
    graph([alarm('a', 1), alarm('b', 2), alarm('c', 3)]),
    graph([alarm('a', 1), alarm('b', 1), alarm('d', 4)]),
  );
  expect(planned.map(({ node, priority, change }) => [node, priority, change])).toEqual([
    ['a', 1, 'same'],
    ['b', 1, 'changed'],
    ['d', 4, 'added'],
    ['c', 3, 'removed'],
  ]);
});

it('says what may be written that could not be, and within which other limits', () => {
  const change = (was: object[], is: object[]) => plannedWrites(graph([], was), graph([], is)).map((one) => one.change);
  expect(change([], [set])).toEqual(['added']);
  expect(change([set], [])).toEqual(['removed']);
  expect(change([set], [{ ...set, range: [0, 99] }])).toEqual(['changed']);
  expect(change([set], [set])).toEqual(['same']);
});

it('says whose state stays and whose is lost', () => {
  const ewma = { ...newest('millwright/series.ewma'), params: {} };
  const expression = { ...newest('millwright/transform.expr'), params: { expression: 'a' } };
  const was = graph([
    { id: 'kept', ...ewma, params: { weight: 0.1 } },
    { id: 'gone', ...ewma },
    { id: 'other', ...ewma },
    { id: 'none', ...expression },
  ]);
  const is = graph([
    { id: 'kept', ...ewma, params: { weight: 0.5 } },
    { id: 'other', ...expression },
    { id: 'none', ...expression },
  ]);
  expect(plannedStates(was, is, catalogue).map(({ node, fate }) => [node, fate])).toEqual([
    ['kept', 'kept'],
    ['gone', 'dropped'],
    ['other', 'dropped'],
  ]);
  expect(plannedStates(undefined, is, catalogue)).toEqual([]);
});
