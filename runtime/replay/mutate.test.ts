import { expect, test } from 'vitest';
import { SUBGRAPH } from '#runtime/graph/subgraph.ts';
import { mutate } from './prove.ts';

const change = (node: string) => ({ title: { en: 'another weight', zh: '改变权重' }, node, param: 'alpha', value: 0.9 });
const use = (id: string) => ({ id, block: SUBGRAPH, version: '1.0.0', params: { graph: 'smooth' } });
const graph = JSON.stringify({
  format: 1,
  nodes: [use('x'), use('y')],
  wires: [],
  subgraphs: {
    smooth: { nodes: [{ id: 'e', block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.2 } }], wires: [] },
  },
});

test('a node of one use of a subgraph is changed, the other use is not', () => {
  const { nodes, subgraphs } = JSON.parse(mutate(graph, change('x/e')));
  const weight = (i: number) => subgraphs[nodes[i].params.graph].nodes[0].params.alpha;
  expect([weight(0), weight(1)]).toEqual([0.9, 0.2]);
});

test('a node that is not there is named', () => {
  expect(() => mutate(graph, change('x/gone'))).toThrow('x/gone');
});
