import { isNumber } from './buffers.ts';
import { columnOf, outputColumns, type Plan, type PlanNode } from './plan.ts';
import type { Value } from './values.ts';

/**
 * Probes of an instrumented program: the last value of every column on every wire, per key. A row costs a few stores into one arena, side by side
 * per key as state has it (arrays of their own a wire cost three times as much); objects are made when somebody looks.
 * Of each wire: time, count of rows, count when last told, then value and quality by column. What is no number lies in lists by key.
 */
interface Wire {
  readonly node: PlanNode;
  readonly port: string;
  /** Place of its time; count and told follow. */
  readonly at: number;
  readonly columns: readonly ProbeColumn[];
}
interface ProbeColumn {
  readonly name: string;
  readonly kind: 'number' | 'boolean' | 'boxed';
  /** Place of its value; its quality follows. */
  readonly at: number;
  /** Name of its list, when boxed. */
  readonly list: string;
}

export class ProbeWriter {
  readonly #wires = new Map<string, Wire>();
  #width = 0;

  constructor(plan: Plan) {
    for (const node of plan.nodes)
      for (const port of Object.keys(node.facts.outputs)) {
        const schema = outputColumns(node, port);
        const at = this.#width;
        this.#width += 3;
        const columns = Object.keys(schema.columns).map((name): ProbeColumn => {
          const column = columnOf(schema, name);
          const boxed = schema.kind === 'frame' || !(isNumber(column) || column.type === 'boolean');
          this.#width += 2;
          const place = this.#width - 2;
          return { name, kind: boxed ? 'boxed' : isNumber(column) ? 'number' : 'boolean', at: place, list: `$seen${place}` };
        });
        this.#wires.set(`${node.i} ${port}`, { node, port, at, columns });
      }
  }

  /** Statements that note one row; `key`, `time` and the values are texts. */
  note(node: PlanNode, port: string, key: string, time: string, value: (name: string) => Value): string {
    const wire = this.#wires.get(`${node.i} ${port}`);
    if (!wire) return '';
    const sets = wire.columns.map(({ name, kind, at, list }) => {
      const { v, q } = value(name);
      const kept = kind === 'boxed' ? `${list}[${key}] = ${v};` : `$P[$p + ${at}] = ${kind === 'boolean' ? `+${v}` : v};`;
      return `${kept} $P[$p + ${at + 1}] = ${q};`;
    });
    return `{ const $P = $PP, $p = ${key} * ${this.#width}; $P[$p + ${wire.at}] = ${time}; $P[$p + ${wire.at + 1}]++; ${sets.join(' ')} }`;
  }

  /** To stand before everything that notes. */
  declarations(): string[] {
    const lists = [...this.#wires.values()].flatMap((w) => w.columns.filter((c) => c.kind === 'boxed').map((c) => c.list));
    return [`let $PP = new Float64Array($cap * ${this.#width});`, ...lists.map((list) => `const ${list} = [];`)];
  }
  /** When there is room for more keys; and when there are other ones. */
  get grow(): string {
    return `{ const o = $PP; $PP = new Float64Array($cap * ${this.#width}); $PP.set(o); }`;
  }
  readonly clear = '$PP.fill(0);';

  /** The entry `probes`: what came over each wire since it was last asked. */
  function(): string[] {
    const each = [...this.#wires.values()].map(({ node, port, at, columns }) => {
      const values = columns.map(({ name, kind, at: place, list }) => {
        const v = `$PP[p + ${place}]`;
        const text =
          kind === 'number' ? v : kind === 'boolean' ? `(${v} !== ${v} ? undefined : ${v} === 1)` : `$copy(${list}[k])`;
        return `${JSON.stringify(name)}: { v: ${text}, q: $PP[p + ${place + 1}] }`;
      });
      return `    { const count = $PP[p + ${at + 1}]; if (count !== $PP[p + ${at + 2}]) { $PP[p + ${at + 2}] = count; probes.push({ node: ${JSON.stringify(node.id)}, port: ${JSON.stringify(port)}, key: $keys[k], time: $PP[p + ${at}], count, values: { ${values.join(', ')} } }); } }`;
    });
    return [
      'function $probes() {',
      '  const probes = [];',
      `  for (let k = 0; k < $keys.length; k++) { const p = k * ${this.#width};`,
      ...each,
      '  }',
      '  return probes;',
      '}',
    ];
  }
}
