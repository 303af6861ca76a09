import { parseExpressionAt } from 'acorn';
import type { Bilingual } from './document.ts';

/**
 * The expression language: a subset of JavaScript expressions over columns. Numbers, text, true/false, columns by name (`port.column`
 * where a block has several inputs), arithmetic, comparison, `&& || !`, `a ? b : c`, and the functions below.
 * One syntax tree serves all: the compiler makes text of it, the gateway interprets it, the studio checks it. Nothing is ever evaluated as code.
 */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** `at` is the column in the text, from 1. */
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | { readonly kind: 'unary'; readonly op: '-' | '+' | '!'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly op: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'condition'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'call'; readonly fn: string; readonly args: readonly Expression[]; readonly at: number };

export const BINARY_OPERATORS = ['+', '-', '*', '/', '%', '**', '<', '<=', '>', '>=', '==', '!=', '&&', '||'] as const;
export type BinaryOperator = (typeof BINARY_OPERATORS)[number];
export type ExpressionValue = number | boolean | string;

interface ExpressionFunction {
  /** Least and most arguments. */
  readonly args: readonly [number, number];
  readonly apply: (...args: number[]) => number;
  /** The same as text of JavaScript. */
  readonly text: (...args: string[]) => string;
}
const math = (name: keyof Math & string, least = 1, most = 1): ExpressionFunction => ({
  args: [least, most],
  apply: Math[name] as (...args: number[]) => number,
  text: (...args) => `Math.${name}(${args.join(', ')})`,
});
const MANY = 20;

export const FUNCTIONS: Readonly<Record<string, ExpressionFunction>> = {
  min: math('min', 1, MANY),
  max: math('max', 1, MANY),
  abs: math('abs'),
  round: math('round'),
  floor: math('floor'),
  ceil: math('ceil'),
  trunc: math('trunc'),
  sign: math('sign'),
  sqrt: math('sqrt'),
  exp: math('exp'),
  log: math('log'),
  log10: math('log10'),
  log2: math('log2'),
  pow: math('pow', 2, 2),
  hypot: math('hypot', 1, MANY),
  sin: math('sin'),
  cos: math('cos'),
  tan: math('tan'),
  asin: math('asin'),
  acos: math('acos'),
  atan: math('atan'),
  atan2: math('atan2', 2, 2),
  clamp: {
    args: [3, 3],
    apply: (x, low, high) => Math.min(Math.max(x as number, low as number), high as number),
    text: (x, low, high) => `Math.min(Math.max(${x}, ${low}), ${high})`,
  },
};
/** Functions that ask about a column rather than use its value: the argument is a column. */
export const QUALITY_FUNCTIONS: ReadonlySet<string> = new Set(['isBad', 'isGood']);
const CONSTANTS: Readonly<Record<string, number>> = { PI: Math.PI, E: Math.E };

export interface ExpressionProblem {
  readonly ok: false;
  readonly code: string;
  readonly message: Bilingual;
  /** Column in the text, from 1. */
  readonly column: number;
}
export interface ParsedExpression {
  readonly ok: true;
  readonly ast: Expression;
  /** Columns whose values are used, in order of appearance. */
  readonly names: readonly string[];
  /** Columns that `isBad` or `isGood` asks about: the expression deals with their quality itself. */
  readonly handled: readonly string[];
}

class Refusal extends Error {
  readonly problem: ExpressionProblem;
  constructor(code: string, column: number, en: string, zh: string) {
    super(en);
    this.problem = { ok: false, code, column, message: { en, zh } };
  }
}

// biome-ignore lint/suspicious/noExplicitAny: acorn's union of node shapes; each is checked by `type`
type Node = any;

const HINTS: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  AssignmentExpression: ["An expression cannot assign; to compare write '=='.", '表达式不能赋值；比较请写“==”。'],
  ArrowFunctionExpression: ['An expression cannot hold functions.', '表达式中不能定义函数。'],
  FunctionExpression: ['An expression cannot hold functions.', '表达式中不能定义函数。'],
  ObjectExpression: ['An expression gives one value, not an object.', '表达式只给出一个值，不能是对象。'],
  ArrayExpression: ['An expression gives one value, not a list.', '表达式只给出一个值，不能是列表。'],
  TemplateLiteral: ["Put text in quotes and join it with '+'.", '文本请用引号，并用“+”连接。'],
  SequenceExpression: ["A comma is only allowed between a function's arguments.", '逗号只能出现在函数参数之间。'],
};

/** Text -> syntax tree, or what is wrong and at which column. */
export function parseExpression(text: string): ParsedExpression | ExpressionProblem {
  try {
    if (text.trim() === '') throw new Refusal('expression-empty', 1, 'The expression is empty.', '表达式为空。');
    let node: Node;
    try {
      node = parseExpressionAt(text, 0, { ecmaVersion: 2024, preserveParens: true });
    } catch (error) {
      const at = (error as { pos?: number }).pos ?? 0;
      const found = text.slice(at).trim().split(/\s+/)[0];
      throw new Refusal(
        'expression-syntax',
        at + 1,
        found ? `The expression cannot be read from '${found}' on.` : 'The expression ends too early.',
        found ? `从“${found}”起无法识别表达式。` : '表达式不完整。',
      );
    }
    const rest = text.slice(node.end).search(/\S/);
    if (rest >= 0) {
      const at = node.end + rest;
      const word = text.slice(at).trim().split(/\s+/)[0] ?? '';
      const hint = /^(and|or|not)$/i.test(word)
        ? ' Write && for and, || for or, ! for not.'
        : word.startsWith('#') || word === '='
          ? " To compare write '=='."
          : '';
      throw new Refusal(
        'expression-syntax',
        at + 1,
        `'${word}' was not expected here.${hint}`,
        `此处不应出现“${word}”。${hint ? '与写 &&，或写 ||，非写 !，比较写 ==。' : ''}`,
      );
    }
    const ast = convert(node);
    const names: string[] = [];
    const handled: string[] = [];
    collect(ast, names, handled);
    return { ok: true, ast, names, handled };
  } catch (error) {
    if (error instanceof Refusal) return error.problem;
    throw error;
  }
}

function convert(node: Node): Expression {
  switch (node.type) {
    case 'ParenthesizedExpression':
      return convert(node.expression);
    case 'Literal':
      if (typeof node.value === 'number') return { kind: 'number', value: node.value };
      if (typeof node.value === 'string') return { kind: 'text', value: node.value };
      if (typeof node.value === 'boolean') return { kind: 'boolean', value: node.value };
      throw new Refusal(
        'expression-syntax',
        node.start + 1,
        `'${node.raw}' is not allowed in an expression.`,
        `表达式中不允许使用“${node.raw}”。`,
      );
    case 'Identifier': {
      const constant = Object.hasOwn(CONSTANTS, node.name) ? CONSTANTS[node.name] : undefined;
      return constant === undefined ? { kind: 'name', name: node.name, at: node.start + 1 } : { kind: 'number', value: constant };
    }
    case 'MemberExpression':
      if (node.computed || node.optional || node.object.type !== 'Identifier' || node.property.type !== 'Identifier')
        throw new Refusal(
          'expression-syntax',
          node.start + 1,
          "A column is written as 'name', with several inputs as 'input.name'.",
          '列写作“名称”，多输入时写作“输入.名称”。',
        );
      return { kind: 'name', name: `${node.object.name}.${node.property.name}`, at: node.start + 1 };
    case 'UnaryExpression':
      if (node.operator === '-' || node.operator === '+' || node.operator === '!')
        return { kind: 'unary', op: node.operator, of: convert(node.argument) };
      break;
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const op = node.operator === '===' ? '==' : node.operator === '!==' ? '!=' : node.operator;
      if ((BINARY_OPERATORS as readonly string[]).includes(op))
        return { kind: 'binary', op, left: convert(node.left), right: convert(node.right) };
      const hint =
        op === '&'
          ? ' Write && for and.'
          : op === '|'
            ? ' Write || for or.'
            : op === '^'
              ? ' Write ** or pow(a, b) for powers.'
              : '';
      throw new Refusal(
        'expression-operator',
        node.start + 1,
        `The operator '${op}' is not available.${hint}`,
        `不支持运算符“${op}”。${op === '&' ? '与请写 &&。' : op === '|' ? '或请写 ||。' : op === '^' ? '乘方请写 ** 或 pow(a, b)。' : ''}`,
      );
    }
    case 'ConditionalExpression':
      return { kind: 'condition', test: convert(node.test), yes: convert(node.consequent), no: convert(node.alternate) };
    case 'CallExpression':
      return call(node);
  }
  const [en, zh] = HINTS[node.type] ?? [
    `This kind of expression is not available (${node.type}).`,
    `不支持这种表达式（${node.type}）。`,
  ];
  throw new Refusal('expression-syntax', node.start + 1, en, zh);
}

function call(node: Node): Expression {
  const at = node.start + 1;
  const callee = node.callee;
  const name: string | undefined =
    callee.type === 'Identifier'
      ? callee.name
      : callee.type === 'MemberExpression' && callee.object.name === 'Math'
        ? callee.property.name
        : undefined;
  const args: Expression[] = node.arguments.map(convert);
  if (name && QUALITY_FUNCTIONS.has(name)) {
    if (args.length !== 1 || args[0]?.kind !== 'name')
      throw new Refusal(
        'expression-function',
        at,
        `${name}(…) asks about one column, e.g. ${name}(value).`,
        `${name}(…) 只能询问一列，例如 ${name}(value)。`,
      );
    return { kind: 'call', fn: name, args, at };
  }
  const fn = name !== undefined && Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!name || !fn) {
    const list = [...Object.keys(FUNCTIONS), ...QUALITY_FUNCTIONS].join(', ');
    throw new Refusal(
      'expression-function',
      at,
      `There is no function '${name ?? '?'}'. Available: ${list}.`,
      `没有函数“${name ?? '?'}”。可用：${list}。`,
    );
  }
  const [least, most] = fn.args;
  if (args.length < least || args.length > most) {
    const wanted = least === most ? `${least}` : `${least}–${most}`;
    throw new Refusal(
      'expression-function',
      at,
      `${name} takes ${wanted} argument(s), not ${args.length}.`,
      `${name} 需要 ${wanted} 个参数，而不是 ${args.length} 个。`,
    );
  }
  return { kind: 'call', fn: name, args, at };
}

function collect(e: Expression, names: string[], handled: string[]): void {
  const add = (list: string[], name: string) => {
    if (!list.includes(name)) list.push(name);
  };
  if (e.kind === 'name') add(names, e.name);
  else if (e.kind === 'unary') collect(e.of, names, handled);
  else if (e.kind === 'binary') for (const x of [e.left, e.right]) collect(x, names, handled);
  else if (e.kind === 'condition') for (const x of [e.test, e.yes, e.no]) collect(x, names, handled);
  else if (e.kind === 'call')
    for (const x of e.args) {
      if (QUALITY_FUNCTIONS.has(e.fn) && x.kind === 'name') add(handled, x.name);
      else collect(x, names, handled);
    }
}

/**
 * The value, by interpretation: what the gateway checks before it acts. Same results as the compiled text.
 * @throws ReferenceError when a name has no value
 */
export function evaluate(
  e: Expression,
  values: Readonly<Record<string, ExpressionValue>>,
  quality: Readonly<Record<string, number>> = {},
): ExpressionValue {
  const n = (x: ExpressionValue): number => x as number;
  const go = (x: Expression): ExpressionValue => {
    switch (x.kind) {
      case 'number':
      case 'text':
      case 'boolean':
        return x.value;
      case 'name': {
        const v = Object.hasOwn(values, x.name) ? values[x.name] : undefined;
        if (v === undefined) throw new ReferenceError(`'${x.name}' has no value`);
        return v;
      }
      case 'unary':
        return x.op === '!' ? !go(x.of) : x.op === '-' ? -n(go(x.of)) : +n(go(x.of));
      case 'binary':
        if (x.op === '&&') return go(x.left) && go(x.right);
        if (x.op === '||') return go(x.left) || go(x.right);
        return BINARY[x.op](n(go(x.left)), n(go(x.right)));
      case 'condition':
        return go(x.test) ? go(x.yes) : go(x.no);
      case 'call': {
        const [first] = x.args;
        if (QUALITY_FUNCTIONS.has(x.fn) && first?.kind === 'name') {
          const q = quality[first.name] ?? (Object.hasOwn(values, first.name) ? 0 : 128);
          return x.fn === 'isBad' ? q >= 128 : q < 64;
        }
        const fn = FUNCTIONS[x.fn];
        if (!fn) throw new ReferenceError(`there is no function '${x.fn}'`);
        return fn.apply(...x.args.map((a) => n(go(a))));
      }
    }
  };
  return go(e);
}

const BINARY: Readonly<Record<Exclude<BinaryOperator, '&&' | '||'>, (a: number, b: number) => ExpressionValue>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};
