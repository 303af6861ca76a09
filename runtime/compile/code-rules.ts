import { isFunction, kids, type Tree } from './syntax.ts';

/** What code in a program may not do. Isolation between publishers is static: a program is one text. */

export class CodeProblem extends Error {
  override name = 'CodeProblem';
  readonly code: string;
  readonly line: number;
  readonly column: number;
  readonly zh: string;
  constructor(code: string, at: Tree | { line: number; column: number }, en: string, zh: string) {
    super(en);
    this.code = code;
    this.zh = zh;
    const start = 'loc' in at ? (at as Tree).loc?.start : (at as { line: number; column: number });
    this.line = start?.line ?? 1;
    this.column = (start?.column ?? 0) + 1;
  }
}

/** Names of the language that code may use; everything else must be its own. */
export const ALLOWED_GLOBALS: ReadonlySet<string> = new Set(
  (
    'undefined NaN Infinity Math Number String Boolean Array Object Map Set JSON Symbol Float64Array Float32Array Int32Array Uint32Array Int16Array ' +
    'Uint16Array Uint8Array BigInt Error TypeError RangeError isNaN isFinite parseInt parseFloat'
  ).split(' '),
);
/** What handlers may use of the SDK at run time; the text stands in the program. */
export const SDK_TEXT: Readonly<Record<string, string>> = {
  isBad: '((q) => q >= 128)',
  isGood: '((q) => q < 64)',
  worst: '((a, b) => (a > b ? a : b))',
  rowAt: '((r, i) => { const $ = {}; for (const c in r.$) $[c] = [r.$[c][0][i], r.$[c][1]]; return { $ }; })',
};

const FORBIDDEN_NODES: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  ThisExpression: ['this', 'this'],
  ImportExpression: ['import()', 'import()'],
  MetaProperty: ['import.meta and new.target', 'import.meta 与 new.target'],
  Super: ['super', 'super'],
  AwaitExpression: ['await', 'await'],
  YieldExpression: ['generators', '生成器'],
  WithStatement: ['with', 'with'],
  DebuggerStatement: ['debugger', 'debugger'],
};

/** Refuses what code in a program may not do. Looks at everything inside `root`. */
export function checkTree(root: Tree, bundled: boolean): void {
  const go = (node: Tree, insideFunction: boolean): void => {
    const forbidden = FORBIDDEN_NODES[node.type];
    if (forbidden && !(node.type === 'ThisExpression' && bundled && insideFunction))
      throw new CodeProblem(
        'code-forbidden',
        node,
        `'${forbidden[0]}' is not allowed in a block.`,
        `积木代码中不允许使用“${forbidden[1]}”。`,
      );
    if (node.type === 'VariableDeclaration' && node.kind === 'var' && !bundled)
      throw new CodeProblem(
        'code-var',
        node,
        "'var' is not allowed in a block; use let or const.",
        '积木代码中不允许使用 var；请用 let 或 const。',
      );
    if (isFunction(node) && (node.async || node.generator))
      throw new CodeProblem(
        'code-async',
        node,
        'A block function is synchronous: no async, no generators.',
        '积木函数必须同步：不能用 async 或生成器。',
      );
    if (node.type === 'MemberExpression') {
      const member = node.computed
        ? node.property.type === 'Literal'
          ? String(node.property.value)
          : undefined
        : (node.property.name as string);
      if (node.object.type === 'Identifier' && node.object.name === 'Math' && (member === 'random' || member === undefined))
        throw new CodeProblem(
          'code-random',
          node,
          'Use ctx.random() instead of Math.random(): runs must be repeatable.',
          '请用 ctx.random() 代替 Math.random()：运行必须可重复。',
        );
      if (!bundled && (member === 'constructor' || member === '__proto__' || member === 'prototype'))
        throw new CodeProblem(
          'code-forbidden',
          node,
          `'.${member}' is not allowed in a block.`,
          `积木代码中不允许使用“.${member}”。`,
        );
      if (bundled && (member === 'constructor' || member === '__proto__'))
        throw new CodeProblem(
          'code-forbidden',
          node,
          `'.${member}' is not allowed in a block.`,
          `积木代码中不允许使用“.${member}”。`,
        );
    }
    if (node.type === 'Property' && !node.computed && node.key.name === '__proto__')
      throw new CodeProblem(
        'code-forbidden',
        node,
        "'__proto__' is not allowed in a block.",
        '积木代码中不允许使用“__proto__”。',
      );
    const inside =
      insideFunction || node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration' || node.type === 'ClassBody';
    for (const k of kids(node)) go(k, inside);
  };
  go(root, false);
}

export function unknownName(id: Tree, name: string): CodeProblem {
  if (name === 'Date')
    return new CodeProblem(
      'code-name',
      id,
      "Use ctx.now or row.time instead of 'Date': runs must be repeatable.",
      '请用 ctx.now 或 row.time 代替 Date：运行必须可重复。',
    );
  return new CodeProblem(
    'code-name',
    id,
    `A block may not use '${name}': it is not declared here.`,
    `积木代码不能使用“${name}”：此处没有声明。`,
  );
}

export function patternIdentifiers(pattern: Tree): Tree[] {
  if (pattern.type === 'Identifier') return [pattern];
  if (pattern.type === 'ObjectPattern')
    return pattern.properties.flatMap((p: Tree) => patternIdentifiers(p.type === 'RestElement' ? p.argument : p.value));
  if (pattern.type === 'ArrayPattern') return pattern.elements.filter(Boolean).flatMap(patternIdentifiers);
  if (pattern.type === 'AssignmentPattern') return patternIdentifiers(pattern.left);
  return pattern.type === 'RestElement' ? patternIdentifiers(pattern.argument) : [];
}

export function checkDeclared(range: Tree): void {
  const go = (node: Tree): void => {
    const declared = isFunction(node)
      ? [...node.params, node.id].filter(Boolean)
      : node.type === 'VariableDeclarator'
        ? [node.id]
        : node.type === 'CatchClause' && node.param
          ? [node.param]
          : node.type === 'ClassDeclaration'
            ? [node.id]
            : [];
    for (const id of declared.flatMap(patternIdentifiers))
      if (id.name.startsWith('$'))
        throw new CodeProblem(
          'code-dollar',
          id,
          `Names that begin with $ belong to the compiler: '${id.name}'.`,
          `以 $ 开头的名称保留给编译器：“${id.name}”。`,
        );
    for (const k of kids(node)) go(k);
  };
  go(range);
}
