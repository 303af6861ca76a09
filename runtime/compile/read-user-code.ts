import { CodeProblem, patternIdentifiers } from './code-rules.ts';
import { functionOf, type Module, reach, readModule, shorthand } from './read-block.ts';
import { applyEdits, type Edit, isFunction, kids, type Tree } from './syntax.ts';

/** The code that a person wrote into a parameter: read and checked like a block's, kept as functions that the block calls. */

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
