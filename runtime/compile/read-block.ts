import type { BlockSource } from '#runtime/graph/manifest.ts';
import {
  ALLOWED_GLOBALS,
  CodeProblem,
  checkDeclared,
  checkTree,
  patternIdentifiers,
  SDK_TEXT,
  unknownName,
} from './code-rules.ts';
import {
  applyEdits,
  type Edit,
  isFunction,
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
  /** Line of the author's own file at which a line of `src` stands; 0 where it stands in another. */
  lineOf(line: number): number;
}

interface ReadOptions {
  /** Prefix of the module's names in the program, `$m3_`. */
  readonly prefix: string;
  /** Built by the catalogue's bundler: `var` and functions with `this` come from it and from mathematics packages. Both are harmless in strict functions. */
  readonly bundled?: boolean;
  /** Of a bundle: `BlockSource.lines`. */
  readonly lines?: BlockSource['lines'];
}

export const shorthand = (parent: Tree | undefined, id: Tree): string =>
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

export interface Module {
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

export function readModule(src: string): Module {
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

const within = (node: Tree, range: Tree) => node.start >= range.start && node.end <= range.end;

/** Checks the given code and all it reaches; gives the reached statements in the order of the text, and the renames. */
export function reach(module: Module, roots: readonly Tree[], options: ReadOptions) {
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
export function functionOf(module: Module, value: Tree | undefined): Tree | undefined {
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
    lineOf(line) {
      if (!options.bundled) return line;
      const run = options.lines?.find(([text, , count]) => text <= line && line < text + count);
      return run ? run[1] + line - run[0] : 0;
    },
  };
}
