import type { GraphDocumentInput } from '#runtime/graph/document.ts';

const title = { en: 'signal', zh: '信号' };
const text = { en: 'High', zh: '高' };
const node = (id: string, block: string, params: Record<string, unknown> = {}, bind?: Record<string, string>) => ({
  ...{ id, block: `millwright/${block}`, version: '1.0.0', params },
  ...(bind ? { bind } : {}),
});
const wire = (from: string, to: string, port = 'in') => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
const out = (name: string, from = name) => ({ name, from: { node: from, port: 'out' } });

export const CHANNEL = 'target';
/** State that every row changes, a join, a window, an alarm, and an effect on a target with idempotency keys; blocks of the product alone. */
export const chaosGraph: GraphDocumentInput = {
  format: 1,
  roles: ['a', 'b', 'c'].map((name) => ({ name, title, type: 'number' as const })),
  nodes: [
    ...['a', 'b', 'c'].map((name) => node(name, 'source.tag', { role: name })),
    node('join', 'series.join'),
    node('smooth', 'series.ewma', { alpha: 0.1 }),
    node('window', 'series.window', { seconds: 0.5, mode: 'tumbling' }),
    node('high', 'series.compare', { high: 8, hysteresis: 2 }),
    node('alarm', 'alarm.raise', { priority: 2, text }, { condition: 'on' }),
    node('tell', 'notify.send', { channel: CHANNEL, text, interval: 0 }, { condition: 'on' }),
  ],
  wires: [
    wire('a', 'join', 'a'),
    wire('b', 'join', 'b'),
    wire('c', 'join', 'c'),
    wire('a', 'smooth'),
    wire('b', 'window'),
    wire('c', 'high'),
    wire('high', 'alarm'),
    wire('high', 'tell'),
  ],
  outputs: [out('joined', 'join'), out('smooth'), out('windowed', 'window'), out('alarm'), out('told', 'tell')],
};
