import { expect, test } from 'vitest';
import { type Facts, judge } from './status.ts';

const facts = (more: Partial<Facts> = {}): Facts => ({
  enabled: true,
  open: true,
  failure: undefined,
  tags: 3,
  fresh: 3,
  waiting: 0,
  newest: 1,
  addressErrors: [],
  devices: {},
  samplesPerSecond: 1,
  logAway: false,
  ...more,
});
const failure = { part: 'network' as const, code: 'network.refused', text: { en: 'Nothing listens.', zh: '目标没有监听。' } };

test.each<[string, Partial<Facts>, object]>([
  ['all tags fresh', {}, { state: 'live' }],
  ['an open socket without values is stale, not live', { fresh: 0 }, { state: 'stale', part: 'data', code: 'data.silent' }],
  ['before the first value', { fresh: 0, waiting: 3, newest: undefined }, { state: 'connecting' }],
  ['first attempt', { open: false, fresh: 0 }, { state: 'connecting' }],
  [
    'failed attempt names its part',
    { open: false, fresh: 0, failure },
    { state: 'failed', part: 'network', code: 'network.refused' },
  ],
  [
    'one device of several',
    { fresh: 2, devices: { 2: { state: 'failed', reason: { en: 'no answer', zh: '没有响应' } } } },
    { state: 'degraded', part: 'device', reason: '2: no answer', zh: '2：没有响应' },
  ],
  [
    'one bad address',
    { fresh: 2, addressErrors: [{ code: 'a.b', text: { en: 'x', zh: 'x' } }] },
    { state: 'degraded', part: 'address', code: 'a.b' },
  ],
  ['some silent tags', { fresh: 1 }, { state: 'degraded', part: 'data', reason: '2 of 3 tags have no fresh good value.' }],
  ['all devices away', { fresh: 0, devices: { 1: { state: 'failed' } } }, { state: 'stale', part: 'device' }],
  ['the log is away', { logAway: true }, { state: 'degraded', part: 'log', code: 'log.away' }],
  ['no tag: nothing is said to arrive', { tags: 0, fresh: 0, newest: undefined }, { state: 'idle', code: 'tags.none' }],
  [
    'a server without tags of its own says what it shows',
    { tags: 0, fresh: 0, published: { variables: 12, clients: 2 } },
    { state: 'live', code: 'published', reason: 'Shows 12 variables; clients connected: 2.' },
  ],
  ['a server that shows nothing', { tags: 0, published: { variables: 0, clients: 0 } }, { state: 'idle' }],
  [
    'a clock two seconds behind',
    { clockAheadMs: -2_010 },
    { state: 'degraded', part: 'data', code: 'clock.off', reason: expect.stringContaining('2 s behind ours') },
  ],
  ['a clock that is near enough', { clockAheadMs: 900 }, { state: 'live' }],
  ['off', { enabled: false }, { state: 'off' }],
])('%s', (_name, more, wanted) => {
  expect(judge(facts(more))).toMatchObject(wanted);
});
