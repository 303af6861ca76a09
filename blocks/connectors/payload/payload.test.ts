import { describe, expect, test } from 'vitest';
import { fieldNodes } from './fields.ts';
import { parsePath, pathText, valueAt } from './path.ts';
import { timeFormat, timeOf } from './time.ts';

describe('paths', () => {
  const data = {
    a: { b: [1, 2, { c: 3 }] },
    'x.y': 4,
    values: [
      { id: 'T1', v: 20.5 },
      { id: 'T 2', v: 21 },
    ],
  };
  test.each([
    ['a.b[0]', 1],
    ['a.b[-1].c', 3],
    ['["x.y"]', 4],
    ['values[id=T 2].v', 21],
    ['values[id=T3].v', undefined],
    ['a.b.c', undefined],
    ['a[0]', undefined],
    ['', data],
  ])('%s', (text, value) => {
    const path = parsePath(text);
    if (!path) throw new Error('no path');
    expect(valueAt(data, path)).toEqual(value);
    expect(pathText(path)).toBe(text);
  });
  test.each(['a..b', 'a[', 'a[x]', 'a b]', '.a'])('%s is none', (text) => expect(parsePath(text)).toBeUndefined());
  test('what is inherited is not there', () => expect(valueAt({}, ['constructor'])).toBeUndefined());
});

describe('times', () => {
  // 1 March 2026 00:05:00 UTC = 1772323500 (GNU date -u -d '2026-03-01 00:05' +%s)
  const MS = 1_772_323_500_000;
  const china = { offsetMinutes: 480 };
  test.each([
    ['2026-03-01T00:05:00Z', {}, MS],
    ['2026-03-01T08:05:00+08:00', {}, MS],
    ['2026-03-01T08:05:00', china, MS],
    ['2026/3/1 8:05:00', china, MS],
    ['2026.03.01 08:05', china, MS],
    ['2026-03-01 08:05:00,250', china, MS + 250],
    [1_772_323_500, {}, MS],
    ['1772323500', {}, MS],
    [MS * 1e6, {}, MS],
    [1_772_323_500, { format: 'ms' }, 1_772_323_500],
    [20, { format: 's' }, 20_000],
    ['20260301080500', { format: { pattern: 'yyyyMMddHHmmss' }, ...china }, MS],
    [20_260_301_080_500, { format: { pattern: 'yyyyMMddHHmmss' }, ...china }, MS],
    ['01.03.2026 00:05', { format: { pattern: 'dd.MM.yyyy HH:mm' } }, MS],
    ['2026-02-30T00:00:00Z', {}, undefined],
    ['2026-03-01T25:00:00Z', {}, undefined],
    ['20260301', { format: { pattern: 'yyyyMMddHHmmss' } }, undefined],
    ['soon', {}, undefined],
    [-1, {}, undefined],
    [{}, {}, undefined],
    [1_772_323_500, { format: 'iso' }, undefined],
  ] as const)('%s %o', (found, rules, ms) => expect(timeOf(found, rules)).toBe(ms));
  test('formats by name or pattern', () => {
    expect(timeFormat('us')).toBe('us');
    expect(timeFormat('yyyyMMdd')).toEqual({ pattern: 'yyyyMMdd' });
    expect(timeFormat('HH:mm')).toBeUndefined();
  });
});

test('fields are offered by addresses that find them again: keys with dots, lists by name or place', () => {
  const payload = Buffer.from('{"ts":1,"a.b":1,"list":[5,6],"values":[{"id":"T1","v":2},{"id":"T2","v":3}]}');
  expect(fieldNodes('t#', payload).map((node) => node.address ?? node.path)).toEqual(['t#["a.b"]@ts', 't#list', 't#values']);
  expect(fieldNodes('t#list', payload).map((node) => node.address)).toEqual(['t#list[0]@ts', 't#list[1]@ts']);
  expect(fieldNodes('t#values', payload).map((node) => [node.name, node.path])).toEqual([
    ['T1', 't#values[id=T1]'],
    ['T2', 't#values[id=T2]'],
  ]);
  expect(fieldNodes('t#values[id=T2]', payload).map((node) => node.address)).toEqual([
    't#values[id=T2].id@ts',
    't#values[id=T2].v@ts',
  ]);
});
