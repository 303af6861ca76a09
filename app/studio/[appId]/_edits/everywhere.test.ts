import { expect, it } from 'vitest';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { SUBGRAPH } from '#runtime/graph/subgraph.ts';
import { putParameter, removeParameter } from './parameters.ts';
import { putRole } from './roles.ts';

const parameter = (key: string) => ({ key, title: { en: key, zh: key }, type: 'number' as const, default: 8 });
const reads = (id: string) => ({
  id,
  block: 'millwright/series.compare',
  version: '1.0.0',
  params: { limits: [{ at: { $parameter: 'top' } }] },
});
const document = graphDocument.parse({
  format: 1,
  nodes: [{ id: 'use', block: SUBGRAPH, version: '1.0.0', params: { graph: 'a', values: { own: { $parameter: 'top' } } } }],
  wires: [],
  roles: [{ name: 'oil', title: { en: 'Oil', zh: '油温' } }],
  parameters: [parameter('top')],
  subgraphs: {
    a: { nodes: [reads('r'), { id: 't', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'oil' } }], wires: [] },
    hiding: { parameters: [parameter('top')], nodes: [reads('r')], wires: [] },
  },
});
const told = (edited: GraphDocument) => [
  edited.nodes[0]?.params.values,
  edited.subgraphs?.a?.nodes[0]?.params.limits,
  edited.subgraphs?.hiding?.nodes[0]?.params.limits,
];

it('an app parameter is renamed and taken away inside subgraphs, too; one of the subgraph stays', () => {
  const own = [{ at: { $parameter: 'top' } }];
  expect(told(putParameter(parameter('ceiling'), 'top')(document))).toEqual([
    { own: { $parameter: 'ceiling' } },
    [{ at: { $parameter: 'ceiling' } }],
    own,
  ]);
  expect(told(removeParameter('top')(document))).toEqual([{ own: 8 }, [{ at: 8 }], own]);
});

it('a role is renamed inside subgraphs, too', () => {
  const { subgraphs } = putRole({ ...document.roles[0], name: 'gearOil' } as GraphDocument['roles'][number], 'oil')(document);
  expect(subgraphs?.a?.nodes[1]?.params.role).toBe('gearOil');
});
