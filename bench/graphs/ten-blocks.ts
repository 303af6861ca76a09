import type { GraphDocumentInput } from '#runtime/graph/document.ts';

/** Scale, average, limit with hysteresis, control chart, slow average, previous value, rate, switch, second limit, one-second windows. */
export const tenBlocks: GraphDocumentInput = {
  format: 1,
  roles: [{ name: 'current', title: { en: 'Current', zh: '电流' }, unit: 'A' }],
  nodes: [
    { id: 'tag', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'current' } },
    { id: 'scale', block: 'millwright/transform.expr', version: '1.0.0', params: { expression: 'a * 1.25 - 3' } },
    { id: 'smooth', block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.2 } },
    { id: 'limit', block: 'millwright/series.compare', version: '1.0.0', params: { high: 66, hysteresis: 6 } },
    { id: 'chart', block: 'millwright/quality.ewma', version: '1.1.0', params: { lambda: 0.2, width: 3, target: 50, sigma: 12 } },
    { id: 'slow', block: 'millwright/series.ewma', version: '1.0.0', params: { alpha: 0.02 } },
    { id: 'before', block: 'millwright/series.delay', version: '1.0.0', params: { initial: 0 } },
    { id: 'rate', block: 'millwright/transform.expr', version: '1.0.0', params: { expression: 'a / 0.01' } },
    { id: 'route', block: 'millwright/transform.switch', version: '1.0.0', params: { a: 'out || on', b: 'value < 49' } },
    { id: 'again', block: 'millwright/series.compare', version: '1.0.0', params: { high: 55, hysteresis: 2 } },
    { id: 'window', block: 'millwright/series.window', version: '1.0.0', params: { seconds: 1 } },
  ],
  wires: [
    { from: { node: 'tag', port: 'out' }, to: { node: 'scale', port: 'a' } },
    { from: { node: 'scale', port: 'out' }, to: { node: 'smooth', port: 'in' } },
    { from: { node: 'smooth', port: 'out' }, to: { node: 'limit', port: 'in' } },
    { from: { node: 'limit', port: 'out' }, to: { node: 'chart', port: 'in' } },
    { from: { node: 'chart', port: 'out' }, to: { node: 'slow', port: 'in' } },
    { from: { node: 'slow', port: 'out' }, to: { node: 'before', port: 'in' } },
    { from: { node: 'before', port: 'out' }, to: { node: 'rate', port: 'a' } },
    { from: { node: 'slow', port: 'out' }, to: { node: 'route', port: 'in' } },
    { from: { node: 'route', port: 'a' }, to: { node: 'again', port: 'in' } },
    { from: { node: 'slow', port: 'out' }, to: { node: 'window', port: 'in' } },
  ],
  outputs: [
    { name: 'alarms', from: { node: 'again', port: 'out' } },
    { name: 'means', from: { node: 'window', port: 'out' } },
  ],
};
