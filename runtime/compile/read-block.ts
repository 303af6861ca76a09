import {
  applyEdits,
  type Edit,
  isFunction,
  kids,
  parseModule,
  patternNames,
  type Reference,
  resolveScopes,
  type Scope,
  type Tree,
} from './syntax.ts';

/**
 * A block's source text -> facts that the compiler needs, and the static check of what code may name (isolation between publishers
 * is static: a program is one text). The check covers what runs in a program: the handlers and what they reach in the module;
 * the definition around them is evaluated apart.
 */

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
const SDK_TEXT: Readonly<Record<string, string>> = {
  isBad: '((q) => q >= 128)',
  isGood: '((q) => q < 64)',
  worst: '((a, b) => (a > b ? a : b))',
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

/** Which members of `ctx` a handler uses; absent = not read. */
export interface Handler {
  readonly name: string;
  readonly fn: Tree;
  readonly uses: ReadonlySet<string>;
}

export interface BlockCode {
  readonly src: string;
  readonly handlers: ReadonlyMap<string, Handler>;
  /** `migrate` of the definition, to be called. */
  readonly migrate?: Tree;
  readonly references: readonly Reference[];
  readonly parents: ReadonlyMap<Tree, Tree>;
  /** Top-level name -> its name in the program. */
  readonly names: ReadonlyMap<string, string>;
  /** Renames of module-level names inside any range of the text. */
  readonly renames: readonly Edit[];
  /** Module-level code that the handlers reach, renamed; with the line of `src` at which each of its lines stands. */
  readonly moduleText: string;
  readonly moduleLines: readonly number[];
  /** Lines of `src` are the lines of the author's own file. */
  readonly ownLines: boolean;
}

interface ReadOptions {
  /** Prefix of the module's names in the program, `$m3_`. */
  readonly prefix: string;
  /** Built by the catalogue's bundler: `var` and functions with `this` come from it and from mathematics packages. Both are harmless in strict functions. */
  readonly bundled?: boolean;
}

const shorthand = (parent: Tree | undefined, id: Tree): string =>
  parent?.type === 'Property' && parent.shorthand && parent.value === id ? `${id.name}: ` : '';

/** @throws CodeProblem */
export function parseCode(src: string): Tree {
  try {
    return parseModule(src);
  } catch (error) {
    if (!(error instanceof SyntaxError) || !('loc' in error)) throw error;
    const loc = error.loc as { line: number; column: number };
    const what = error.message.replace(/ \(\d+:\d+\)$/, '');
    throw new CodeProblem('code-syntax', loc, `Syntax error: ${what}.`, `语法错误：${what}。`);
  }
}

interface Module {
  readonly src: string;
  readonly program: Tree;
  readonly references: Reference[];
  readonly parents: Map<Tree, Tree>;
  readonly root: Scope;
  /** Top-level name -> statement that declares it. */
  readonly statements: Map<string, Tree>;
  /** Names imported, with what they are called at their source. */
  readonly imports: Map<string, { readonly from: string; readonly imported: string; readonly at: Tree }>;
}

function readModule(src: string): Module {
  const program = parseCode(src);
  const { references, parents, root } = resolveScopes(program);
  const statements = new Map<string, Tree>();
  const imports: Module['imports'] = new Map();
  for (const statement of program.body as Tree[]) {
    if (statement.type === 'ImportDeclaration') {
      for (const s of statement.specifiers as Tree[])
        imports.set(s.local.name, { from: statement.source.value, imported: s.imported?.name ?? s.type, at: statement });
      continue;
    }
    const d: Tree =
      (statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration') && statement.declaration
        ? statement.declaration
        : statement;
    if (d.type === 'VariableDeclaration')
      for (const v of d.declarations) for (const name of patternNames(v.id)) statements.set(name, d);
    else if ((d.type === 'FunctionDeclaration' || d.type === 'ClassDeclaration') && d.id) statements.set(d.id.name, d);
  }
  return { src, program, references, parents, root, statements, imports };
}

/** Refuses what code in a program may not do. Looks at everything inside `root`. */
function checkTree(root: Tree, bundled: boolean): void {
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

const within = (node: Tree, range: Tree) => node.start >= range.start && node.end <= range.end;

/** Checks the given code and all it reaches; gives the reached statements in the order of the text, and the renames. */
function reach(module: Module, roots: readonly Tree[], options: ReadOptions) {
  const { references, parents, root, statements, imports, src } = module;
  const names = new Map<string, string>();
  const renames: Edit[] = [];
  const reached = new Set<Tree>();
  const queue = [...roots];
  const done = new Set<Tree>();
  for (let range = queue.shift(); range; range = queue.shift()) {
    if (done.has(range)) continue;
    done.add(range);
    checkTree(range, options.bundled ?? false);
    const scope = range;
    for (const { id, scope: declared } of references) {
      if (!within(id, scope)) continue;
      const name = id.name as string;
      if (name.startsWith('$'))
        throw new CodeProblem(
          'code-dollar',
          id,
          `Names that begin with $ belong to the compiler: '${name}'.`,
          `以 $ 开头的名称保留给编译器：“${name}”。`,
        );
      if (declared && declared !== root) continue;
      if (!declared) {
        if (!ALLOWED_GLOBALS.has(name)) throw unknownName(id, name);
        continue;
      }
      const imported = imports.get(name);
      let to: string;
      if (imported) {
        const text = imported.from.startsWith('#blocks/sdk') ? SDK_TEXT[imported.imported] : undefined;
        if (!text)
          throw new CodeProblem(
            'code-import',
            id,
            `'${name}' comes from '${imported.from}' and is not there when a program runs.`,
            `“${name}”来自“${imported.from}”，程序运行时不可用。`,
          );
        to = text;
      } else {
        to = `${options.prefix}${name}`;
        names.set(name, to);
        const statement = statements.get(name);
        if (statement && !reached.has(statement)) {
          reached.add(statement);
          queue.push(statement);
        }
      }
      renames.push({ start: id.start, end: id.end, text: shorthand(parents.get(id), id) + to });
    }
    // declared names that begin with $ would shadow the compiler's
    checkDeclared(range);
  }
  // the names at their declarations
  for (const statement of reached) {
    const rename = (id: Tree) => {
      const to = names.get(id.name) ?? `${options.prefix}${id.name}`;
      names.set(id.name, to);
      renames.push({ start: id.start, end: id.end, text: shorthand(parents.get(id), id) + to });
    };
    if (statement.type === 'VariableDeclaration')
      for (const d of statement.declarations) patternIdentifiers(d.id).forEach(rename);
    else rename(statement.id);
  }
  const moduleLines: number[] = [];
  const moduleText = [...reached]
    .sort((a, b) => a.start - b.start)
    .map((s) => {
      const text = applyEdits(src, s.start, s.end, renames);
      text.split('\n').forEach((_, i) => void moduleLines.push((s.loc?.start.line ?? 1) + i));
      return text;
    })
    .join('\n');
  return { names, renames, moduleText, moduleLines };
}

function unknownName(id: Tree, name: string): CodeProblem {
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

function patternIdentifiers(pattern: Tree): Tree[] {
  if (pattern.type === 'Identifier') return [pattern];
  if (pattern.type === 'ObjectPattern')
    return pattern.properties.flatMap((p: Tree) => patternIdentifiers(p.type === 'RestElement' ? p.argument : p.value));
  if (pattern.type === 'ArrayPattern') return pattern.elements.filter(Boolean).flatMap(patternIdentifiers);
  if (pattern.type === 'AssignmentPattern') return patternIdentifiers(pattern.left);
  return pattern.type === 'RestElement' ? patternIdentifiers(pattern.argument) : [];
}

function checkDeclared(range: Tree): void {
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

const propertyOf = (object: Tree, key: string): Tree | undefined =>
  object.properties.find((p: Tree) => p.type === 'Property' && !p.computed && (p.key.name ?? p.key.value) === key)?.value;

/** The object that is given to `defineBlock`, wherever the default export leads. */
function definitionOf(module: Module): Tree {
  let found: Tree | undefined;
  for (const s of module.program.body as Tree[]) {
    if (s.type === 'ExportDefaultDeclaration') found = s.declaration;
    else if (s.type === 'ExportNamedDeclaration')
      for (const x of s.specifiers as Tree[]) if ((x.exported.name ?? x.exported.value) === 'default') found = x.local;
  }
  for (let hops = 0; found?.type === 'Identifier' && hops < 8; hops++) {
    const name: string = found.name;
    found = module.statements.get(name)?.declarations?.find((d: Tree) => d.id.name === name)?.init;
  }
  const object = found?.type === 'CallExpression' ? found.arguments[0] : found;
  if (object?.type !== 'ObjectExpression')
    throw new CodeProblem(
      'block-definition',
      { line: 1, column: 0 },
      'A block module exports defineBlock({ … }) as default.',
      '积木模块须默认导出 defineBlock({ … })。',
    );
  return object;
}

/** A handler may be written in place or be a function of the module. */
function functionOf(module: Module, value: Tree | undefined): Tree | undefined {
  let fn = value;
  for (let hops = 0; fn?.type === 'Identifier' && hops < 8; hops++) {
    const name: string = fn.name;
    const statement = module.statements.get(name);
    fn =
      statement?.type === 'FunctionDeclaration'
        ? statement
        : statement?.declarations?.find((d: Tree) => d.id.name === name)?.init;
  }
  return fn && isFunction(fn) ? fn : undefined;
}

/** Members of `ctx` that a handler reads. */
function contextUses(fn: Tree, at: number, module: Module): Set<string> {
  const uses = new Set<string>();
  const param = fn.params[at];
  if (!param) return uses;
  if (param.type === 'ObjectPattern')
    throw new CodeProblem(
      'block-pattern',
      param,
      'Take ctx as a name and use its members: ctx.emit(…).',
      '请以名称接收 ctx 并使用其成员：ctx.emit(…)。',
    );
  for (const { id, scope } of module.references) {
    if (id.name !== param.name || scope?.node !== fn) continue;
    const parent = module.parents.get(id);
    uses.add(parent?.type === 'MemberExpression' && parent.object === id && !parent.computed ? parent.property.name : '*');
  }
  return uses;
}

/** Reads a block module that was stripped of its types. @throws CodeProblem */
export function readBlock(src: string, options: ReadOptions): BlockCode {
  const module = readModule(src);
  const definition = definitionOf(module);
  const handlers = new Map<string, Handler>();
  const add = (name: string, value: Tree | undefined, contextAt: number) => {
    if (!value) return;
    const fn = functionOf(module, value);
    if (!fn)
      throw new CodeProblem(
        'block-handler',
        value,
        `'${name}' must be a function written in this module.`,
        `“${name}”必须是写在本模块中的函数。`,
      );
    handlers.set(name, { name, fn, uses: contextUses(fn, contextAt, module) });
  };
  add('each', propertyOf(definition, 'each'), 3);
  add('onTimer', propertyOf(definition, 'onTimer'), 2);
  add('onResult', propertyOf(definition, 'onResult'), 3);
  const on = propertyOf(definition, 'on');
  if (on?.type === 'ObjectExpression')
    for (const p of on.properties as Tree[]) add(`on.${p.key.name ?? p.key.value}`, p.value, 3);
  const migrate = functionOf(module, propertyOf(definition, 'migrate'));
  const roots = [...handlers.values()].map((h) => h.fn);
  const { names, renames, moduleText, moduleLines } = reach(module, migrate ? [...roots, migrate] : roots, options);
  return {
    src,
    handlers,
    ...(migrate ? { migrate } : {}),
    references: module.references,
    parents: module.parents,
    names,
    renames,
    moduleText,
    moduleLines,
    ownLines: !options.bundled,
  };
}

export interface UserCode {
  /** Module-level code with the function among it, renamed. */
  readonly moduleText: string;
  /** Name of the default function in the program. */
  readonly name: string;
  /** Members of `row` that the code reads; null = it may read any. */
  readonly columns: ReadonlyMap<string, Tree> | null;
  /** Columns of literal results, where all results are literals. */
  readonly returns: readonly { readonly name: string; readonly at: Tree }[];
  /** Line of the user's text at which each line of `moduleText` stands. */
  readonly lines: readonly number[];
}

/** Reads what a person wrote into a code parameter: `export default function (row, state, ctx) { … }`, types blanked. @throws CodeProblem */
export function readUserCode(src: string, prefix: string): UserCode {
  const module = readModule(src);
  const exported = (module.program.body as Tree[]).find((s) => s.type === 'ExportDefaultDeclaration');
  const fn = exported && functionOf(module, exported.declaration);
  if (!exported || !fn)
    throw new CodeProblem(
      'code-default',
      { line: 1, column: 0 },
      'The code must have a default function: export default function (row, state, ctx) { … }.',
      '代码须有默认函数：export default function (row, state, ctx) { … }。',
    );
  for (const s of module.program.body as Tree[])
    if (s.type === 'ImportDeclaration')
      throw new CodeProblem('code-import', s, 'Code in a graph cannot import modules.', '图中的代码不能导入模块。');
  // all of it is checked, also what the function does not reach
  const own = (module.program.body as Tree[]).map((s) =>
    s.type === 'ExportNamedDeclaration' || s === exported ? (s.declaration ?? s) : s,
  );
  const { renames } = reach(module, own, { prefix });
  const name = `${prefix}default`;
  const lines: number[] = [];
  const texts = own.map((s: Tree) => {
    const isMain = s === exported.declaration;
    const declared = s.type === 'FunctionDeclaration' || s.type === 'ClassDeclaration' || s.type === 'VariableDeclaration';
    const extra: Edit[] = declared && s.id ? [{ start: s.id.start, end: s.id.end, text: prefix + s.id.name }] : [];
    if (s.type === 'VariableDeclaration')
      for (const d of s.declarations)
        for (const id of patternIdentifiers(d.id))
          extra.push({ start: id.start, end: id.end, text: shorthand(module.parents.get(id), id) + prefix + id.name });
    const text = applyEdits(src, s.start, s.end, [...extra, ...renames]);
    const whole = isMain
      ? s.type === 'FunctionDeclaration'
        ? s.id
          ? `${text}\nconst ${name} = ${prefix}${s.id.name};`
          : `const ${name} = ${text};`
        : `const ${name} = ${text};`
      : text;
    for (let i = 0; i < whole.split('\n').length; i++) lines.push((s.loc?.start.line ?? 1) + i);
    return whole;
  });
  return { moduleText: texts.join('\n'), name, columns: columnsRead(fn, module), returns: literalReturns(fn), lines };
}

function columnsRead(fn: Tree, module: Module): Map<string, Tree> | null {
  const columns = new Map<string, Tree>();
  const param = fn.params[0];
  if (!param) return columns;
  if (param.type === 'ObjectPattern') {
    for (const p of param.properties as Tree[]) {
      if (p.type === 'RestElement' || p.computed) return null;
      columns.set(p.key.name ?? String(p.key.value), p);
    }
    return columns;
  }
  if (param.type !== 'Identifier') return null;
  for (const { id, scope } of module.references) {
    if (id.name !== param.name || scope?.node !== fn) continue;
    const parent = module.parents.get(id);
    if (parent?.type !== 'MemberExpression' || parent.object !== id || parent.computed) return null;
    columns.set(parent.property.name, parent.property);
  }
  return columns;
}

function literalReturns(fn: Tree): { name: string; at: Tree }[] {
  const out: { name: string; at: Tree }[] = [];
  const literal = (e: Tree | null) => {
    if (e?.type === 'ObjectExpression')
      for (const p of e.properties as Tree[])
        if (p.type === 'Property' && !p.computed) out.push({ name: p.key.name ?? String(p.key.value), at: p });
    if (e?.type === 'ConditionalExpression') {
      literal(e.consequent);
      literal(e.alternate);
    }
  };
  if (fn.body.type !== 'BlockStatement') literal(fn.body);
  const go = (node: Tree): void => {
    if (isFunction(node)) return;
    if (node.type === 'ReturnStatement') literal(node.argument);
    for (const k of kids(node)) go(k);
  };
  if (fn.body.type === 'BlockStatement') go(fn.body);
  return out;
}
