import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Expression, type ExpressionValue, evaluate, parseExpression } from './expression.ts';
import { printExpression, substitute, toJavaScript } from './expression-text.ts';
import { typeOf } from './expression-types.ts';

const parsed = (text: string) => {
  const e = parseExpression(text);
  if (!e.ok) throw new Error(`${e.message.en} (column ${e.column})`);
  return e;
};
const run = (text: string, values: Record<string, ExpressionValue> = {}) => evaluate(parsed(text).ast, values);

// expected values: arithmetic by hand
test.each<[string, ExpressionValue]>([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['2 ** 3 ** 2', 512],
  ['-(2 ** 2)', -4],
  ['7 % 4', 3],
  ['((7))', 7],
  ['a > 3 && !b', true],
  ['a > 3 ? "hot" : "cold"', 'hot'],
  ['clamp(a, 0, 4)', 4],
  ['max(1, a, 2)', 5],
  ['hypot(3, 4)', 5],
  ['Math.abs(-2) + round(2.5)', 5],
  ['text == "x"', true],
  ['p.value * 2', 16],
  ['log10(1000) == 3 || false', true],
  ['isBad(a)', false],
  ['isBad(lost)', true],
])('%s', (text, value) => {
  expect(run(text, { a: 5, b: false, text: 'x', 'p.value': 8 })).toBe(value);
});

test.each<[string, string, number]>([
  ['', 'expression-empty', 1],
  ['a +', 'expression-syntax', 4],
  ['a > 3 and b', 'expression-syntax', 7],
  ['a = 3', 'expression-syntax', 1],
  ['a & b', 'expression-operator', 1],
  ['foo(a)', 'expression-function', 1],
  ['1 + clamp(a)', 'expression-function', 5],
  ['isBad(a + 1)', 'expression-function', 1],
  ['a["b"]', 'expression-syntax', 1],
  ['(() => 1)()', 'expression-function', 1],
  ['this.x', 'expression-syntax', 1],
  ['`t`', 'expression-syntax', 1],
  ['a; b', 'expression-syntax', 2],
  ['new Date()', 'expression-syntax', 1],
  ['constructor.constructor("return 1")()', 'expression-function', 1],
])('refused with its place: %s', (text, code, column) => {
  const e = parseExpression(text);
  expect(e).toMatchObject({ ok: false, code, column });
  if (!e.ok) expect(e.message.zh).toMatch(/[\u4e00-\u9fff]/);
});

test('names and what is asked about', () => {
  expect(parsed('isBad(a) ? b : a + c.d')).toMatchObject({ names: ['b', 'a', 'c.d'], handled: ['a'] });
});

test('constants stand for app parameters', () => {
  const e = substitute(parsed('value > limit').ast, (n) => (n === 'limit' ? -2.5 : undefined));
  expect(printExpression(e)).toBe('value > (-2.5)');
});

describe('types', () => {
  const types = { n: 'number', t: 'text', b: 'boolean' } as const;
  const typed = (text: string) => typeOf(parsed(text).ast, (n) => types[n as keyof typeof types] ?? 'any');
  test.each([
    ['n + 1', 'number'],
    ['t + n', 'text'],
    ['n > 1', 'boolean'],
    ['b ? n : 2', 'number'],
    ['t == "x"', 'boolean'],
  ])('%s is %s', (text, type) => void expect(typed(text)).toBe(type));
  test.each(['t * 2', 'b + 1', 'n == t', 'sqrt(t)', '-t', 'b < 3'])(
    '%s does not fit',
    (text) => void expect(typed(text)).toHaveProperty('message'),
  );
});

const expressions = fc.letrec<{ e: Expression }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 5 },
    fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((value): Expression => ({ kind: 'number', value })),
    fc.constantFrom('a', 'b', 'p.c').map((name): Expression => ({ kind: 'name', name, at: 1 })),
    fc.tuple(fc.constantFrom('-', '!', '+'), tie('e')).map(([op, of]): Expression => ({ kind: 'unary', op: op as '-', of })),
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/', '%', '**', '<', '<=', '>', '>=', '==', '!=', '&&', '||'), tie('e'), tie('e'))
      .map(([op, left, right]): Expression => ({ kind: 'binary', op: op as '+', left, right })),
    fc.tuple(tie('e'), tie('e'), tie('e')).map(([test, yes, no]): Expression => ({ kind: 'condition', test, yes, no })),
    fc
      .tuple(fc.constantFrom('min', 'max', 'hypot'), fc.array(tie('e'), { minLength: 1, maxLength: 3 }))
      .map(([fn, args]): Expression => ({ kind: 'call', fn, args, at: 1 })),
    tie('e').map((x): Expression => ({ kind: 'call', fn: 'abs', args: [x], at: 1 })),
  ),
})).e;

test('interpreted, compiled and printed again are the same', () => {
  fc.assert(
    fc.property(expressions, fc.double(), fc.double(), fc.double(), (e, a, b, c) => {
      const values = { a, b, 'p.c': c };
      const want = evaluate(e, values);
      const text = toJavaScript(
        e,
        (n) => `v[${JSON.stringify(n)}]`,
        () => '0',
      );
      const compiled = new Function('v', `return ${text}`)(values);
      expect(Object.is(compiled, want)).toBe(true);
      const again = parseExpression(printExpression(e));
      expect(again.ok).toBe(true);
      if (again.ok) expect(Object.is(evaluate(again.ast, values), want)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
