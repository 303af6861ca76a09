import type { Bilingual } from './document.ts';
import { type Expression, QUALITY_FUNCTIONS } from './expression.ts';
import { printExpression } from './expression-text.ts';

/** Which type an expression gives, and where types do not fit. */

export type ExpressionType = 'number' | 'boolean' | 'text' | 'any';
export interface TypeClash {
  readonly message: Bilingual;
}

/** Type of the result, given the columns' types; or the first place where types do not fit. */
export function typeOf(e: Expression, type: (name: string) => ExpressionType): ExpressionType | TypeClash {
  class Clash extends Error {
    readonly clash: TypeClash;
    constructor(en: string, zh: string) {
      super(en);
      this.clash = { message: { en, zh } };
    }
  }
  const numeric = (x: Expression, op: string): void => {
    const t = go(x);
    if (t !== 'number' && t !== 'any')
      throw new Clash(
        `'${op}' needs numbers, but '${printExpression(x)}' is ${t === 'text' ? 'text' : 'true/false'}.`,
        `“${op}”需要数字，而“${printExpression(x)}”是${t === 'text' ? '文本' : '布尔值'}。`,
      );
  };
  const go = (x: Expression): ExpressionType => {
    switch (x.kind) {
      case 'number':
      case 'text':
      case 'boolean':
        return x.kind;
      case 'name':
        return type(x.name);
      case 'unary':
        if (x.op === '!') {
          go(x.of);
          return 'boolean';
        }
        numeric(x.of, x.op);
        return 'number';
      case 'condition': {
        go(x.test);
        const a = go(x.yes);
        const b = go(x.no);
        return a === b ? a : 'any';
      }
      case 'call':
        if (QUALITY_FUNCTIONS.has(x.fn)) return 'boolean';
        for (const a of x.args) numeric(a, x.fn);
        return 'number';
      case 'binary': {
        if (x.op === '&&' || x.op === '||') {
          const a = go(x.left);
          const b = go(x.right);
          return a === b ? a : 'any';
        }
        if (x.op === '==' || x.op === '!=' || x.op === '+') {
          const a = go(x.left);
          const b = go(x.right);
          if (x.op === '+') {
            if (a === 'text' || b === 'text') return 'text';
            numeric(x.left, '+');
            numeric(x.right, '+');
            return a === 'any' || b === 'any' ? 'any' : 'number';
          }
          if (a !== b && a !== 'any' && b !== 'any')
            throw new Clash(
              `'${printExpression(x.left)}' and '${printExpression(x.right)}' are of different kinds and never equal.`,
              `“${printExpression(x.left)}”与“${printExpression(x.right)}”类型不同，永不相等。`,
            );
          return 'boolean';
        }
        if (x.op === '<' || x.op === '>' || x.op === '<=' || x.op === '>=') {
          const a = go(x.left);
          const b = go(x.right);
          if (!(a === 'text' && b === 'text')) {
            numeric(x.left, x.op);
            numeric(x.right, x.op);
          }
          return 'boolean';
        }
        numeric(x.left, x.op);
        numeric(x.right, x.op);
        return 'number';
      }
    }
  };
  try {
    return go(e);
  } catch (error) {
    if (error instanceof Clash) return error.clash;
    throw error;
  }
}
