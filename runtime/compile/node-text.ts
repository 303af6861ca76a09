import { toJavaScript } from '#runtime/graph/expression.ts';
import type { ExpressionFacts } from '#runtime/graph/facts.ts';
import type { Conversion } from '#runtime/units/units.ts';
import { type Buffers, isNumber, storeText } from './buffers.ts';
import { type InlineTarget, inlineHandler, usedFields, writtenFields } from './inline.ts';
import { type Cell, cellText, type Layout, literalText, numberText } from './layout.ts';
import { columnOf, outputColumns, type Plan, type PlanNode } from './plan.ts';
import { CodeProblem } from './read-block.ts';
import { emptyValue, keptColumns, MISSING } from './state-cells.ts';
import type { Tree } from './syntax.ts';

/** A line of the program; `at` when it stands for a line of somebody's source. */
export type Line = string | { readonly text: string; readonly node: string; readonly block: string; readonly line: number };

/** Value and quality of a column, as text. Values are names of variables, so that they may stand anywhere. */
export interface Value {
  readonly v: string;
  readonly q: string;
}
/** What the code around a node knows: the row's columns and where the row is. */
export interface Place {
  readonly columns: ReadonlyMap<string, Value>;
  readonly time: string;
  readonly row: string;
  /** The entry's time. */
  readonly now: string;
}

export const worstText = (qualities: readonly string[]): string => {
  const list = [...new Set(qualities)].filter((q) => q !== '0');
  if (list.length === 0) return '0';
  return list.reduce((a, b) => `$worst(${a}, ${b})`);
};
export const convertText = (value: string, c: Conversion | undefined, type: string, frame: boolean): string => {
  if (!c) return value;
  const args = `${numberText(c.gain)}, ${numberText(c.offset)}`;
  if (type === 'wave') return `$wave(${value}, ${args})`;
  if (frame) return `$scaled(${value}, ${args})`;
  return c.offset === 0 ? `(${value} * ${numberText(c.gain)})` : `(${value} * ${numberText(c.gain)} + ${numberText(c.offset)})`;
};
const SUBSTITUTED = 68;
const softened = (q: string): string => (q === '0' ? '0' : `(${q} >= 128 ? ${SUBSTITUTED} : ${q})`);

/** How a handler sees its input. */
interface View {
  /** `row.member`, without the base members. */
  readonly columns: ReadonlyMap<string, Value>;
  /** Several inputs: by port. */
  readonly ports?: ReadonlyMap<
    string,
    { readonly columns: ReadonlyMap<string, Value>; readonly time: string; readonly frame: boolean }
  >;
  readonly frame: boolean;
  /** Text for a name of an expression. */
  readonly name: (port: string, column: string, logical: string | undefined) => Value;
  readonly quality: string;
  readonly head: readonly string[];
}

/** Writes what one node does with one row, and after it, inside it, what its followers do. */
export class NodeWriter {
  readonly plan: Plan;
  readonly layout: Layout;
  readonly buffers: Buffers;
  /** Constants of parameters, to stand before the loops. */
  readonly constants = new Map<string, string>();
  /** Whether any block asks for the entry clock. */
  usesClock = false;

  constructor(plan: Plan, layout: Layout, buffers: Buffers) {
    this.plan = plan;
    this.layout = layout;
    this.buffers = buffers;
  }

  /** One row through `node.each`, for a node with one wire. */
  each(node: PlanNode, place: Place): Line[] {
    if (node.manifest.combine) return this.#alone(node, place);
    return this.#handler(node, 'each', place, this.#singleView(node, 'in', place));
  }
  /** A block for several inputs of which one is wired: its row is the latest there is. */
  #alone(node: PlanNode, place: Place): Line[] {
    const port = node.ins[0]?.toPort ?? '';
    const head: string[] = [];
    const columns = new Map<string, Value>();
    for (const [j, c] of keptColumns(node, port).entries()) {
      const at = place.columns.get(c.on) ?? { v: 'undefined', q: String(MISSING) };
      let { v } = at;
      if (c.bound?.conversion) {
        v = `$i${node.i}_${j}`;
        head.push(`const ${v} = ${convertText(at.v, c.bound.conversion, c.schema.type, c.frame)};`);
      }
      columns.set(c.name, { v, q: at.q });
    }
    const view = this.#combinedView(node, new Map([[port, { columns, time: place.time }]]));
    return this.#handler(node, 'each', { ...place, columns: new Map() }, { ...view, head });
  }
  /** One row through `node.on[port]`. */
  on(node: PlanNode, port: string, place: Place): Line[] {
    return this.#handler(node, `on.${port}`, place, this.#singleView(node, port, place));
  }
  /** All inputs met: `ports` gives the values of each wired port. */
  combined(
    node: PlanNode,
    place: Place,
    ports: ReadonlyMap<string, { columns: ReadonlyMap<string, Value>; time: string }>,
  ): Line[] {
    return this.#handler(node, 'each', place, this.#combinedView(node, ports));
  }
  timer(node: PlanNode, place: Place): Line[] {
    return this.#handler(node, 'onTimer', place, NO_VIEW);
  }
  answer(node: PlanNode, place: Place): Line[] {
    return this.#handler(node, 'onResult', place, NO_VIEW);
  }

  #singleView(node: PlanNode, port: string, place: Place): View {
    const input = node.facts.inputs[port];
    const head: string[] = [];
    const columns = new Map<string, Value>();
    const frame = input?.schema.kind === 'frame';
    const handled = new Set(node.facts.expressions.flatMap((e) => e.handled.filter((x) => x.port === port).map((x) => x.column)));
    const qualities: string[] = [];
    const seen = new Set<string>();
    for (const [j, [name, bound]] of Object.entries(input?.columns ?? {}).entries()) {
      const on = bound.on === undefined ? undefined : place.columns.get(bound.on);
      if (!on || bound.on === undefined) {
        columns.set(name, { v: 'undefined', q: String(MISSING) });
        continue;
      }
      let v = on.v;
      if (bound.conversion) {
        v = `$i${node.i}_${j}`;
        head.push(`const ${v} = ${convertText(on.v, bound.conversion, bound.schema.type, frame)};`);
      }
      columns.set(name, { v, q: on.q });
      seen.add(bound.on);
      qualities.push(handled.has(bound.on) ? softened(on.q) : on.q);
    }
    const named = (e: ExpressionFacts) => [...e.names, ...e.handled].filter((x) => x.port === port).map((x) => x.column);
    const asked = [
      ...node.facts.expressions.flatMap(named),
      ...[...node.userCode.values()].flatMap((u) => [...(u.columns?.keys() ?? [])]),
    ];
    for (const column of new Set(asked)) {
      const on = place.columns.get(column);
      if (on && !seen.has(column)) qualities.push(handled.has(column) ? softened(on.q) : on.q);
    }
    const name = (_port: string, column: string, logical: string | undefined): Value =>
      (logical === undefined ? undefined : columns.get(logical)) ?? place.columns.get(column) ?? { v: 'NaN', q: String(MISSING) };
    return { columns, frame, name, quality: worstText(qualities), head };
  }

  #combinedView(node: PlanNode, given: ReadonlyMap<string, { columns: ReadonlyMap<string, Value>; time: string }>): View {
    const ports = new Map<string, { columns: ReadonlyMap<string, Value>; time: string; frame: boolean }>();
    const handled = new Set(node.facts.expressions.flatMap((e) => e.handled.map((x) => `${x.port} ${x.logical ?? x.column}`)));
    const qualities: string[] = [];
    for (const [port, manifest] of Object.entries(node.manifest.inputs)) {
      const frame = manifest.kind === 'frame';
      const here = given.get(port);
      if (here) {
        ports.set(port, { ...here, frame });
        for (const [name, value] of here.columns) qualities.push(handled.has(`${port} ${name}`) ? softened(value.q) : value.q);
      } else {
        const columns = new Map(
          Object.entries(manifest.columns).map(([name, c]) => [name, { v: emptyValue(c.type, frame), q: String(MISSING) }]),
        );
        ports.set(port, { columns, time: 'NaN', frame });
      }
    }
    const name = (port: string, column: string, logical: string | undefined): Value =>
      ports.get(port)?.columns.get(logical ?? column) ?? { v: 'NaN', q: String(MISSING) };
    return { columns: new Map(), ports, frame: false, name, quality: worstText(qualities), head: [] };
  }

  #handler(node: PlanNode, handlerName: string, place: Place, view: View): Line[] {
    const handler = node.code?.handlers.get(handlerName);
    if (!handler || !node.code) return [];
    const { i, id, manifest, facts } = node;
    const out = new PortWriter(this, node, place, view);
    const state = this.layout.of(id);
    const cell = (name: string) => state.find((c) => c.field === name);
    const rowQuality = `$rq${i}`;
    const target: InlineTarget = {
      label: `$L${i}`,
      answer: '$answer',
      ports:
        Object.hasOwn(manifest.outputs, 'out') && Object.keys(manifest.outputs).length === 1
          ? null
          : new Set(Object.keys(manifest.outputs)),
      row: (member) => {
        const column = view.columns.get(member);
        if (column) return column.v;
        if (view.ports?.has(member)) return undefined;
        if (member === 'time' || (member === 'at' && view.frame)) return place.time;
        if (member === 'key') return '$keys[$k]';
        if (member === 'quality') return rowQuality;
        if (member === 'n' && view.frame) return `${[...view.columns.values()][0]?.v ?? '[]'}.length`;
        return undefined;
      },
      ...(view.ports
        ? {
            rowPort: (port: string, member: string) => {
              const p = view.ports?.get(port);
              const column = p?.columns.get(member);
              if (!p || column) return column?.v;
              if (member === 'time' || member === 'at') return p.time;
              if (member === 'key') return '$keys[$k]';
              if (member === 'quality') return worstText([...p.columns.values()].map((c) => c.q));
              if (member === 'n' && p.frame) return `${[...p.columns.values()][0]?.v ?? '[]'}.length`;
              return undefined;
            },
          }
        : {}),
      wholeRow: (port) => this.#rowObject(node, view, place, rowQuality, port),
      scalar: (name) => {
        const c = cell(name);
        return c && (c.kind === 'f64' || c.kind === 'i32' || c.kind === 'json') && !name.startsWith('$')
          ? `$s${i}_${c.index}`
          : undefined;
      },
      wholeArray: (name) => {
        const c = cell(name);
        return c && (c.kind === 'f64s' || c.kind === 'i32s') ? cellText(c) : undefined;
      },
      element: (name, index) => {
        const c = cell(name);
        return (
          c &&
          `$a${c.index}[${c.perKey ? `$k * ${c.size} + ` : ''}(($x = (${index})) >>> 0 === $x && $x < ${c.size} ? $x : $range($x, ${c.size}))]`
        );
      },
      param: (name) => this.#param(node, name),
      wholeParams: () => this.#wholeParams(node),
      expression: (name) => {
        const e = facts.expressions.find((x) => x.path === name);
        return e && this.#expressionText(e, (port, column, logical) => view.name(port, column, logical));
      },
      userCode: (name, args) => {
        const code = node.userCode.get(name);
        return (
          code &&
          `${code.name}(${[this.#userRow(node, view, place, rowQuality), ...args.slice(1, 2), this.#userContext(node, place)].join(', ')})`
        );
      },
      now: () => this.#now(place),
      call: (member, args, trees) =>
        this.#contextCall(node, out, place, rowQuality, member, args, trees, handlerName === 'onTimer'),
      open: (port) => out.open(port),
      assign: (port, column, value, at) => out.assign(port, column, value, at),
      pass: (port, at) => out.pass(port, at),
      generic: (port, value) => out.generic(port, value),
    };
    const core = inlineHandler(node.code, handler, target);
    const written = writtenFields(node.code, handler);
    const { used } = usedFields(node.code, handler);
    const fields = state.filter((c) => used.has(c.field) && (c.kind === 'f64' || c.kind === 'i32' || c.kind === 'json'));
    const first = handler.fn.body.loc?.start.line ?? 1;
    const bodyLines: Line[] = core
      .split('\n')
      .map((text, j) => ({ text, node: id, block: manifest.id, line: node.code?.ownLines ? first + j : 0 }));

    const lines: Line[] = [`{ /* ${id}${handlerName === 'each' ? '' : ` ${handlerName}`} */`, ...view.head];
    const bad = manifest.badQuality !== 'propagate' && view.quality !== '0';
    if (view.quality !== '0' || core.includes(rowQuality) || out.readsQuality)
      lines.push(`const ${rowQuality} = ${view.quality};`);
    lines.push(...out.declarations());
    const run: Line[] = [
      'try {',
      ...fields.map((c) => `${written.has(c.field) ? 'let' : 'const'} $s${i}_${c.index} = ${cellText(c)};`),
      `${target.label}: {`,
      ...bodyLines,
      '}',
      ...fields.filter((c) => written.has(c.field)).map((c) => `${cellText(c)} = $s${i}_${c.index};`),
      `} catch ($e) { $fail(${JSON.stringify(id)}, ${place.row}, $k, $e); ${out.closeAll()} }`,
    ];
    if (bad) {
      lines.push(`if (${rowQuality} < 128) {`, ...run, ...(manifest.badQuality === 'hold' ? out.hold() : []), '}');
      if (manifest.badQuality === 'hold') lines.push('else {', ...out.restore(), '}');
    } else lines.push(...run, ...(manifest.badQuality === 'hold' ? out.hold() : []));
    if (manifest.delays) lines.push(...out.delay());
    lines.push(...out.followers(), '}');
    return lines;
  }

  #now(place: Place): string {
    this.usesClock = true;
    return place.now;
  }

  #expressionText(e: ExpressionFacts, name: (port: string, column: string, logical: string | undefined) => Value): string {
    const find = (n: string) => {
      const x = [...e.names, ...e.handled].find((y) => y.name === n);
      return x ? name(x.port, x.column, x.logical) : { v: 'NaN', q: String(MISSING) };
    };
    return toJavaScript(
      e.ast,
      (n) => find(n).v,
      (n) => find(n).q,
    );
  }

  /** A row as an object, for helpers and for expressions inside lists. */
  #rowObject(node: PlanNode, view: View, place: Place, quality: string, port?: string): string {
    const object = (columns: ReadonlyMap<string, Value>, time: string, q: string, extra: readonly string[] = []) =>
      `{ ${[`time: ${time}`, 'key: $keys[$k]', `quality: ${q}`, ...[...columns].map(([name, c]) => `${JSON.stringify(name)}: ${c.v}`), ...extra].join(', ')} }`;
    if (view.ports && port !== undefined) {
      const p = view.ports.get(port);
      if (!p)
        throw new CodeProblem(
          'block-not-inlinable',
          { line: 1, column: 0 },
          `There is no input '${port}'.`,
          `没有输入“${port}”。`,
        );
      return object(p.columns, p.time, worstText([...p.columns.values()].map((c) => c.q)));
    }
    if (view.ports)
      return object(
        new Map(),
        place.time,
        quality,
        [...view.ports].map(
          ([name, p]) =>
            `${JSON.stringify(name)}: ${object(p.columns, p.time, worstText([...p.columns.values()].map((c) => c.q)))}`,
        ),
      );
    const columns = new Map(view.columns);
    // expressions in lists read wire columns that are not declared; the compiler's own name keeps them apart from the row's
    const names = node.facts.expressions.flatMap((e) => [...e.names, ...e.handled]);
    const wire = names.map((x) => [x.name, view.name(x.port, x.column, x.logical)] as const);
    const extra = wire.length > 0 ? [`$: { ${wire.map(([n, c]) => `${JSON.stringify(n)}: [${c.v}, ${c.q}]`).join(', ')} }`] : [];
    return object(
      columns,
      place.time,
      quality,
      view.frame ? [...extra, `n: ${[...view.columns.values()][0]?.v ?? '[]'}.length`, `at: ${place.time}`] : extra,
    );
  }

  #userRow(node: PlanNode, view: View, place: Place, quality: string): string {
    const input = node.facts.inputs.in;
    const columns = [...node.userCode.values()].some((u) => u.columns === null)
      ? Object.keys(input?.schema.columns ?? {})
      : [...node.userCode.values()].flatMap((u) => [...(u.columns?.keys() ?? [])]);
    const values = new Map<string, Value>();
    for (const c of columns) {
      const v = place.columns.get(c) ?? view.columns.get(c);
      if (v) values.set(c, v);
    }
    const parts = [
      `time: ${place.time}`,
      'key: $keys[$k]',
      `quality: ${quality}`,
      ...[...values].map(([name, c]) => `${JSON.stringify(name)}: ${c.v}`),
    ];
    return `{ ${parts.join(', ')} }`;
  }
  #userContext(node: PlanNode, place: Place): string {
    const random = this.layout.get(node.id, '$random');
    return `{ now: ${this.#now(place)}${random ? `, random: () => ${randomText(random)}` : ''} }`;
  }

  #param(node: PlanNode, name: string): string | undefined {
    const { params, expressions } = node.facts;
    if (!Object.hasOwn(params, name)) {
      const known = node.manifest.params.properties;
      return known && Object.hasOwn(known, name) ? 'undefined' : undefined;
    }
    const value = params[name];
    if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
      return literalText(value);
    if (expressions.some((e) => e.path === name || e.path.startsWith(`${name}.`))) return this.#constant(node, name);
    return typeof value === 'string' ? JSON.stringify(value) : this.#constant(node, name);
  }
  #constant(node: PlanNode, name: string): string {
    const text = `$p${node.i}_${name}`;
    if (!this.constants.has(text)) this.constants.set(text, this.#paramText(node, node.facts.params[name], name));
    return text;
  }
  #wholeParams(node: PlanNode): string {
    const text = `$p${node.i}`;
    if (!this.constants.has(text))
      this.constants.set(
        text,
        `{ ${Object.entries(node.facts.params)
          .map(([k, v]) => `${JSON.stringify(k)}: ${this.#paramText(node, v, k)}`)
          .join(', ')} }`,
      );
    return text;
  }
  /** A parameter's value as text; expressions in it become functions of the row object. */
  #paramText(node: PlanNode, value: unknown, path: string): string {
    const e = node.facts.expressions.find((x) => x.path === path);
    if (e) {
      const single = node.manifest.shape === 'each';
      const find = (n: string) => [...e.names, ...e.handled].find((y) => y.name === n);
      const read = (n: string): Value => {
        const x = find(n);
        if (single) return { v: `$r.$[${JSON.stringify(n)}][0]`, q: `$r.$[${JSON.stringify(n)}][1]` };
        return {
          v: `$r[${JSON.stringify(x?.port)}][${JSON.stringify(x?.logical ?? x?.column)}]`,
          q: `$r[${JSON.stringify(x?.port)}].quality`,
        };
      };
      return `(($r) => ${toJavaScript(
        e.ast,
        (n) => read(n).v,
        (n) => read(n).q,
      )})`;
    }
    if (Array.isArray(value)) return `[${value.map((v, j) => this.#paramText(node, v, `${path}.${j}`)).join(', ')}]`;
    if (value !== null && typeof value === 'object')
      return `{ ${Object.entries(value)
        .map(([k, v]) => `${JSON.stringify(k)}: ${this.#paramText(node, v, `${path}.${k}`)}`)
        .join(', ')} }`;
    return literalText(value);
  }

  #contextCall(
    node: PlanNode,
    out: PortWriter,
    place: Place,
    quality: string,
    member: string,
    args: readonly string[],
    trees: readonly Tree[],
    firing: boolean,
  ): string | undefined {
    const id = JSON.stringify(node.id);
    switch (member) {
      case 'random': {
        const cell = this.layout.get(node.id, '$random');
        return cell && randomText(cell);
      }
      case 'late':
        return `($late[${id}] = ($late[${id}] || 0) + 1)`;
      case 'effect':
        return `$effect(${id}, $k, ${place.row}, ${place.time}, ${args[0] ?? '""'}, ${args[1] ?? '{}'})`;
      case 'alarm':
        return `$alarm${node.i}(${place.row}, $k, ${place.time}, ${args[0] ?? '{}'})`;
      case 'wakeAt': {
        const cell = this.layout.get(node.id, '$wake');
        if (!cell) return undefined;
        this.usesClock = true;
        return `$wake($T${cell.index}, $k, ${args[0] ?? 'NaN'}, ${place.row}${firing ? ', $firing' : ''})`;
      }
      case 'emit':
        out.needsQuality();
        return out.emit(args[0] ?? '{}', trees[0], quality);
      default:
        return undefined;
    }
  }

  /** Buffer write, probe and inlined followers of one output port. */
  followers(node: PlanNode, port: string, place: Place): Line[] {
    const lines: Line[] = [];
    const buffer = this.buffers.of(node, port);
    const value = (name: string): Value => place.columns.get(name) ?? { v: 'undefined', q: String(MISSING) };
    if (buffer && node.kind !== 'source') {
      const b = buffer.text;
      lines.push(
        `{ const $j = ${b}.n; if ($j === ${b}.cap) ${b}_room(); ${b}.row[$j] = ${place.row}; ${b}.time[$j] = ${place.time}; ${b}.k[$j] = $k;`,
      );
      for (const c of buffer.columns)
        lines.push(`${b}.c${c.at}[$j] = ${storeText(c, value(c.name).v)}; ${b}.q${c.at}[$j] = ${value(c.name).q};`);
      lines.push(`${b}.n = $j + 1; }`);
    }
    if (this.plan.instrumented) {
      const schema = outputColumns(node, port);
      const names = Object.keys(schema.columns);
      lines.push(
        `$probe(${JSON.stringify(node.id)}, ${JSON.stringify(port)}, $k, ${place.time}, [${names.map((c) => value(c).v).join(', ')}], [${names.map((c) => value(c).q).join(', ')}], ${JSON.stringify(names)});`,
      );
    }
    if (!node.many)
      for (const w of node.outs)
        if (w.fromPort === port && !w.buffered && !w.facts.back && w.to.kind === 'row') lines.push(...this.each(w.to, place));
    return lines;
  }
}

/** A delaying node whose output leads back to itself. */
export const closesCycle = (node: PlanNode): boolean => node.outs.some((w) => w.facts.back);

const NO_VIEW: View = {
  columns: new Map(),
  frame: false,
  name: () => ({ v: 'NaN', q: String(MISSING) }),
  quality: '0',
  head: [],
};

export const randomText = (cell: Cell): string => `$uniform(${cellText(cell)} = (${cellText(cell)} + 0x6d2b79f5) | 0)`;

/** The output ports of one run of a handler: variables, assignments, and what follows. */
class PortWriter {
  readonly writer: NodeWriter;
  readonly node: PlanNode;
  readonly place: Place;
  readonly view: View;
  readsQuality = false;
  readonly #ports: string[];
  readonly #times = new Set<number>();
  readonly #qualities = new Set<number>();
  /** Ports and columns that some way through the handler may leave without a value. */
  readonly #loose = new Set<string>();
  readonly #opened: { port: number; columns: Set<string> }[] = [];

  constructor(writer: NodeWriter, node: PlanNode, place: Place, view: View) {
    this.writer = writer;
    this.node = node;
    this.place = place;
    this.view = view;
    this.#ports = Object.keys(node.facts.outputs);
  }
  needsQuality(): void {
    this.readsQuality = true;
  }
  #index(port: string | undefined): number {
    return port === undefined ? 0 : this.#ports.indexOf(port);
  }
  #names(p: number): string[] {
    return Object.keys(this.node.facts.outputs[this.#ports[p] ?? '']?.names ?? {});
  }
  #schema(p: number) {
    return outputColumns(this.node, this.#ports[p] ?? 'out');
  }
  #column(p: number, name: string) {
    return columnOf(this.#schema(p), this.node.facts.outputs[this.#ports[p] ?? '']?.names[name] ?? name);
  }
  #frame(p: number): boolean {
    return this.#schema(p).kind === 'frame';
  }
  #v = (p: number, j: number) => `$v${this.node.i}_${p}_${j}`;
  #ok = (p: number) => `$o${this.node.i}_${p}`;
  #t = (p: number) => `$t${this.node.i}_${p}`;
  #q = (p: number) => `$q${this.node.i}_${p}`;
  #rq = () => `$rq${this.node.i}`;

  open(port: string | undefined): string {
    const p = this.#index(port);
    this.#opened.push({ port: p, columns: new Set() });
    return `${this.#ok(p)} = true;`;
  }
  assign(port: string | undefined, column: string, value: string, at: Tree): string {
    const p = this.#index(port);
    const names = this.#names(p);
    const j = names.indexOf(column);
    if (j >= 0) {
      this.#opened.at(-1)?.columns.add(column);
      return `${this.#v(p, j)} = ${this.#safe(p, column, value)};`;
    }
    if (column === 'time' || (column === 'at' && this.#frame(p))) {
      this.#times.add(p);
      return `${this.#t(p)} = ${value};`;
    }
    if (column === 'quality') {
      this.#qualities.add(p);
      return `${this.#q(p)} = ${value};`;
    }
    throw new CodeProblem(
      'block-result',
      at,
      `The output has no column '${column}' (it has ${names.join(', ') || 'none'}).`,
      `输出没有列“${column}”（现有 ${names.join('、') || '无'}）。`,
    );
  }
  /** Values that could change with the block's state later are copied. */
  #safe(p: number, column: string, value: string): string {
    const { type } = this.#column(p, column);
    if (this.#frame(p))
      return type === 'number' || type === 'integer' || type === 'time' ? `$numbers(${value})` : `$list(${value})`;
    return type === 'json' ? `$copy(${value})` : value;
  }
  pass(port: string | undefined, at: Tree): string {
    const p = this.#index(port);
    const names = this.#names(p);
    const parts = names.map((name, j) => {
      const value = this.view.columns.get(name);
      if (!value)
        throw new CodeProblem(
          'block-result',
          at,
          `The row has no column '${name}' that this output promises.`,
          `行中没有该输出所声明的列“${name}”。`,
        );
      return `${this.#v(p, j)} = ${value.v};`;
    });
    return `${this.#ok(p)} = true; ${parts.join(' ')}`;
  }
  generic(port: string | undefined, value: string): string {
    if (port === undefined && this.#ports.length > 1) {
      const inner = this.#ports.map((name) => this.#take(name, `$g[${JSON.stringify(name)}]`)).join(' ');
      return `{ const $g = ${value}; if ($g) { ${inner} } }`;
    }
    return this.#take(port, value);
  }
  #take(port: string | undefined, value: string): string {
    const p = this.#index(port);
    const names = this.#names(p);
    this.#times.add(p);
    this.#qualities.add(p);
    for (const name of names) this.#loose.add(`${p} ${name}`);
    const sets = names.map((name, j) => `${this.#v(p, j)} = ${this.#coerced(p, name, `$r[${JSON.stringify(name)}]`)};`);
    const time = names.includes('time') ? 'at' : 'time';
    return `{ const $r = ${value}; if ($r) { ${this.#ok(p)} = true; if ($r.${time} !== undefined) ${this.#t(p)} = $num($r.${time}); ${names.includes('quality') ? '' : `if ($r.quality !== undefined) ${this.#q(p)} = $r.quality;`} ${sets.join(' ')} } }`;
  }
  #coerced(p: number, name: string, value: string): string {
    const { type } = this.#column(p, name);
    if (this.#frame(p)) return `(${value} === undefined ? [] : ${this.#safe(p, name, value)})`;
    if (type === 'number' || type === 'time') return `$num(${value})`;
    if (type === 'integer') return `Math.trunc($num(${value}))`;
    if (type === 'boolean') return `(${value} === undefined || ${value} === null ? undefined : !!${value})`;
    if (type === 'text') return `(${value} === undefined || ${value} === null ? undefined : String(${value}))`;
    return this.#safe(p, name, value);
  }
  closeAll(): string {
    return this.#ports.map((_, p) => `${this.#ok(p)} = false;`).join(' ');
  }

  /** Called after the body is written, when it is known what it sets. */
  declarations(): string[] {
    for (const { port, columns } of this.#opened)
      for (const name of this.#names(port)) if (!columns.has(name)) this.#loose.add(`${port} ${name}`);
    const parts = this.#ports.flatMap((_, p) => [
      `${this.#ok(p)} = false`,
      ...this.#names(p).map((name, j) => {
        const c = this.#column(p, name);
        const empty = this.#frame(p)
          ? '[]'
          : isNumber(c)
            ? 'NaN'
            : this.#loose.has(`${p} ${name}`) || c.type !== 'boolean'
              ? 'undefined'
              : 'false';
        return `${this.#v(p, j)} = ${empty}`;
      }),
      ...(this.#times.has(p) || this.node.manifest.delays ? [`${this.#t(p)} = ${this.place.time}`] : []),
      ...(this.#hasQuality(p) ? [`${this.#q(p)} = ${this.view.quality === '0' ? '0' : this.#rq()}`] : []),
    ]);
    return parts.length > 0 ? [`let ${parts.join(', ')};`] : [];
  }
  #hasQuality(p: number): boolean {
    return this.#qualities.has(p) || this.node.manifest.badQuality === 'hold';
  }
  /** Quality of the port as given by the block or its inputs. */
  #portQuality(p: number): string {
    return this.#hasQuality(p) ? this.#q(p) : this.view.quality === '0' ? '0' : this.#rq();
  }
  #columnQuality(p: number, name: string, j: number): string {
    const q = this.#portQuality(p);
    const c = this.#column(p, name);
    const lost = q === '0' ? String(MISSING) : `$worst(${q}, ${MISSING})`;
    if (this.#frame(p)) return q;
    if (isNumber(c)) return `(${this.#v(p, j)} !== ${this.#v(p, j)} ? ${lost} : ${q})`;
    return this.#loose.has(`${p} ${name}`) ? `(${this.#v(p, j)} === undefined ? ${lost} : ${q})` : q;
  }

  hold(): Line[] {
    return this.#ports.map((port, p) => {
      const cells = this.#names(p).map(
        (name, j) => `${this.#cell(`$hold.${port}.${name}`, this.#v(p, j))} ${this.#cell(`$hold.${port}.${name}.q`, this.#q(p))}`,
      );
      return `if (${this.#ok(p)} && ${this.#q(p)} < 128) { ${this.#cell(`$hold.${port}`, '1')} ${cells.join(' ')} }`;
    });
  }
  restore(): Line[] {
    return this.#ports.map((port, p) => {
      const flag = this.#read(`$hold.${port}`);
      const back = this.#names(p).map((name, j) => `${this.#v(p, j)} = ${this.#readValue(p, name, `$hold.${port}.${name}`)};`);
      // uncertain:stale, the last usable value
      return `if (${flag} === 1) { ${this.#ok(p)} = true; ${this.#q(p)} = 65; ${back.join(' ')} }`;
    });
  }
  /** Swaps what the block gives with what it gave before. */
  delay(): Line[] {
    const names = this.#names(0);
    const swap = names.map((name, j) => {
      const q = this.#columnQuality(0, name, j);
      return `{ const $n = ${this.#v(0, j)}, $nq = ${q}; ${this.#v(0, j)} = ${this.#readValue(0, name, `$delay.${name}`)}; $d${this.node.i}_${j} = ${this.#read(`$delay.${name}.q`)}; ${this.#cell(`$delay.${name}`, '$n', this.#column(0, name).type)} ${this.#cell(`$delay.${name}.q`, '$nq')} }`;
    });
    // who closes a cycle reads what stood here before this row of the step, however many rows came of it
    const before = `$before${this.node.i}`;
    const cells = (suffix: string) => names.map((name) => this.#read(`$delay.${name}${suffix}`)).join(', ');
    const keep = closesCycle(this.node)
      ? `const $b = ${before}[$k]; if ($b === undefined || $b.row !== ${this.place.row}) ${before}[$k] = { row: ${this.place.row}, v: [${cells('')}], q: [${cells('.q')}], t: ${this.#read('$delay.time')} };`
      : '';
    return [
      `let ${names.map((_, j) => `$d${this.node.i}_${j} = 0`).join(', ')};`,
      `if (${this.#ok(0)}) { ${keep} const $had = ${this.#read('$delay')}; ${swap.join(' ')} ${this.#cell('$delay', '1')} ${this.#cell('$delay.time', this.#t(0))} if ($had === 0) ${this.#ok(0)} = false; }`,
    ];
  }
  #cell(field: string, value: string, type?: string): string {
    const c = this.writer.layout.get(this.node.id, field);
    if (!c) return '';
    return `${cellText(c)} = ${type === 'boolean' || (c.kind === 'i32' && !field.endsWith('.q') && value.startsWith('$v')) ? `${value} ? 1 : 0` : value};`;
  }
  #read(field: string): string {
    const c = this.writer.layout.get(this.node.id, field);
    return c ? cellText(c) : '0';
  }
  #readValue(p: number, name: string, field: string): string {
    return this.#column(p, name).type === 'boolean' && !this.#frame(p) ? `${this.#read(field)} === 1` : this.#read(field);
  }

  followers(): Line[] {
    return this.#ports.flatMap((port, p) => {
      const columns = new Map<string, Value>();
      const head: Line[] = [];
      const output = this.node.facts.outputs[port];
      for (const c of output?.carried ?? []) {
        const value = this.place.columns.get(c);
        if (value) columns.set(c, value);
      }
      for (const [j, name] of this.#names(p).entries()) {
        const q = this.node.manifest.delays ? `$d${this.node.i}_${j}` : this.#columnQuality(p, name, j);
        const on = output?.names[name] ?? name;
        const simple = /^(\d+|\$\w+)$/.test(q);
        if (!simple) head.push(`const $e${this.node.i}_${p}_${j} = ${q};`);
        columns.set(on, { v: this.#v(p, j), q: simple ? q : `$e${this.node.i}_${p}_${j}` });
      }
      const even =
        this.#frame(p) && this.#names(p).length > 1
          ? [
              `$even([${this.#names(p)
                .map((_, j) => this.#v(p, j))
                .join(', ')}]);`,
            ]
          : [];
      const place: Place = { ...this.place, columns, time: this.#times.has(p) ? this.#t(p) : this.place.time };
      const inner = this.writer.followers(this.node, port, place);
      if (inner.length === 0) return [];
      if (even.length > 0)
        return [
          `if (${this.#ok(p)}) { try { ${even[0]} } catch ($e) { $fail(${JSON.stringify(this.node.id)}, ${this.place.row}, $k, $e); ${this.#ok(p)} = false; } }`,
          `if (${this.#ok(p)}) {`,
          ...head,
          ...inner,
          '}',
        ];
      return [`if (${this.#ok(p)}) {`, ...head, ...inner, '}'];
    });
  }

  /** `ctx.emit(…)`: the row goes into the buffer at once. */
  emit(value: string, tree: Tree | undefined, quality: string): string {
    const q = this.view.quality === '0' ? '0' : quality;
    const ports = this.#ports.length > 1;
    const carried = (p: number) => {
      const names = this.node.facts.outputs[this.#ports[p] ?? '']?.carried ?? [];
      const live = this.writer.buffers.of(this.node, this.#ports[p] ?? '')?.columns.map((c) => c.name) ?? [];
      return names
        .filter((c) => live.includes(c))
        .flatMap((c) => {
          const at = this.place.columns.get(c);
          return at ? [at.v, at.q] : ['undefined', String(MISSING)];
        });
    };
    const call = (p: number, x: string) =>
      `$emit${this.node.i}_${p}(${[this.place.row, '$k', this.place.time, q, x, ...carried(p)].join(', ')})`;
    if (!ports) return call(0, value);
    void tree;
    return `(($g) => { ${this.#ports.map((name, p) => `if ($g[${JSON.stringify(name)}]) ${call(p, `$g[${JSON.stringify(name)}]`)};`).join(' ')} })(${value})`;
  }

  /** The function behind `emit` of one port. */
  static emitFunction(writer: NodeWriter, node: PlanNode, p: number): Line[] {
    const port = Object.keys(node.facts.outputs)[p] ?? 'out';
    const output = node.facts.outputs[port];
    const schema = outputColumns(node, port);
    const place: Place = { columns: new Map(), time: '$time', row: '$row', now: 'NaN' };
    const w = new PortWriter(writer, node, place, NO_VIEW);
    const names = w.#names(p);
    const live = writer.buffers.of(node, port)?.columns.map((c) => c.name) ?? [];
    const carried = (output?.carried ?? []).filter((c) => live.includes(c));
    const columns = new Map<string, Value>();
    const lines: Line[] = [
      `function $emit${node.i}_${p}($row, $k, $t, $q, $r${carried.map((_, j) => `, $c${j}, $cq${j}`).join('')}) {`,
    ];
    const time = names.includes('time') ? 'at' : 'time';
    lines.push(
      `const $time = $r.${time} === undefined ? $t : $num($r.${time}); ${names.includes('quality') ? 'const $rq = $q;' : 'const $rq = $r.quality === undefined ? $q : $r.quality;'}`,
    );
    const frame = schema.kind === 'frame';
    for (const [j, name] of names.entries()) {
      const c = w.#column(p, name);
      lines.push(`const $v${j} = ${w.#coerced(p, name, `$r[${JSON.stringify(name)}]`)};`);
      const q = frame
        ? '$rq'
        : isNumber(c)
          ? `($v${j} !== $v${j} ? $worst($rq, ${MISSING}) : $rq)`
          : `($v${j} === undefined ? $worst($rq, ${MISSING}) : $rq)`;
      lines.push(`const $e${j} = ${q};`);
      columns.set(output?.names[name] ?? name, { v: `$v${j}`, q: `$e${j}` });
    }
    if (frame && names.length > 1) lines.push(`$even([${names.map((_, j) => `$v${j}`).join(', ')}]);`);
    for (const [j, c] of carried.entries()) columns.set(c, { v: `$c${j}`, q: `$cq${j}` });
    lines.push(...writer.followers(node, port, { ...place, columns }), '}');
    return lines;
  }
}

export const emitFunction = (writer: NodeWriter, node: PlanNode, p: number): Line[] => PortWriter.emitFunction(writer, node, p);
export { keptColumns };
