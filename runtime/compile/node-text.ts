import { toJavaScript } from '#runtime/graph/expression-text.ts';
import type { ExpressionFacts } from '#runtime/graph/facts.ts';
import { type Buffers, roomOf, storeText } from './buffers.ts';
import { CodeProblem } from './code-rules.ts';
import { CountWriter } from './count-text.ts';
import { alwaysGives, type InlineTarget, inlineHandler, usedFields, writtenFields } from './inline.ts';
import { type Cell, cellText, type Layout } from './layout.ts';
import { ParamWriter } from './param-text.ts';
import type { Plan, PlanNode } from './plan.ts';
import { PortWriter } from './port-text.ts';
import { ProbeWriter } from './probe-text.ts';
import { emptyValue, keptColumns, MISSING } from './state-cells.ts';
import { convertText, type Line, NO_VIEW, type Place, softened, type Value, type View, worstText } from './values.ts';

/** Writes what one node does with one row, and after it, inside it, what its followers do. */
export class NodeWriter {
  readonly plan: Plan;
  readonly layout: Layout;
  readonly buffers: Buffers;
  readonly counts: CountWriter;
  readonly probes: ProbeWriter | undefined;
  /** Constants of parameters, to stand before the loops. */
  readonly constants = new Map<string, string>();
  readonly #params = new ParamWriter(this.constants);
  /** Whether any block asks for the entry clock. */
  usesClock = false;

  constructor(plan: Plan, layout: Layout, buffers: Buffers) {
    this.plan = plan;
    this.layout = layout;
    this.buffers = buffers;
    this.counts = new CountWriter(plan, buffers);
    this.probes = plan.instrumented ? new ProbeWriter(plan) : undefined;
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
      param: (name) => this.#params.one(node, name),
      wholeParams: () => this.#params.all(node),
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
      call: (member, args) => this.#contextCall(node, out, place, rowQuality, member, args, handlerName === 'onTimer'),
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
      .map((text, j) => ({ text, node: id, block: manifest.id, line: node.code?.lineOf(first + j) ?? 0 }));

    if (manifest.badQuality === 'propagate' && !manifest.delays && target.ports === null && alwaysGives(handler))
      this.counts.steady(node);

    const lines: Line[] = [`{ /* ${manifest.id}${handlerName === 'each' ? '' : ` ${handlerName}`} */`, ...view.head];
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
    // columns come last: what a parameter names may be called like a member of every row
    const object = (columns: ReadonlyMap<string, Value>, time: string, q: string, extra: readonly string[] = []) =>
      `{ ${[`time: ${time}`, 'key: $keys[$k]', `quality: ${q}`, ...extra, ...[...columns].map(([name, c]) => `${JSON.stringify(name)}: ${c.v}`)].join(', ')} }`;
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
    return `{ now: ${this.#now(place)}${random ? `, random: ${this.#userRandom(node, random)}` : ''} }`;
  }
  /** The generator as a function that is made once: a closure in the loop would box every number it sees. It is told the key before a call. */
  #userRandom(node: PlanNode, cell: Cell): string {
    const [name, key] = [`$random${node.i}`, `$randomKey${node.i}`];
    const at = cell.perKey ? `$II[${key}.k * ${this.layout.counts.I} + ${cell.offset}]` : cellText(cell);
    this.constants.set(key, '{ k: 0 }');
    this.constants.set(name, `() => $uniform(${at} = (${at} + 0x6d2b79f5) | 0)`);
    return `(${key}.k = $k, ${name})`;
  }

  #contextCall(
    node: PlanNode,
    out: PortWriter,
    place: Place,
    quality: string,
    member: string,
    args: readonly string[],
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
        return `$wake($T${cell.index}, $k, ${args[0] ?? 'NaN'}${firing ? ', $firing' : ''})`;
      }
      case 'emit':
        out.needsQuality();
        return out.emit(args[0] ?? '{}', quality);
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
        `{ const $j = ${b}.n; if ($j === ${b}.cap) ${roomOf(buffer)}(${b}); ${b}.row[$j] = ${place.row}; ${b}.time[$j] = ${place.time}; ${b}.k[$j] = $k;${buffer.timed ? ` ${b}.at[$j] = $pos[0];` : ''}`,
      );
      for (const c of buffer.columns)
        lines.push(`${b}.c${c.at}[$j] = ${storeText(c, value(c.name).v)}; ${b}.q${c.at}[$j] = ${value(c.name).q};`);
      lines.push(`${b}.n = $j + 1; }`);
    }
    if (this.probes) lines.push(this.probes.note(node, port, '$k', place.time, value));
    if (node.many) return lines;
    const inside = node.outs.filter((w) => w.fromPort === port && !w.buffered && !w.facts.back && w.to.kind === 'row');
    if (inside.length > 0) lines.push(this.counts.given(node, port, place.row));
    for (const w of inside) lines.push(...this.each(w.to, place));
    return lines;
  }
}

export const randomText = (cell: Cell): string => `$uniform(${cellText(cell)} = (${cellText(cell)} + 0x6d2b79f5) | 0)`;
