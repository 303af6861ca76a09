import { expect, test } from 'vitest';
import { SUBGRAPH } from '#runtime/graph/subgraph.ts';
import { compareGraphs } from './compare.ts';

const node = (id: string, params: object, x = 0) => ({
  id,
  block: 'millwright/series.ewma',
  version: '1.0.0',
  params,
  position: { x, y: 0 },
});
const graph = (nodes: object[], wires: object[] = []) =>
  JSON.stringify({ format: 1, nodes, wires, roles: [], parameters: [], outputs: [] });
const wire = { from: { node: 'a', port: 'out' }, to: { node: 'b', port: 'in' } };

test('a first release has nothing to compare with', () => {
  expect(compareGraphs(null, graph([node('a', {})]))).toEqual([]);
});

test('moving a node is no change; parameters are named one by one', () => {
  expect(compareGraphs(graph([node('a', { alpha: 0.2 }, 0)]), graph([node('a', { alpha: 0.2 }, 500)]))).toEqual([]);
  expect(compareGraphs(graph([node('a', { alpha: 0.2, n: 1 })]), graph([node('a', { alpha: 0.3, n: 1 })]))).toEqual([
    { kind: 'changed', what: 'node', id: 'a', detail: 'alpha' },
  ]);
});

test('added and removed nodes and wires', () => {
  expect(compareGraphs(graph([node('a', {})]), graph([node('b', {})], [wire]))).toEqual([
    { kind: 'added', what: 'node', id: 'b', detail: 'millwright/series.ewma' },
    { kind: 'removed', what: 'node', id: 'a', detail: 'millwright/series.ewma' },
    { kind: 'added', what: 'wire', id: 'a.out → b.in', detail: '' },
  ]);
});

test('a change inside a subgraph shows at every place where it is used', () => {
  const use = (id: string) => ({ ...node(id, { graph: 'smooth' }), block: SUBGRAPH });
  const smooth = (alpha: number) => ({
    ...JSON.parse(graph([use('x'), use('y')])),
    subgraphs: { smooth: { nodes: [node('e', { alpha })], wires: [] } },
  });
  expect(compareGraphs(JSON.stringify(smooth(0.2)), JSON.stringify(smooth(0.3)))).toEqual([
    { kind: 'changed', what: 'node', id: 'x/e', detail: 'alpha' },
    { kind: 'changed', what: 'node', id: 'y/e', detail: 'alpha' },
  ]);
});
