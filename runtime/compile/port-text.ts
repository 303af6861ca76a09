import { isNumber } from './buffers.ts';
import { CodeProblem } from './code-rules.ts';
import { cellText } from './layout.ts';
import type { NodeWriter } from './node-text.ts';
import { columnOf, outputColumns, type PlanNode } from './plan.ts';
import { MISSING } from './state-cells.ts';
import type { Tree } from './syntax.ts';
import { type Line, NO_VIEW, type Place, type Value, type View } from './values.ts';

/** A delaying node whose output leads back to itself. */
export const closesCycle = (node: PlanNode): boolean => node.outs.some((w) => w.facts.back);

/** The output ports of one run of a handler: variables, assignments, and what follows. */
export class PortWriter {
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
      ? `const $b = ${before}[$k]; if ($b === undefined || $b.row !== ${this.place.row} || $b.at !== $pos[0]) ${before}[$k] = { row: ${this.place.row}, at: $pos[0], v: [${cells('')}], q: [${cells('.q')}], t: ${this.#read('$delay.time')} };`
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

  /** `ctx.emit(…)`: the row goes into the buffer at once. By a function of its own: a closure here would box every number it sees. */
  emit(value: string, quality: string): string {
    const q = this.view.quality === '0' ? '0' : quality;
    const carried = this.#ports.flatMap((_, p) =>
      this.#carried(p).flatMap((c) => {
        const at = this.place.columns.get(c);
        return at ? [at.v, at.q] : ['undefined', String(MISSING)];
      }),
    );
    const name = this.#ports.length > 1 ? `$emit${this.node.i}` : `$emit${this.node.i}_0`;
    return `${name}(${[this.place.row, '$k', this.place.time, q, value, ...carried].join(', ')})`;
  }
  /** Columns that pass through a port and are used behind it. */
  #carried(p: number): string[] {
    const port = this.#ports[p] ?? '';
    const live = this.writer.buffers.of(this.node, port)?.columns.map((c) => c.name) ?? [];
    return (this.node.facts.outputs[port]?.carried ?? []).filter((c) => live.includes(c));
  }
  /** The function behind `emit` of a node with several ports. */
  static emitByPort(writer: NodeWriter, node: PlanNode): Line[] {
    const w = new PortWriter(writer, node, { columns: new Map(), time: '$t', row: '$row', now: 'NaN' }, NO_VIEW);
    const carried = w.#ports.map((_, p) => w.#carried(p).flatMap((_, j) => [`$c${p}_${j}`, `$cq${p}_${j}`]));
    const head = ['$row', '$k', '$t', '$q'];
    return [
      `function $emit${node.i}(${[...head, '$g', ...carried.flat()].join(', ')}) {`,
      ...w.#ports.map((name, p) => {
        const value = `$g[${JSON.stringify(name)}]`;
        return `if (${value}) $emit${node.i}_${p}(${[...head, value, ...(carried[p] ?? [])].join(', ')});`;
      }),
      '}',
    ];
  }

  /** The function behind `emit` of one port. */
  static emitFunction(writer: NodeWriter, node: PlanNode, p: number): Line[] {
    const port = Object.keys(node.facts.outputs)[p] ?? 'out';
    const output = node.facts.outputs[port];
    const schema = outputColumns(node, port);
    const place: Place = { columns: new Map(), time: '$time', row: '$row', now: 'NaN' };
    const w = new PortWriter(writer, node, place, NO_VIEW);
    const names = w.#names(p);
    const carried = w.#carried(p);
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

/** The functions behind `ctx.emit` of a node. */
export const emitFunctions = (writer: NodeWriter, node: PlanNode): Line[] => {
  const ports = Object.keys(node.facts.outputs);
  return [
    ...ports.flatMap((_, p) => PortWriter.emitFunction(writer, node, p)),
    ...(ports.length > 1 ? PortWriter.emitByPort(writer, node) : []),
  ];
};
