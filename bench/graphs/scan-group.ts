import type { GraphDocumentInput } from '#runtime/graph/document.ts';

const title = { en: 'signal', zh: '信号' };
/** Many tags, each smoothed (state per record); every tenth result is an output, as an app that watches many signals and shows few. */
export const scanGroupApp = (roles: number): GraphDocumentInput => {
  const all = Array.from({ length: roles }, (_, i) => i);
  return {
    format: 1,
    roles: all.map((i) => ({ name: `x${i}`, title, type: 'number' as const })),
    nodes: all.flatMap((i) => [
      { id: `in${i}`, block: 'millwright/source.tag', version: '1.0.0', params: { role: `x${i}` } },
      { id: `avg${i}`, block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.1 } },
    ]),
    wires: all.map((i) => ({ from: { node: `in${i}`, port: 'out' }, to: { node: `avg${i}`, port: 'in' } })),
    outputs: all.filter((i) => i % 10 === 0).map((i) => ({ name: `smooth${i}`, from: { node: `avg${i}`, port: 'out' } })),
  };
};
