import type { Buffer } from './buffers.ts';
import { cellText, numberText } from './layout.ts';
import type { LoopWriter } from './loop-text.ts';
import type { PlanNode, PlanWire } from './plan.ts';
import { joinPorts, keptColumns, MISSING } from './state-cells.ts';
import { firingText, nowOf } from './timer-text.ts';
import type { Line, Value } from './values.ts';

/** Rows of several wires met by time, exactly or within a tolerance, before a block's code sees them. */
export class JoinWriter {
  readonly #loops: LoopWriter;

  constructor(loops: LoopWriter) {
    this.#loops = loops;
  }

  /** Rows met by time before the handler sees them. */
  rows(node: PlanNode, inputs: readonly { wire: PlanWire; buffer: Buffer }[], cursor: (j: number) => string): Line[] {
    const ports = joinPorts(node);
    const state = this.#loops.layout.get(node.id, '$join');
    if (!state) return [];
    const s = cellText(state);
    const late = `$countLate${node.i}`;
    this.#loops.nodes.constants.set(
      late,
      `() => { $late[${JSON.stringify(node.id)}] = ($late[${JSON.stringify(node.id)}] || 0) + 1; }`,
    );
    const wake = this.#loops.layout.get(node.id, '$wake');
    const lines: Line[] = [];
    if (node.join === 'exact') lines.push('let $k = 0, $met = null;');
    for (const [j, { wire, buffer }] of inputs.entries()) {
      const kept = this.#loops.incoming(node, wire.toPort, this.#loops.read(wire, buffer, '$i'));
      const args = `${s}, ${ports.indexOf(wire.toPort)}`;
      const values = `[${kept.map((x) => x.value.v).join(', ')}], [${kept.map((x) => x.value.q).join(', ')}]`;
      const open = `${j > 0 ? 'else ' : ''}if ($w === ${j}) { const $i = ${cursor(j)}++`;
      if (node.join === 'exact') {
        lines.push(
          `${open}; $k = ${buffer.text}.k[$i]; $met = $exact(${args}, ${ports.length}, ${buffer.text}.time[$i], ${values}, ${late}); }`,
        );
      } else {
        lines.push(
          `${open}, $k = ${buffer.text}.k[$i]; if ($alignAdd(${args}, ${buffer.text}.time[$i], ${values}, ${nowOf(node.loop)}, ${this.#alignTimes(node)}, ${late})) {`,
          `$meet${node.i}($row, $k, ${nowOf(node.loop)}, -Infinity); $T${wake?.index}.set($k, $alignDue(${s}, ${this.#alignTimes(node)})); } }`,
        );
      }
    }
    if (node.join === 'exact')
      lines.push(
        'if ($met) {',
        this.#loops.keyPlaces(),
        ...this.#met(
          node,
          ports,
          '$met.t',
          (p, j, which) => `$met.${which}[${p}][${j}]`,
          () => '$met.t',
          nowOf(node.loop),
        ),
        '}',
      );
    return lines;
  }
  #alignTimes(node: PlanNode): string {
    const rule = node.manifest.combine;
    if (typeof rule !== 'object') return '0, 0';
    const seconds = (name: string | undefined) =>
      numberText(Number(name === undefined ? 0 : (node.facts.params[name] ?? 0)) * 1000);
    return `${seconds(rule.align.tolerance)}, ${seconds(rule.align.lateness)}`;
  }
  #met(
    node: PlanNode,
    ports: readonly string[],
    time: string,
    read: (port: number, column: number, which: 'v' | 'q') => string,
    timeOf: (port: number) => string,
    now: string,
  ): Line[] {
    const lines: Line[] = [`const $t = ${time};`];
    const given = new Map<string, { columns: ReadonlyMap<string, Value>; time: string }>();
    for (const [p, port] of ports.entries()) {
      const columns = new Map<string, Value>();
      for (const [j, c] of keptColumns(node, port).entries()) {
        const v = `$l${node.i}_${p}_${j}`;
        lines.push(`const ${v} = ${read(p, j, 'v')}, $lq${node.i}_${p}_${j} = ${read(p, j, 'q')};`);
        columns.set(c.name, { v, q: `$lq${node.i}_${p}_${j}` });
      }
      given.set(port, { columns, time: timeOf(p) });
    }
    return [...lines, ...this.#loops.nodes.combined(node, { columns: new Map(), time: '$t', row: '$row', now }, given)];
  }

  /** Functions before the loops: what meets the rows of a key, and the timer that stops waiting. */
  functions(node: PlanNode, wake: number): Line[] {
    const state = this.#loops.layout.get(node.id, '$join');
    const ports = joinPorts(node);
    const s = state ? cellText(state) : '';
    const missing = (p: number, j: number): string => {
      const c = keptColumns(node, ports[p] ?? '')[j];
      return c?.schema.type === 'boolean'
        ? 'false'
        : c && ['number', 'integer', 'time'].includes(c.schema.type)
          ? 'NaN'
          : 'undefined';
    };
    return [
      `function $meet${node.i}($row, $k, $now, $waited) {`,
      this.#loops.aliases([node]),
      this.#loops.keyPlaces(),
      `for (;;) { const $met = $alignNext(${s}, $waited, ${this.#alignTimes(node)}); if ($met === null) return;`,
      ...this.#met(
        node,
        ports,
        '$met[0].t',
        (p, j, which) =>
          which === 'v'
            ? `($met[${p}] ? $met[${p}].v[${j}] : ${missing(p, j)})`
            : `($met[${p}] ? $met[${p}].q[${j}] : ${MISSING})`,
        (p) => `($met[${p}] ? $met[${p}].t : NaN)`,
        '$now',
      ),
      '}',
      '}',
      `function $fire${node.i}($until) {`,
      `while ($T${wake}.min <= $until) {`,
      ...firingText(wake),
      `$meet${node.i}($row, $k, $firing, $firing); $T${wake}.set($k, $alignDue(${s}, ${this.#alignTimes(node)}));`,
      '}',
      '$pos[0] = Infinity;',
      '}',
    ];
  }
}
