import type { GraphDocumentInput } from '#runtime/graph/document.ts';

/** One tag smoothed: the smallest app that has state. */
export const smoothingGraph: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'x', title: { en: 'signal', zh: '信号' }, type: 'number' }],
  nodes: [
    { id: 'in', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'x' } },
    { id: 'avg', block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.1 } },
  ],
  wires: [{ from: { node: 'in', port: 'out' }, to: { node: 'avg', port: 'in' } }],
  outputs: [{ name: 'smooth', from: { node: 'avg', port: 'out' } }],
};
/** The same over many tags: one role, source and average each. */
export const smoothingOf = (roles: number): GraphDocumentInput => ({
  format: 1,
  roles: Array.from({ length: roles }, (_, i) => ({
    name: `x${i}`,
    title: { en: 'signal', zh: '信号' },
    type: 'number' as const,
  })),
  nodes: Array.from({ length: roles }, (_, i) => [
    { id: `in${i}`, block: 'millwright/source.tag', version: '1.0.0', params: { role: `x${i}` } },
    { id: `avg${i}`, block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.1 } },
  ]).flat(),
  wires: Array.from({ length: roles }, (_, i) => ({
    from: { node: `in${i}`, port: 'out' },
    to: { node: `avg${i}`, port: 'in' },
  })),
  outputs: Array.from({ length: roles }, (_, i) => ({ name: `smooth${i}`, from: { node: `avg${i}`, port: 'out' } })),
});
