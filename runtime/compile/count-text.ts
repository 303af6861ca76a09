import type { Buffer, Buffers } from './buffers.ts';
import type { Plan, PlanNode, PlanWire } from './plan.ts';

/**
 * How many rows reached each node in a step, always on. Most of it is known without counting: a buffer has its length, and what gives a row for
 * every row gives as many as it got, less those that it failed on. Only where a block may drop rows is a local number raised.
 */
export class CountWriter {
  readonly #plan: Plan;
  readonly #buffers: Buffers;
  /** Nodes that give a row for every row. */
  readonly #steady = new Set<PlanNode>();
  /** Counters by port, with their places in `$given`. */
  readonly #counters = new Map<string, number>();
  #here: number[] = [];

  constructor(plan: Plan, buffers: Buffers) {
    this.#plan = plan;
    this.#buffers = buffers;
  }

  /** A node that gives one row for each that it gets, errors apart. */
  steady(node: PlanNode): void {
    if (node.kind === 'row') this.#steady.add(node);
  }

  /** A statement for where a port gives a row to followers inside the loop. */
  given(node: PlanNode, port: string, row: string): string {
    if (this.#buffers.of(node, port) || this.#steady.has(node)) return '';
    const counter = this.#counters.size;
    this.#counters.set(keyOf(node, port), counter);
    this.#here.push(counter);
    return `$g${counter}++; $gr${counter} = ${row};`;
  }

  /** The counters of the text that was written since the last call: their declaration, and what keeps them at the end of the loop. */
  ofLoop(): { readonly head: string; readonly tail: string } {
    const here = this.#here;
    this.#here = [];
    if (here.length === 0) return { head: '', tail: '' };
    return {
      head: `let ${here.map((c) => `$g${c} = 0, $gr${c} = -1`).join(', ')};`,
      tail: here.map((c) => `$given[${c}] += $g${c}; if ($gr${c} >= 0) $newest[${c}] = $gr${c};`).join(' '),
    };
  }

  /** Rows of a wire in this step, and the number of the newest. */
  #wire({ from, fromPort }: PlanWire): { rows: string; newest: string } {
    const buffer: Buffer | undefined = this.#buffers.of(from, fromPort);
    if (buffer) return { rows: `${buffer.text}.n`, newest: `$endOf(${buffer.text})` };
    if (this.#steady.has(from)) return { rows: `$rows[${from.i}] - $failed[${from.i}]`, newest: `$reached[${from.i}]` };
    const counter = this.#counters.get(keyOf(from, fromPort));
    return counter === undefined ? { rows: '0', newest: '-1' } : { rows: `$given[${counter}]`, newest: `$newest[${counter}]` };
  }

  /** To stand before the loops. */
  declarations(): string[] {
    const nodes = this.#plan.nodes.length;
    const counters = this.#counters.size;
    return [
      `const $rows = new Int32Array(${nodes}), $failed = new Int32Array(${nodes}), $reached = new Int32Array(${nodes}), $last = new Float64Array(${nodes});`,
      `const $given = new Int32Array(${counters}), $newest = new Int32Array(${counters});`,
      `const $order = ${JSON.stringify(Object.fromEntries(this.#plan.nodes.map((n) => [n.id, n.i])))};`,
      'const $endOf = (b) => (b.n > 0 ? b.row[b.n - 1] : -1);',
    ];
  }
  /** Statements at the beginning of a step. */
  readonly begin = '  $failed.fill(0); $given.fill(0); $newest.fill(-1);';

  /** Statements at the end of a step: `$rows`, `$failed` and `$last` are those of the step. */
  results(): string[] {
    const lines = this.#plan.nodes.map((node) => {
      const own = this.#buffers.of(node, 'out');
      const from =
        node.kind === 'source'
          ? own
            ? [{ rows: `${own.text}.n`, newest: `$endOf(${own.text})` }]
            : []
          : node.ins.filter((w) => !w.facts.back).map((w) => this.#wire(w));
      const rows = from.map((x) => x.rows).join(' + ') || '0';
      const newest = from.length > 1 ? `Math.max(${from.map((x) => x.newest).join(', ')})` : (from[0]?.newest ?? '-1');
      return `  $rows[${node.i}] = ${rows}; $reached[${node.i}] = ${newest};`;
    });
    return [
      ...lines,
      `  for (let i = 0; i < ${this.#plan.nodes.length}; i++) $last[i] = $rows[i] > 0 && $reached[i] >= 0 ? $clock[$reached[i]] : NaN;`,
    ];
  }
}

const keyOf = (node: PlanNode, port: string) => `${node.i} ${port}`;
