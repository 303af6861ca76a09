import { expect, test } from 'vitest';
import { mayPublish, maySubscribe } from './topics.ts';

const names = new Set(['baoan', 'Baoan']);
test.each([
  ['baoan/pump/status', true],
  ['spBv1.0/Baoan/NDATA/EN-01', true],
  ['spBv1.0/STATE/Baoan', true],
  ['hengtai/pump', false],
  ['spBv1.0/Hengtai/NCMD/E', false],
  ['spBv1.0/STATE/other', false],
  ['$SYS/broker', false],
  ['/baoan', false],
  ['', false],
])('publish %s: %s', (topic, wanted) => expect(mayPublish(topic, names)).toBe(wanted));
test.each([
  ['baoan/#', true],
  ['baoan/+/status', true],
  ['spBv1.0/Baoan/#', true],
  ['#', false],
  ['+/pump', false],
  ['spBv1.0/#', false],
  ['spBv1.0/+/NDATA/x', false],
  ['$share/g/hengtai/#', false],
  ['$SYS/#', false],
])('subscribe %s: %s', (filter, wanted) => expect(maySubscribe(filter, names)).toBe(wanted));
