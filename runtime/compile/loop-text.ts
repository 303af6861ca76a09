import { type Buffer, type Buffers, readText } from './buffers.ts';
import { JoinWriter } from './join-text.ts';
import { cellText, type Layout, literalText, numberText } from './layout.ts';
import type { NodeWriter } from './node-text.ts';
import { columnOf, outputColumns, type Plan, type PlanLoop, type PlanNode, type PlanWire } from './plan.ts';
import { keptColumns, MISSING } from './state-cells.ts';
import { firingText, isTimed, nextText, nowOf } from './timer-text.ts';
import { convertText, type Line, type Place, type Value } from './values.ts';

const fires = (node: PlanNode, wire: PlanWire): number => Number(wire.toPort === node.manifest.firesOn);

/** Loops: over the rows of one buffer, or meeting the rows of several by (where they stand, those that fire last, order of the wires) and firing timers between. */
export class LoopWriter {
  readonly plan: Plan;
  readonly layout: Layout;
  readonly buffers: Buffers;
  readonly nodes: NodeWriter;
  readonly #joins: JoinWriter;

  constructor(plan: Plan, layout: Layout, buffers: Buffers, nodes: NodeWriter) {
    this.plan = plan;
    this.layout = layout;
    this.buffers = buffers;
    this.nodes = nodes;
    this.#joins = new JoinWriter(this);
  }

  /** Names of the state that a function of these nodes works on, as locals. */
  aliases(nodes: readonly PlanNode[]): string {
    const arrays = nodes.flatMap((n) => this.layout.of(n.id)).filter((c) => c.kind === 'f64s' || c.kind === 'i32s');
    return `const $F = $FF, $I = $II${arrays.map((c) => `, $a${c.index} = $A[${c.index}]`).join('')}; let $x = 0;`;
  }
  keyPlaces(): string {
    return `const $kf = $k * ${this.layout.counts.F}, $ki = $k * ${this.layout.counts.I};`;
  }

  #timerCells(nodes: readonly PlanNode[]) {
    return nodes.flatMap((n) => {
      const cell = this.layout.get(n.id, '$wake');
      return cell ? [{ node: n, cell }] : [];
    });
  }
  /** In a loop that sees all rows of entries and nothing else, only what fires changes `at`: a store less a row. */
  #fire(loop: PlanLoop, until: string, byPosition: boolean): string[] {
    return this.#timerCells(loop.nodes).map(({ node, cell }) => {
      const fire = `$fire${node.i}(${until});`;
      return `if (${until} >= $T${cell.index}.min) ${isTimed(loop) || byPosition ? fire : `{ ${fire} $T${cell.index}.at = Infinity; }`}`;
    });
  }
  /** Until when timers are due once a loop has done what it was asked for. */
  #end(loop: PlanLoop, byPosition: boolean): string[] {
    const until = byPosition ? '($till === Infinity ? $clock[$upto] : $till)' : '$clock[$upto]';
    return [isTimed(loop) ? '$pos[0] = Infinity;' : '', ...this.#fire(loop, until, byPosition)];
  }
  #note(loop: PlanLoop, byPosition: boolean): string[] {
    const at = isTimed(loop) ? '$at' : byPosition ? 'Infinity' : undefined;
    return this.#timerCells(loop.nodes).map(
      ({ cell }) => `$T${cell.index}.row = $row;${at === undefined ? '' : ` $T${cell.index}.at = ${at};`}`,
    );
  }
  /** `byPosition`: row by row, and between two rows timer by timer. */
  loop(loop: PlanLoop, byRow: boolean, byPosition: boolean): Line[] {
    return loop.kind === 'rows' ? this.#rows(loop, byRow, byPosition) : this.#merge(loop, byRow, byPosition);
  }

  #rows(loop: PlanLoop, byRow: boolean, byPosition: boolean): Line[] {
    const { over } = loop;
    const buffer = over && this.buffers.of(over.node, over.port);
    if (!over || !buffer) return [];
    const roots = loop.nodes.filter((n) => n.ins[0]?.buffered);
    const need = new Set(roots.flatMap((n) => [...(n.ins[0]?.need ?? [])]));
    const columns = buffer.columns.filter((c) => need.has(c.name));
    const place: Place = {
      columns: new Map(columns.map((c) => [c.name, { v: `$c${c.at}`, q: `$q${c.at}` }])),
      time: '$t',
      row: '$row',
      now: nowOf(loop),
    };
    const timed = isTimed(loop);
    const b = buffer.text;
    const body = roots.flatMap((n) => this.nodes.each(n, place));
    const counts = this.nodes.counts.ofLoop();
    const reached = byPosition
      ? `($br[$i] < $upto || ($br[$i] === $upto && ${timed ? '$ba[$i] <= $till' : '$till === Infinity'}))`
      : '$br[$i] <= $upto';
    const condition = byRow ? `$i < $n && ${reached}` : '$i < $n';
    return [
      ...(byRow ? [`let $at${loop.index} = 0;`] : []),
      byPosition && timed ? nextText(loop, [{ at: `$at${loop.index}`, text: b }]) : '',
      `const $loop${loop.index} = (function ($upto${byPosition ? ', $till' : ''}) {`,
      this.aliases(loop.nodes),
      counts.head,
      `const $n = ${b}.n, $br = ${b}.row${timed ? `, $ba = ${b}.at` : ''}, $bt = ${b}.time, $bk = ${b}.k${columns.map((c) => `, $bc${c.at} = ${b}.c${c.at}, $bq${c.at} = ${b}.q${c.at}`).join('')};`,
      `for (let $i = ${byRow ? `$at${loop.index}` : '0'}; ${condition}; $i++${byRow ? `, $at${loop.index} = $i` : ''}) {`,
      `const $row = $br[$i], $k = $bk[$i], $t = $bt[$i]${timed ? ', $at = $ba[$i], $now = $at === Infinity ? $clock[$row] : $at' : ''};`,
      this.keyPlaces(),
      columns.length > 0
        ? `const ${columns.map((c) => `$c${c.at} = ${readText(c, '#', '$i').replace(/#\.c(\d+)/, '$bc$1')}, $q${c.at} = $bq${c.at}[$i]`).join(', ')};`
        : '',
      ...this.#fire(loop, nowOf(loop), byPosition),
      timed ? '$pos[0] = $at;' : '',
      ...body,
      ...this.#note(loop, byPosition),
      '}',
      counts.tail,
      ...this.#end(loop, byPosition),
      '});',
    ];
  }

  #merge(loop: PlanLoop, byRow: boolean, byPosition: boolean): Line[] {
    const timed = isTimed(loop);
    const now = nowOf(loop);
    const node = loop.root as PlanNode;
    // Of the same row, what only is looked at is read before what fires: else a condition that stands behind its command would come too late for it.
    const wires = node.ins.filter((w) => !w.facts.back).sort((a, b) => fires(node, a) - fires(node, b));
    const answers = node.code?.handlers.has('onResult') ?? false;
    const inputs = wires
      .map((wire) => ({ wire, buffer: this.buffers.of(wire.from, wire.fromPort) }))
      .filter((x): x is { wire: PlanWire; buffer: Buffer } => x.buffer !== undefined);
    const streams = [
      ...inputs.map(({ buffer }) => ({ text: buffer.text, timed: buffer.timed })),
      ...(answers ? [{ text: `$answers${node.i}`, timed: false }] : []),
    ];
    const cursor = (j: number) => (byRow ? `$at${loop.index}_${j}` : `$i${j}`);
    const head = (counted: string): Line[] => [
      ...(byRow ? [`let ${streams.map((_, j) => `${cursor(j)} = 0`).join(', ')};`] : []),
      byPosition && timed
        ? nextText(
            loop,
            streams.flatMap((s, j) => (s.timed ? [{ at: cursor(j), text: s.text }] : [])),
          )
        : '',
      `const $loop${loop.index} = (function ($upto${byPosition ? ', $till' : ''}) {`,
      this.aliases(loop.nodes),
      counted,
      `${byRow ? 'const' : 'let'} ${streams.flatMap((s, j) => [...(byRow ? [] : [`$i${j} = 0`]), `$n${j} = ${s.text}.n`, `$r${j} = ${s.text}.row`, ...(s.timed ? [`$p${j} = ${s.text}.at`] : [])]).join(', ')};`,
      'for (;;) {',
      `let $row = $upto + 1, $w = -1${timed ? ', $at = -Infinity' : ''};`,
      ...streams.map((s, j) => {
        const c = cursor(j);
        if (!s.timed)
          return `if (${c} < $n${j} && $r${j}[${c}] < $row) { $row = $r${j}[${c}];${timed ? ' $at = Infinity;' : ''} $w = ${j}; }`;
        return `if (${c} < $n${j} && ($r${j}[${c}] < $row || ($r${j}[${c}] === $row && $p${j}[${c}] < $at))) { $row = $r${j}[${c}]; $at = $p${j}[${c}]; $w = ${j}; }`;
      }),
      byPosition ? `if ($w < 0 || ($row === $upto && ${timed ? '$at' : 'Infinity'} > $till)) break;` : 'if ($w < 0) break;',
      timed ? 'const $now = $at === Infinity ? $clock[$row] : $at;' : '',
      ...this.#fire(loop, now, byPosition),
      timed ? '$pos[0] = $at;' : '',
    ];
    const body: Line[] =
      node.manifest.combine === 'latest'
        ? this.#latest(node, inputs, cursor)
        : node.join
          ? this.#joins.rows(node, inputs, cursor)
          : node.manifest.shape === 'on'
            ? this.#on(node, inputs, cursor)
            : this.#fanIn(node, inputs, cursor);
    const answer: Line[] = answers
      ? [
          `if ($w === ${inputs.length}) { const $j = ${cursor(inputs.length)}++, $answer = $answers${node.i}.items[$j], $k = $answers${node.i}.k[$j];`,
          this.keyPlaces(),
          ...this.nodes.answer(node, { columns: new Map(), time: '$clock[$row]', row: '$row', now }),
          '} else {',
          ...body,
          '}',
        ]
      : body;
    const counts = this.nodes.counts.ofLoop();
    return [
      ...head(counts.head),
      ...answer,
      ...this.#note(loop, byPosition),
      '}',
      counts.tail,
      ...this.#end(loop, byPosition),
      '});',
    ];
  }

  /** A wire's row: its columns by name, converted to the first wire's units where several enter one port. */
  read(wire: PlanWire, buffer: Buffer, index: string): Map<string, Value> {
    const out = new Map<string, Value>();
    for (const c of buffer.columns) {
      if (!wire.need.has(c.name)) continue;
      const schema = columnOf(outputColumns(wire.from, wire.fromPort), c.name);
      out.set(c.name, {
        v: convertText(readText(c, buffer.text, index), wire.facts.merge[c.name], schema.type, c.frame),
        q: `${buffer.text}.q${c.at}[${index}]`,
      });
    }
    return out;
  }

  /** One handler, several wires: whichever comes next. */
  #fanIn(node: PlanNode, inputs: readonly { wire: PlanWire; buffer: Buffer }[], cursor: (j: number) => string): Line[] {
    const names = [...new Set(inputs.flatMap((x) => [...x.wire.need]))];
    const lines: Line[] = [`let $k = 0, $t = 0${names.map((_, j) => `, $c${j}, $q${j} = ${MISSING}`).join('')};`];
    for (const [j, { wire, buffer }] of inputs.entries()) {
      const values = this.read(wire, buffer, '$i');
      const sets = names.map((name, c) => {
        const v = values.get(name);
        return v ? `$c${c} = ${v.v}; $q${c} = ${v.q};` : '';
      });
      lines.push(
        `${j > 0 ? 'else ' : ''}if ($w === ${j}) { const $i = ${cursor(j)}++; $k = ${buffer.text}.k[$i]; $t = ${buffer.text}.time[$i]; ${sets.join(' ')} }`,
      );
    }
    const place: Place = {
      columns: new Map(names.map((name, c) => [name, { v: `$c${c}`, q: `$q${c}` }])),
      time: '$t',
      row: '$row',
      now: nowOf(node.loop),
    };
    return [...lines, this.keyPlaces(), ...this.nodes.each(node, place)];
  }

  /** One handler per port. */
  #on(node: PlanNode, inputs: readonly { wire: PlanWire; buffer: Buffer }[], cursor: (j: number) => string): Line[] {
    return inputs.flatMap(({ wire, buffer }, j): Line[] => {
      const values = [...this.read(wire, buffer, '$i')];
      const place: Place = {
        columns: new Map(values.map(([name], c) => [name, { v: `$c${c}`, q: `$q${c}` }])),
        time: '$t',
        row: '$row',
        now: nowOf(node.loop),
      };
      return [
        `${j > 0 ? 'else ' : ''}if ($w === ${j}) { const $i = ${cursor(j)}++, $k = ${buffer.text}.k[$i], $t = ${buffer.text}.time[$i]${values.map(([, v], c) => `, $c${c} = ${v.v}, $q${c} = ${v.q}`).join('')};`,
        this.keyPlaces(),
        ...this.nodes.on(node, wire.toPort, place),
        '}',
      ];
    });
  }

  /** The value of a kept column as it comes, in the unit that the code sees. */
  incoming(
    node: PlanNode,
    port: string,
    values: ReadonlyMap<string, Value>,
  ): { name: string; value: Value; kind: 'boolean' | 'other' }[] {
    return keptColumns(node, port).map((c) => {
      const at = values.get(c.on) ?? { v: 'undefined', q: String(MISSING) };
      return {
        name: c.name,
        value: { v: convertText(at.v, c.bound?.conversion, c.schema.type, c.frame), q: at.q },
        kind: c.schema.type === 'boolean' && !c.frame ? 'boolean' : 'other',
      };
    });
  }

  /** Every input is kept; the row is met with the latest of the others. */
  #latest(node: PlanNode, inputs: readonly { wire: PlanWire; buffer: Buffer }[], cursor: (j: number) => string): Line[] {
    const cell = (field: string) => {
      const c = this.layout.get(node.id, field);
      return c ? cellText(c) : 'NaN';
    };
    const { firesOn } = node.manifest;
    const lines: Line[] = ['let $k = 0, $t = 0, $fires = false;'];
    for (const [j, { wire, buffer }] of inputs.entries()) {
      const port = wire.toPort;
      const sets = this.incoming(node, port, this.read(wire, buffer, '$i')).map(
        ({ name, value, kind }) =>
          `${cell(`$in.${port}.${name}`)} = ${kind === 'boolean' ? `${value.v} ? 1 : 0` : value.v}; ${cell(`$in.${port}.${name}.q`)} = ${value.q};`,
      );
      lines.push(
        `${j > 0 ? 'else ' : ''}if ($w === ${j}) { const $i = ${cursor(j)}++; $k = ${buffer.text}.k[$i]; $t = ${buffer.text}.time[$i]; ${this.keyPlaces()}`,
        `${sets.join(' ')}${keptColumns(node, port).length > 0 ? ` ${cell(`$in.${port}`)} = $t;` : ''} $fires = ${firesOn === undefined || firesOn === port}; }`,
      );
    }
    lines.push('if ($fires) {', this.keyPlaces());
    const { maxAge } = node.facts.params;
    const oldest = typeof maxAge === 'number' && maxAge > 0 ? numberText(maxAge * 1000) : undefined;
    const ports = new Map<string, { columns: ReadonlyMap<string, Value>; time: string }>();
    for (const [p, port] of Object.keys(node.manifest.inputs).entries()) {
      const back = node.ins.find((w) => w.toPort === port && w.facts.back);
      if ((node.facts.inputs[port]?.wires.length ?? 0) === 0) continue;
      const columns = new Map<string, Value>();
      const time = back ? this.#delayTime(back) : cell(`$in.${port}`);
      for (const [j, c] of keptColumns(node, port).entries()) {
        const at = back
          ? this.#delayed(node, back, port, c.name)
          : { v: cell(`$in.${port}.${c.name}`), q: cell(`$in.${port}.${c.name}.q`) };
        const v = `$l${node.i}_${p}_${j}`;
        const q = `$lq${node.i}_${p}_${j}`;
        const boolean = c.schema.type === 'boolean' && !c.frame;
        // bad:stale where the value is older than the block allows
        lines.push(
          `const ${v} = ${boolean ? `${at.v} === 1` : at.v}, ${q} = ${oldest === undefined || port === firesOn ? at.q : `($t - ${time} > ${oldest} ? $worst(${at.q}, 129) : ${at.q})`};`,
        );
        columns.set(c.name, { v, q });
      }
      ports.set(port, { columns, time });
    }
    lines.push(...this.nodes.combined(node, { columns: new Map(), time: '$t', row: '$row', now: nowOf(node.loop) }, ports), '}');
    return lines;
  }
  /** What a delaying node held before this row of the step. */
  #delayed(node: PlanNode, back: PlanWire, port: string, name: string): Value {
    const { from } = back;
    const bound = keptColumns(node, port).find((c) => c.name === name);
    const names = Object.entries(from.facts.outputs[back.fromPort]?.names ?? {});
    const at = names.findIndex(([, on]) => on === bound?.on);
    const given = names[at]?.[0] ?? '';
    const v = this.layout.get(from.id, `$delay.${given}`);
    const q = this.layout.get(from.id, `$delay.${given}.q`);
    if (!v || !q) return { v: 'NaN', q: String(MISSING) };
    const read = (cell: string, kept: string) => this.#before(from, kept, cell);
    return {
      v: convertText(read(cellText(v), `v[${at}]`), bound?.bound?.conversion, bound?.schema.type ?? 'number', false),
      q: read(cellText(q), `q[${at}]`),
    };
  }
  #delayTime(back: PlanWire): string {
    const c = this.layout.get(back.from.id, '$delay.time');
    return c ? this.#before(back.from, 't', cellText(c)) : 'NaN';
  }
  #before(from: PlanNode, kept: string, cell: string): string {
    const name = `$before${from.i}`;
    return `(${name}[$k] !== undefined && ${name}[$k].row === $row && ${name}[$k].at === $pos[0] ? ${name}[$k].${kept} : ${cell})`;
  }

  /** Functions that stand before the loops: timers, aligned rows, emitted rows, alarms. */
  functions(node: PlanNode): Line[] {
    const lines: Line[] = [];
    const wake = this.layout.get(node.id, '$wake');
    if (node.join === 'align' && wake) lines.push(...this.#joins.functions(node, wake.index));
    else if (wake) {
      lines.push(
        `function $fire${node.i}($until) {`,
        this.aliases([node]),
        `while ($T${wake.index}.min <= $until) {`,
        ...firingText(wake.index),
        this.keyPlaces(),
        ...this.nodes.timer(node, { columns: new Map(), time: '$firing', row: '$row', now: '$firing' }),
        '}',
        '$pos[0] = Infinity;',
        '}',
      );
    }
    const alarm = this.layout.get(node.id, '$alarm');
    if (alarm) lines.push(...this.#alarmFunction(node, cellText(alarm)));
    return lines;
  }

  /** An alarm's condition is reported when it changes. */
  #alarmFunction(node: PlanNode, cell: string): Line[] {
    const unit = Object.values(node.facts.inputs).flatMap((input) =>
      input.columns.value?.schema.unit === undefined ? [] : [input.columns.value.schema.unit],
    )[0];
    return [
      `function $alarm${node.i}($row, $k, $time, $a) {`,
      `${this.aliases([])} ${this.keyPlaces()}`,
      'const active = !!$a.active, priority = Math.min(4, Math.max(1, Math.round($num($a.priority)) || 4)), code = active ? 10 + priority : 1;',
      `if (${cell} === code) return; ${cell} = code;`,
      `const $c = { node: ${JSON.stringify(node.id)}, key: $keys[$k], row: $row, time: $time, active, priority, message: { en: String($a.message && $a.message.en), zh: String($a.message && $a.message.zh) } };`,
      `if (typeof $a.value === 'number' && $a.value === $a.value) $c.value = $a.value; if (typeof $a.limit === 'number' && $a.limit === $a.limit) $c.limit = $a.limit;${unit === undefined ? '' : ` $c.unit = ${literalText(unit)};`}`,
      '$alarms.push([$pos[0], $c]);',
      '}',
    ];
  }
}
