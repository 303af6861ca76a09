import { type Expression, type ExpressionValue, FUNCTIONS, QUALITY_FUNCTIONS } from './expression.ts';

/** Expressions as text again: for programs (JavaScript) and for documents and the gateway (the language itself). */

/** Names replaced: a name that maps to a value becomes that constant. */
export function substitute(e: Expression, value: (name: string) => ExpressionValue | undefined): Expression {
  const go = (x: Expression): Expression => {
    switch (x.kind) {
      case 'name': {
        const v = value(x.name);
        if (v === undefined) return x;
        return typeof v === 'number'
          ? { kind: 'number', value: v }
          : typeof v === 'boolean'
            ? { kind: 'boolean', value: v }
            : { kind: 'text', value: v };
      }
      case 'unary':
        return { ...x, of: go(x.of) };
      case 'binary':
        return { ...x, left: go(x.left), right: go(x.right) };
      case 'condition':
        return { ...x, test: go(x.test), yes: go(x.yes), no: go(x.no) };
      case 'call':
        return { ...x, args: x.args.map(go) };
      default:
        return x;
    }
  };
  return go(e);
}

const numberText = (x: number): string => (Object.is(x, -0) ? '-0' : String(x));

/** Text of JavaScript; `name` and `quality` give the text for a column's value and for its quality byte. Every operation stands in brackets. */
export function toJavaScript(e: Expression, name: (name: string) => string, quality: (name: string) => string): string {
  const go = (x: Expression): string => {
    switch (x.kind) {
      case 'number':
        return x.value < 0 || Object.is(x.value, -0) ? `(${numberText(x.value)})` : String(x.value);
      case 'text':
        return JSON.stringify(x.value);
      case 'boolean':
        return String(x.value);
      case 'name':
        return name(x.name);
      case 'unary':
        return `(${x.op}${go(x.of)})`;
      case 'binary':
        return `(${go(x.left)} ${x.op === '==' ? '===' : x.op === '!=' ? '!==' : x.op} ${go(x.right)})`;
      case 'condition':
        return `(${go(x.test)} ? ${go(x.yes)} : ${go(x.no)})`;
      case 'call': {
        const [first] = x.args;
        if (QUALITY_FUNCTIONS.has(x.fn) && first?.kind === 'name')
          return x.fn === 'isBad' ? `(${quality(first.name)} >= 128)` : `(${quality(first.name)} < 64)`;
        return FUNCTIONS[x.fn]?.text(...x.args.map(go)) ?? 'NaN';
      }
    }
  };
  return go(e);
}

/** The text of an expression again, for documents and the gateway. */
export const printExpression = (e: Expression): string => {
  const go = (x: Expression): string => {
    switch (x.kind) {
      case 'number':
        return x.value < 0 || Object.is(x.value, -0) ? `(${numberText(x.value)})` : String(x.value);
      case 'text':
        return JSON.stringify(x.value);
      case 'boolean':
        return String(x.value);
      case 'name':
        return x.name;
      case 'unary':
        return `${x.op}${x.of.kind === 'binary' || x.of.kind === 'condition' || x.of.kind === 'unary' ? `(${go(x.of)})` : go(x.of)}`;
      case 'binary': {
        const part = (y: Expression) =>
          y.kind === 'binary' || y.kind === 'condition' || (y.kind === 'unary' && x.op === '**') ? `(${go(y)})` : go(y);
        return `${part(x.left)} ${x.op} ${part(x.right)}`;
      }
      case 'condition':
        return `${x.test.kind === 'condition' ? `(${go(x.test)})` : go(x.test)} ? ${go(x.yes)} : ${go(x.no)}`;
      case 'call':
        return `${x.fn}(${x.args.map(go).join(', ')})`;
    }
  };
  return go(e);
};
