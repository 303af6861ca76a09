import type { GraphDocumentInput } from '#runtime/graph/document.ts';

type Nodes = GraphDocumentInput['nodes'];
type Wires = GraphDocumentInput['wires'];

const STAGES = 20;
/** Five blocks a stage, one behind the other: formula, average, limit with hysteresis, control chart, slow average. */
const stage = (i: number): Nodes => [
  { id: `scale${i}`, block: 'millwright/transform.expr', version: '1.0.0', params: { expression: 'a * 1.0001 + 0.001' } },
  { id: `smooth${i}`, block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.2 } },
  { id: `limit${i}`, block: 'millwright/series.compare', version: '1.0.0', params: { high: 56, hysteresis: 6 } },
  {
    id: `chart${i}`,
    block: 'millwright/quality.ewma',
    version: '1.1.0',
    params: { lambda: 0.2, width: 3, target: 50, sigma: 12 },
  },
  { id: `slow${i}`, block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.02 } },
];
const PORT: Record<string, string> = { scale: 'a' };
const nodes = Array.from({ length: STAGES }, (_, i) => stage(i)).flat();
const wires: Wires = nodes.map((node, i) => ({
  from: { node: nodes[i - 1]?.id ?? 'tag', port: 'out' },
  to: { node: node.id, port: PORT[node.id.replace(/\d+$/, '')] ?? 'in' },
}));

/** A hundred real blocks in one chain; its last value, with all that travels beside it, is an output. */
export const hundredBlocks: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'current', title: { en: 'Current', zh: '电流' }, unit: 'A' }],
  nodes: [{ id: 'tag', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'current' } }, ...nodes],
  wires,
  outputs: [{ name: 'last', from: { node: `slow${STAGES - 1}`, port: 'out' } }],
};
