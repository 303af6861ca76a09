import { expect, test } from 'vitest';
import { checkPreconditions, type FreshValue } from './interlock.ts';

const condition = (expression: string) => [
  { node: 'lock', expression, maxAge: 1000, values: { p: { tagId: 1, gain: 14.503773773, offset: 0 } } },
];
const check = (expression: string, found: Partial<FreshValue> | undefined) =>
  checkPreconditions(condition(expression), async () =>
    found ? { value: 7, quality: 0, time: Date.now(), ...found } : undefined,
  );

test('holds: nothing to say', async () => {
  // 7 bar = 101.526 psi
  expect(await check('p > 101 && p < 102', {})).toBeUndefined();
});
test.each<[string, string, Partial<FreshValue> | undefined, object]>([
  [
    'does not hold, with the values seen',
    'p < 100',
    {},
    { code: 'interlock', params: { condition: 'p < 100', seen: 'p = 101.526' } },
  ],
  ['no value', 'p < 100', undefined, { code: 'no-value' }],
  [
    'too old',
    'p < 200',
    { time: Date.now() - 5000 },
    { code: 'stale-value', params: expect.objectContaining({ name: 'p', limit: 1 }) },
  ],
  ['bad', 'p < 200', { quality: 0x81 }, { code: 'bad-value', params: { name: 'p', quality: 'bad:stale' } }],
  ['a name that nobody gives', 'q < 1', {}, { code: 'interlock-unreadable' }],
  ['no expression', 'p <', {}, { code: 'interlock-unreadable' }],
  ['a number is no yes', 'p', {}, { code: 'interlock' }],
])('%s', async (_name, expression, found, wanted) => {
  expect(await check(expression, found)).toMatchObject(wanted);
});
test('an expression that asks for quality itself decides about bad values', async () => {
  expect(await check('isBad(p) || p < 200', { quality: 0x81 })).toBeUndefined();
});
