import { expect, test } from 'vitest';
import { fits, takes, toldBy } from './events.ts';

test.each([
  ['C-101/limit', 'C-101/limit', true],
  ['C-101/limit', 'C-101/limits', false],
  ['*', '', true],
  ['C-*', 'C-101/limit', true],
  ['*/limit', 'C-101/limit', true],
  ['C-*/l*t', 'C-101/limit', true],
  ['C-*/l*tt', 'C-101/limit', false],
  ['a*a', 'a', false],
  ['a**a', 'aa', true],
  ['*a*b*', 'xbxa', false],
  ['(a+)+$', 'aaaa', false],
])('%s and %s: %s', (pattern, text, yes) => {
  expect(fits(pattern, text)).toBe(yes);
});

const told = { id: '1', kind: 'record:order', subject: 'O-1', asset: 'C-101', time: 0, action: '', state: '', data: {} };
test.each([
  [{ kinds: ['record:order'], subject: '*', own: false }, true],
  [{ kinds: ['alarm', 'record'], subject: '*', own: false }, true],
  [{ kinds: ['record:or'], subject: '*', own: false }, false],
  [{ kinds: ['record'], subject: 'O-2', own: false }, false],
  [{ kinds: ['record'], subject: 'O-1', own: true }, true],
])('%j', (rule, yes) => {
  expect(takes(rule, told, 'C-101')).toBe(yes);
  expect(takes({ ...rule, own: true }, told, 'C-102')).toBe(false);
});

test('a new version of a record is an event; what is said to one app is none', () => {
  const event = {
    type: 'record' as const,
    record: 'order',
    id: 'r',
    code: 'O-1',
    version: 3,
    transition: 'release',
    from: 'draft',
    state: 'released',
    data: { asset: 'C-101', quantity: 5 },
    by: 'user:1',
  };
  expect(toldBy({ kind: 'control', at: 7, event })).toEqual({
    id: 'r:3',
    kind: 'record:order',
    subject: 'O-1',
    asset: 'C-101',
    time: 7,
    action: 'release',
    state: 'released',
    data: { version: 3, from: 'draft', by: 'user:1', data: { asset: 'C-101', quantity: 5 } },
  });
  expect(toldBy({ kind: 'control', at: 7, event: { type: 'tick', shardId: 1, due: 1 } })).toBeUndefined();
});
