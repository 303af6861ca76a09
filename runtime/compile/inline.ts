import { CodeProblem } from './code-rules.ts';
import type { BlockCode, Handler } from './read-block.ts';
import { applyEdits, type Edit, isFunction, kids, type Tree } from './syntax.ts';

/**
 * Turns a handler's body into loop text: members of `row`, `s`, `p` and `ctx` become the compiler's variables, `return` becomes assignments.
 * What cannot become loop text is refused with a sentence; there is no silent fallback to calls.
 */
export interface InlineTarget {
  /** Label of the block that the body stands in; `return` leaves it. */
  readonly label: string;
  /** `row.member`; with several inputs met by the compiler `row.port.member`. Undefined = there is no such member. */
  row(member: string): string | undefined;
  rowPort?(port: string, member: string): string | undefined;
  /** The row, or one port's row, as an object. */
  wholeRow(port?: string): string;
  /** A scalar or json field as a local variable; undefined = not such a field. */
  scalar(name: string): string | undefined;
  /** An element of an array field, guarded. */
  element(name: string, index: string): string | undefined;
  /** An array field as a typed array. */
  wholeArray(name: string): string | undefined;
  /** `p.name` as a value. */
  param(name: string): string | undefined;
  wholeParams(): string;
  /** `p.name(row)` where the parameter is an expression: its text over the row's variables. */
  expression(name: string): string | undefined;
  /** `p.name(row, …)` where the parameter is user code. */
  userCode(name: string, args: readonly string[]): string | undefined;
  /** Property of `ctx` that is no function. */
  now(): string;
  /** A call of a `ctx` function, arguments as text; `literal` gives the argument's tree. */
  call(member: string, args: readonly string[], trees: readonly Tree[]): string | undefined;
  /** The answer of `onResult`. */
  readonly answer: string;
  /** Ports by name when results are keyed by port. */
  readonly ports: ReadonlySet<string> | null;
  open(port: string | undefined): string;
  assign(port: string | undefined, column: string, value: string, at: Tree): string;
  pass(port: string | undefined, at: Tree): string;
  generic(port: string | undefined, value: string): string;
}

type Role = 'row' | 'state' | 'params' | 'ctx' | 'answer';
const ROLES: Readonly<Record<string, readonly Role[]>> = {
  onTimer: ['state', 'params', 'ctx'],
  onResult: ['answer', 'state', 'params', 'ctx'],
};
const ROW_HANDLER: readonly Role[] = ['row', 'state', 'params', 'ctx'];

const refuse = (at: Tree, en: string, zh: string) => new CodeProblem('block-not-inlinable', at, en, zh);

/** State fields that a handler assigns, updates or destructures into. */
export function writtenFields(code: BlockCode, handler: Handler): Set<string> {
  const written = new Set<string>();
  const at = (ROLES[handler.name] ?? ROW_HANDLER).indexOf('state');
  const param = handler.fn.params[at];
  if (!param) return written;
  for (const { id, scope } of code.references) {
    if (id.name !== param.name || scope?.node !== handler.fn) continue;
    const member = code.parents.get(id);
    if (member?.type !== 'MemberExpression' || member.computed) continue;
    if (isTarget(member, code)) written.add(member.property.name);
  }
  return written;
}

/** State fields that a handler names, and those it uses other than by element. */
export function usedFields(code: BlockCode, handler: Handler): { readonly used: Set<string>; readonly whole: Set<string> } {
  const used = new Set<string>();
  const whole = new Set<string>();
  const at = (ROLES[handler.name] ?? ROW_HANDLER).indexOf('state');
  const param = handler.fn.params[at];
  if (param)
    for (const { id, scope } of code.references) {
      if (id.name !== param.name || scope?.node !== handler.fn) continue;
      const member = code.parents.get(id);
      if (member?.type !== 'MemberExpression' || member.computed) continue;
      used.add(member.property.name);
      const outer = code.parents.get(member);
      if (!(outer?.type === 'MemberExpression' && outer.computed && outer.object === member)) whole.add(member.property.name);
    }
  return { used, whole };
}

/** Is this expression written to: assigned, updated, or a target in a destructuring pattern? */
function isTarget(node: Tree, code: BlockCode): boolean {
  let at = node;
  for (let up = code.parents.get(at); up; up = code.parents.get(at)) {
    if (up.type === 'AssignmentExpression' || up.type === 'AssignmentPattern') return up.left === at;
    if (up.type === 'UpdateExpression') return true;
    if (up.type === 'ForOfStatement' || up.type === 'ForInStatement') return up.left === at;
    if (
      up.type === 'ArrayPattern' ||
      up.type === 'RestElement' ||
      up.type === 'ObjectPattern' ||
      (up.type === 'Property' && up.value === at)
    ) {
      if (up.type === 'Property' && code.parents.get(up)?.type !== 'ObjectPattern') return false;
      at = up;
      continue;
    }
    return false;
  }
  return false;
}

const nothing = (e: Tree | null | undefined): boolean =>
  !e ||
  (e.type === 'Identifier' && e.name === 'undefined') ||
  (e.type === 'Literal' && (e.value === null || e.value === false)) ||
  (e.type === 'UnaryExpression' && e.operator === 'void' && e.argument.type === 'Literal');

const hasEffect = (e: Tree): boolean => (e.type === 'CallExpression' ? true : kids(e).some(hasEffect));

/** Whether a handler gives a row on every way through it: its only return is its last statement, and gives the row or a literal. */
export function alwaysGives({ name, fn }: Handler): boolean {
  if (name !== 'each') return false;
  const gives = (e: Tree | null | undefined) =>
    e?.type === 'ObjectExpression' || (e?.type === 'Identifier' && e.name === fn.params[0]?.name);
  if (fn.body.type !== 'BlockStatement') return gives(fn.body);
  const last: Tree | undefined = fn.body.body.at(-1);
  return last?.type === 'ReturnStatement' && gives(last.argument) && returnsOf(fn.body).length === 1;
}

function returnsOf(body: Tree): Tree[] {
  const returns: Tree[] = [];
  const find = (node: Tree): void => {
    if (isFunction(node)) return;
    if (node.type === 'ReturnStatement') returns.push(node);
    for (const k of kids(node)) find(k);
  };
  for (const s of body.body) find(s);
  return returns;
}

export function inlineHandler(code: BlockCode, handler: Handler, target: InlineTarget): string {
  const { fn } = handler;
  const { src, parents } = code;
  const order = ROLES[handler.name] ?? ROW_HANDLER;
  const roles = new Map<string, Role>();
  let head = '';
  for (const [i, p] of (fn.params as Tree[]).entries()) {
    const role = order[i];
    if (!role) break;
    if (p.type === 'Identifier') roles.set(p.name, role);
    else if (p.type === 'ObjectPattern' && role === 'params')
      head += `const ${src.slice(p.start, p.end)} = ${target.wholeParams()}; `;
    else if (p.type === 'ObjectPattern' && role === 'row' && !target.rowPort)
      head += `const ${src.slice(p.start, p.end)} = ${target.wholeRow()}; `;
    else
      throw refuse(
        p,
        `Take this parameter of '${handler.name}' as a name, not as a pattern.`,
        `请以名称而非解构模式接收“${handler.name}”的这个参数。`,
      );
  }
  const edits: Edit[] = code.renames.filter((e) => e.start >= fn.body.start && e.end <= fn.body.end);
  const text = (node: Tree): string => applyEdits(src, node.start, node.end, edits);
  const isRow = (e: Tree | undefined): boolean => e?.type === 'Identifier' && roles.get(e.name) === 'row' && refersToParam(e);
  const params = new Set<Tree>();
  for (const { id, scope } of code.references)
    if (scope?.node === fn && roles.has(id.name) && id.start >= fn.body.start && id.end <= fn.body.end) params.add(id);
  const refersToParam = (id: Tree): boolean => params.has(id);

  for (const id of params) {
    const role = roles.get(id.name) as Role;
    const up = parents.get(id);
    const member = up?.type === 'MemberExpression' && up.object === id ? up : undefined;
    if (member?.computed && role !== 'answer')
      throw refuse(
        member,
        `'${src.slice(member.start, member.end)}': name the member, it cannot be computed.`,
        `“${src.slice(member.start, member.end)}”：请直接写成员名，不能用计算下标。`,
      );
    const name: string | undefined = member?.property.name;
    if (role === 'answer') edits.push({ start: id.start, end: id.end, text: shorthandOf(up, id) + target.answer });
    else if (role === 'row') rowEdit(id, up, member, name);
    else if (role === 'state') stateEdit(id, member, name);
    else if (role === 'params') paramEdit(id, up, member, name);
    else contextEdit(id, member, name);
  }

  function rowEdit(id: Tree, up: Tree | undefined, member: Tree | undefined, name: string | undefined): void {
    if (!member || !name) {
      edits.push({ start: id.start, end: id.end, text: () => shorthandOf(up, id) + target.wholeRow() });
      return;
    }
    const outer = parents.get(member);
    if (
      isTarget(member, code) ||
      (outer?.type === 'MemberExpression' && outer.object === member && target.rowPort && isTarget(outer, code))
    )
      throw refuse(
        member,
        `A row cannot be changed ('${src.slice(member.start, member.end)}'): return new values.`,
        `不能修改行（“${src.slice(member.start, member.end)}”）：请返回新值。`,
      );
    const plain = target.row(name);
    if (plain !== undefined) {
      edits.push({ start: member.start, end: member.end, text: plain });
      return;
    }
    if (target.rowPort) {
      if (outer?.type === 'MemberExpression' && outer.object === member && !outer.computed) {
        const value = target.rowPort(name, outer.property.name);
        if (value !== undefined) {
          edits.push({ start: outer.start, end: outer.end, text: value });
          return;
        }
      } else {
        edits.push({ start: member.start, end: member.end, text: () => target.wholeRow(name) });
        return;
      }
    }
    throw refuse(member, `The row has no column '${name}': declare it in 'input'.`, `行中没有列“${name}”：请在 input 中声明。`);
  }

  function stateEdit(id: Tree, member: Tree | undefined, name: string | undefined): void {
    if (!member || !name)
      throw refuse(
        id,
        `The state object cannot be used as a value: name its fields ('${id.name}.field').`,
        `不能把状态对象当作值使用：请写出字段（“${id.name}.字段”）。`,
      );
    const scalar = target.scalar(name);
    if (scalar !== undefined) {
      edits.push({ start: member.start, end: member.end, text: scalar });
      return;
    }
    const outer = parents.get(member);
    const whole = target.wholeArray(name);
    if (whole === undefined)
      throw refuse(
        member,
        `The state has no field '${name}': declare it in 'state'.`,
        `状态中没有字段“${name}”：请在 state 中声明。`,
      );
    if (isTarget(member, code))
      throw refuse(
        member,
        `The array '${name}' has a fixed place: write its elements or use .set().`,
        `数组“${name}”位置固定：请写其元素或使用 .set()。`,
      );
    if (outer?.type === 'MemberExpression' && outer.computed && outer.object === member) {
      edits.push({ start: outer.start, end: outer.end, text: () => target.element(name, text(outer.property)) ?? '' });
      return;
    }
    edits.push({ start: member.start, end: member.end, text: whole });
  }

  function paramEdit(id: Tree, up: Tree | undefined, member: Tree | undefined, name: string | undefined): void {
    if (!member || !name) {
      edits.push({ start: id.start, end: id.end, text: () => shorthandOf(up, id) + target.wholeParams() });
      return;
    }
    const outer = parents.get(member);
    if (outer?.type === 'CallExpression' && outer.callee === member) {
      const args = outer.arguments as Tree[];
      const expression = args.length === 1 && isRow(args[0]) ? target.expression(name) : undefined;
      if (expression !== undefined) {
        edits.push({ start: outer.start, end: outer.end, text: expression });
        return;
      }
      // the row and the context are handed to user code by the compiler
      const isCode = target.userCode(name, []) !== undefined;
      if (isCode) {
        edits.push({
          start: outer.start,
          end: outer.end,
          text: () =>
            target.userCode(
              name,
              args.map((a) => (isRow(a) || isContext(a) ? '' : text(a))),
            ) ?? '',
        });
        return;
      }
    }
    const value = target.param(name);
    if (value === undefined) throw refuse(member, `There is no parameter '${name}'.`, `没有参数“${name}”。`);
    edits.push({ start: member.start, end: member.end, text: value });
  }
  function isContext(e: Tree | undefined): boolean {
    return e?.type === 'Identifier' && roles.get(e.name) === 'ctx' && refersToParam(e);
  }

  function contextEdit(id: Tree, member: Tree | undefined, name: string | undefined): void {
    if (!member || !name) {
      const call = parents.get(id);
      if (
        call?.type === 'CallExpression' &&
        call.callee.type === 'MemberExpression' &&
        call.callee.object.type === 'Identifier' &&
        roles.get(call.callee.object.name) === 'params'
      )
        return;
      throw refuse(
        id,
        `'${id.name}' cannot be used as a value: call its functions here ('${id.name}.emit(…)').`,
        `不能把“${id.name}”当作值使用：请在此直接调用其函数（“${id.name}.emit(…)”）。`,
      );
    }
    if (name === 'now') {
      edits.push({ start: member.start, end: member.end, text: target.now() });
      return;
    }
    const call = parents.get(member);
    if (call?.type !== 'CallExpression' || call.callee !== member)
      throw refuse(member, `'${id.name}.${name}' can only be called.`, `“${id.name}.${name}”只能调用。`);
    edits.push({
      start: call.start,
      end: call.end,
      text: () => {
        const out = target.call(name, call.arguments.map(text), call.arguments);
        if (out === undefined) throw refuse(member, `There is no '${id.name}.${name}'.`, `没有“${id.name}.${name}”。`);
        return out;
      },
    });
  }

  const give = (e: Tree | null | undefined, port?: string): string => {
    if (!e || nothing(e)) return '';
    if (isRow(e)) return `${target.pass(port, e)} `;
    if (e.type === 'ConditionalExpression')
      return `if (${text(e.test)}) { ${give(e.consequent, port)}} else { ${give(e.alternate, port)}} `;
    if (e.type === 'LogicalExpression' && e.operator === '&&') return `if (${text(e.left)}) { ${give(e.right, port)}} `;
    if (
      e.type === 'ObjectExpression' &&
      e.properties.every((p: Tree) => p.type === 'Property' && !p.computed && p.kind === 'init' && !p.method)
    ) {
      const keyed = e.properties.map((p: Tree) => ({ key: String(p.key.name ?? p.key.value), value: p.value as Tree, at: p }));
      if (target.ports && port === undefined) {
        for (const { key, at } of keyed)
          if (!target.ports.has(key)) throw refuse(at, `There is no output port '${key}'.`, `没有输出端口“${key}”。`);
        return keyed.map(({ key, value }: { key: string; value: Tree }) => give(value, key)).join('');
      }
      return `${target.open(port)} ${keyed.map(({ key, value, at }: { key: string; value: Tree; at: Tree }) => target.assign(port, key, text(value), at)).join(' ')} `;
    }
    if (
      e.type === 'CallExpression' &&
      e.callee.type === 'MemberExpression' &&
      e.callee.object.type === 'Identifier' &&
      roles.get(e.callee.object.name) === 'ctx' &&
      refersToParam(e.callee.object)
    )
      return `${text(e)}; `;
    return `${target.generic(port, text(e))} `;
  };

  if (fn.body.type !== 'BlockStatement') {
    // an arrow that only calls something gives nothing back, but the call is made
    if (nothing(fn.body) && hasEffect(fn.body)) return `${head}${text(fn.body)};`;
    return head + give(fn.body);
  }
  const returns = returnsOf(fn.body);
  const last = fn.body.body.at(-1);
  const inner = edits.slice();
  for (const r of returns)
    inner.push({
      start: r.start,
      end: r.end,
      text: () => (r === last ? `{ ${give(r.argument)}}` : `{ ${give(r.argument)}break ${target.label}; }`),
    });
  return head + applyEdits(src, fn.body.start + 1, fn.body.end - 1, inner);
}

const shorthandOf = (parent: Tree | undefined, id: Tree): string =>
  parent?.type === 'Property' && parent.shorthand && parent.value === id ? `${id.name}: ` : '';
