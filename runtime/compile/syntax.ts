import { type Node as AcornNode, type Options, parse } from 'acorn';

/** Syntax trees, their scopes, and edits of source text by position. No meaning of blocks in here. */

/** A syntax tree node, loosely typed: ESTree's fields are read through `kids`, `text` and the fields below. */
export interface Tree extends AcornNode {
  // biome-ignore lint/suspicious/noExplicitAny: ESTree is a union of about 70 shapes; each use checks `type` first
  [field: string]: any;
}

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string | (() => string);
}

const OPTIONS: Options = { ecmaVersion: 2024, sourceType: 'module', locations: true };
/** @throws SyntaxError of acorn, with `loc`. */
export const parseModule = (text: string): Tree => parse(text, OPTIONS) as Tree;

export function kids(node: Tree): Tree[] {
  const out: Tree[] = [];
  for (const key in node) {
    const value = node[key];
    if (value === null || typeof value !== 'object' || key === 'loc') continue;
    if (Array.isArray(value)) {
      for (const item of value) if (item && typeof item.type === 'string') out.push(item);
    } else if (typeof value.type === 'string') out.push(value);
  }
  return out;
}

export const isFunction = (node: Tree): boolean =>
  node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression' || node.type === 'FunctionDeclaration';

/** Names that a pattern binds. */
export function patternNames(pattern: Tree | null, out: string[] = []): string[] {
  if (!pattern) return out;
  if (pattern.type === 'Identifier') out.push(pattern.name);
  else if (pattern.type === 'ObjectPattern')
    for (const p of pattern.properties) patternNames(p.type === 'RestElement' ? p.argument : p.value, out);
  else if (pattern.type === 'ArrayPattern') for (const e of pattern.elements) patternNames(e, out);
  else if (pattern.type === 'AssignmentPattern') patternNames(pattern.left, out);
  else if (pattern.type === 'RestElement') patternNames(pattern.argument, out);
  return out;
}

export interface Scope {
  readonly node: Tree;
  readonly parent: Scope | null;
  readonly names: Set<string>;
}
export interface Reference {
  readonly id: Tree;
  /** Where the name is declared; null = nowhere in this text. */
  readonly scope: Scope | null;
}
export interface Tables {
  readonly references: Reference[];
  readonly parents: Map<Tree, Tree>;
  readonly root: Scope;
}

/** Every reference of a name with the scope that declares it, and every node's parent. */
export function resolveScopes(program: Tree): Tables {
  const parents = new Map<Tree, Tree>();
  const references: Reference[] = [];
  const pending: { id: Tree; scope: Scope }[] = [];
  const root: Scope = { node: program, parent: null, names: new Set() };

  const functionScope = (scope: Scope): Scope => {
    let s = scope;
    while (s.parent && !isFunction(s.node)) s = s.parent;
    return s;
  };
  const declare = (names: readonly string[], scope: Scope) => {
    for (const name of names) scope.names.add(name);
  };
  const patternParts = (pattern: Tree | null, scope: Scope, parent: Tree) => {
    if (!pattern) return;
    parents.set(pattern, parent);
    if (pattern.type === 'AssignmentPattern') {
      patternParts(pattern.left, scope, pattern);
      walk(pattern.right, scope, pattern);
    } else if (pattern.type === 'ObjectPattern') {
      for (const p of pattern.properties as Tree[]) {
        parents.set(p, pattern);
        if (p.type === 'RestElement') continue;
        if (p.computed) walk(p.key, scope, p);
        patternParts(p.value, scope, p);
      }
    } else if (pattern.type === 'ArrayPattern') for (const e of pattern.elements) patternParts(e, scope, pattern);
    else if (pattern.type === 'RestElement') patternParts(pattern.argument, scope, pattern);
  };
  const walkAll = (nodes: readonly (Tree | null)[], scope: Scope, parent: Tree) => {
    for (const node of nodes) if (node) walk(node, scope, parent);
  };

  const walk = (node: Tree, scope: Scope, parent: Tree): void => {
    parents.set(node, parent);
    switch (node.type) {
      case 'Identifier':
        pending.push({ id: node, scope });
        return;
      case 'MemberExpression':
        walk(node.object, scope, node);
        if (node.computed) walk(node.property, scope, node);
        return;
      case 'Property':
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node.computed) walk(node.key, scope, node);
        if (node.value) walk(node.value, scope, node);
        return;
      case 'LabeledStatement':
        walk(node.body, scope, node);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'ImportDeclaration':
        declare(
          node.specifiers.map((s: Tree) => s.local.name),
          scope,
        );
        return;
      case 'ExportNamedDeclaration':
        if (node.declaration) walk(node.declaration, scope, node);
        return;
      case 'VariableDeclaration':
        for (const d of node.declarations as Tree[]) {
          parents.set(d, node);
          declare(patternNames(d.id), node.kind === 'var' ? functionScope(scope) : scope);
          patternParts(d.id, scope, d);
          if (d.init) walk(d.init, scope, d);
        }
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression': {
        if (node.type === 'FunctionDeclaration' && node.id) declare([node.id.name], scope);
        const inner: Scope = { node, parent: scope, names: new Set(node.params.flatMap((p: Tree) => patternNames(p))) };
        if (node.type === 'FunctionExpression' && node.id) inner.names.add(node.id.name);
        for (const p of node.params as Tree[]) patternParts(p, inner, node);
        if (node.body.type === 'BlockStatement') {
          // a function's body shares its scope, so that `break` labels and returns can be rewritten in one place
          parents.set(node.body, node);
          hoist(node.body.body, inner);
          walkAll(node.body.body, inner, node.body);
        } else walk(node.body, inner, node);
        return;
      }
      case 'ClassDeclaration':
      case 'ClassExpression': {
        if (node.type === 'ClassDeclaration' && node.id) declare([node.id.name], scope);
        const inner: Scope = { node, parent: scope, names: new Set(node.id ? [node.id.name] : []) };
        if (node.superClass) walk(node.superClass, scope, node);
        walk(node.body, inner, node);
        return;
      }
      case 'BlockStatement':
      case 'StaticBlock': {
        const inner: Scope = { node, parent: scope, names: new Set() };
        hoist(node.body, inner);
        walkAll(node.body, inner, node);
        return;
      }
      case 'ForStatement': {
        const inner: Scope = { node, parent: scope, names: new Set() };
        walkAll([node.init, node.test, node.update, node.body], inner, node);
        return;
      }
      case 'ForOfStatement':
      case 'ForInStatement': {
        const inner: Scope = { node, parent: scope, names: new Set() };
        walk(node.right, scope, node);
        walk(node.left, inner, node);
        walk(node.body, inner, node);
        return;
      }
      case 'SwitchStatement': {
        walk(node.discriminant, scope, node);
        const inner: Scope = { node, parent: scope, names: new Set() };
        walkAll(node.cases, inner, node);
        return;
      }
      case 'CatchClause': {
        const inner: Scope = { node, parent: scope, names: new Set(patternNames(node.param)) };
        patternParts(node.param, inner, node);
        walk(node.body, inner, node);
        return;
      }
      default:
        walkAll(kids(node), scope, node);
    }
  };
  const hoist = (statements: readonly Tree[], scope: Scope) => {
    for (const s of statements)
      if (s.type === 'FunctionDeclaration' || s.type === 'ClassDeclaration') declare([s.id.name], scope);
  };

  hoist(program.body, root);
  walkAll(program.body, root, program);
  // names may be used before the statement that declares them: resolved when all scopes are known
  for (const { id, scope } of pending) {
    let s: Scope | null = scope;
    while (s && !s.names.has(id.name)) s = s.parent;
    references.push({ id, scope: s });
  }
  return { references, parents, root };
}

/** `src[start..end)` with the edits inside applied; where edits overlap the outer one wins. */
export function applyEdits(src: string, start: number, end: number, edits: readonly Edit[]): string {
  const inside = edits.filter((e) => e.start >= start && e.end <= end).sort((a, b) => a.start - b.start || b.end - a.end);
  let out = '';
  let at = start;
  for (const edit of inside) {
    if (edit.start < at) continue;
    const text = typeof edit.text === 'string' ? edit.text : edit.text();
    // as many lines as before, so that lines of the result are lines of the source
    const lost = newlines(src.slice(edit.start, edit.end)) - newlines(text);
    out += src.slice(at, edit.start) + text + (lost > 0 ? '\n'.repeat(lost) : '');
    at = edit.end;
  }
  return out + src.slice(at, end);
}

const newlines = (text: string): number => text.split('\n').length - 1;
