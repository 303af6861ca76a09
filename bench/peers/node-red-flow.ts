/**
 * The ten blocks of `graphs/ten-blocks.ts` as nodes that Node-RED brings along: what it has a node for is that node (range, switch), the
 * rest is a function node with its state in the node's context, as its manual shows. Quality travels as `msg.q`.
 */
interface Node {
  readonly id: string;
  readonly type: string;
  readonly [name: string]: unknown;
}
const place = { z: 'tab', x: 100, y: 100 };
const fn = (id: string, func: string, ...wires: string[][]): Node => ({
  ...{
    id,
    type: 'function',
    name: id,
    func,
    outputs: wires.length,
    timeout: 0,
    noerr: 0,
    initialize: '',
    finalize: '',
    libs: [],
  },
  ...place,
  wires,
});
const state = (initial: string, body: string) =>
  `const all = context.get('s') || {}; const s = all[msg.topic] || (all[msg.topic] = ${initial}); ${body} context.set('s', all);`;
const ewma = (alpha: number) =>
  `${state('{ e: NaN }', `s.e = isNaN(s.e) ? msg.payload : s.e + ${alpha} * (msg.payload - s.e); msg.payload = s.e;`)} return msg;`;
const limit = (high: number, hysteresis: number) =>
  `${state('{ on: false }', `if (msg.payload > ${high}) s.on = true; else if (msg.payload <= ${high - hysteresis}) s.on = false; msg.on = s.on;`)} return msg;`;

export const tenNodes: readonly Node[] = [
  { id: 'tab', type: 'tab', label: 'ten', disabled: false, info: '' },
  { id: 'source', type: 'rows-in', ...place, wires: [['scale']] },
  {
    ...{ id: 'scale', type: 'range', name: 'scale', minin: '0', maxin: '100', minout: '-3', maxout: '122', action: 'scale' },
    ...{ round: false, property: 'payload' },
    ...place,
    wires: [['smooth']],
  },
  fn('smooth', ewma(0.2), ['limit']),
  fn('limit', limit(66, 6), ['chart']),
  fn(
    'chart',
    `${state(
      '{ z: NaN, decay: 1 }',
      's.z = 0.2 * msg.payload + 0.8 * (isNaN(s.z) ? 50 : s.z); s.decay *= 0.64; const half = 36 * Math.sqrt((0.2 / 1.8) * (1 - s.decay)); msg.z = s.z; msg.ucl = 50 + half; msg.lcl = 50 - half; msg.out = s.z > msg.ucl || s.z < msg.lcl; msg.alarm = msg.out || msg.on;',
    )} return msg;`,
    ['slow'],
  ),
  fn('slow', ewma(0.02), ['before', 'route', 'window']),
  fn('before', `${state('{ v: 0 }', 'const v = s.v; s.v = msg.payload; msg.payload = v;')} return msg;`, ['rate']),
  {
    ...{ id: 'rate', type: 'range', name: 'rate', minin: '0', maxin: '1', minout: '0', maxout: '100', action: 'scale' },
    ...{ round: false, property: 'payload' },
    ...place,
    wires: [[]],
  },
  {
    ...{ id: 'route', type: 'switch', name: 'route', property: 'alarm', propertyType: 'msg', rules: [{ t: 'true' }] },
    ...{ checkall: 'false', repair: false, outputs: 1 },
    ...place,
    wires: [['again']],
  },
  fn('again', limit(55, 2), ['out']),
  fn(
    'window',
    `let out = null; ${state(
      '{ at: -1, n: 0, sum: 0, squares: 0, min: Infinity, max: -Infinity }',
      'const at = Math.floor(msg.ts / 1000); if (at !== s.at) { if (s.n) out = { topic: msg.topic, ts: (s.at + 1) * 1000, payload: s.sum / s.n, min: s.min, max: s.max, count: s.n, sd: s.n > 1 ? Math.sqrt((s.squares - s.sum * s.sum / s.n) / (s.n - 1)) : 0 }; s.at = at; s.n = 0; s.sum = 0; s.squares = 0; s.min = Infinity; s.max = -Infinity; } const v = msg.payload; s.n++; s.sum += v; s.squares += v * v; if (v < s.min) s.min = v; if (v > s.max) s.max = v;',
    )} return [out, { done: true }];`,
    ['out'],
    ['done'],
  ),
  { id: 'done', type: 'rows-done', ...place, wires: [] },
  { id: 'out', type: 'rows-out', ...place, wires: [] },
];
