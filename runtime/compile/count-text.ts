import type { Buffer, Buffers } from './buffers.ts';
import type { Plan, PlanNode, PlanWire } from './plan.ts';

/** Kinds of `$flows`. */
const [IN_BUFFER, AS_MANY, COUNTED] = [0, 1, 2] as const;

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

  /** Where the rows of a wire are known from: a buffer, a node that gives as many as it gets, a counter. */
  #wire({ from, fromPort }: PlanWire): readonly [kind: number, of: number | string] | undefined {
    const buffer: Buffer | undefined = this.#buffers.of(from, fromPort);
    if (buffer) return [IN_BUFFER, buffer.text];
    if (this.#steady.has(from)) return [AS_MANY, from.i];
    const counter = this.#counters.get(keyOf(from, fromPort));
    return counter === undefined ? undefined : [COUNTED, counter];
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

  /**
   * To stand before the loops, when they are written: node, kind and source of each wire that brings rows, as a table. (As statements they would be
   * a function as long as the graph, which V8 compiles for a second of a stream that stands.)
   */
  table(): string[] {
    const entries = this.#plan.nodes.flatMap((node) => {
      const own = this.#buffers.of(node, 'out');
      if (node.kind === 'source') return own ? [`${node.i}, ${IN_BUFFER}, ${own.text}`] : [];
      return node.ins.flatMap((w) => {
        const from = w.facts.back ? undefined : this.#wire(w);
        return from ? [`${node.i}, ${from.join(', ')}`] : [];
      });
    });
    return [`const $flows = [${entries.join(', ')}];`];
  }
  /** Statements at the end of a step: `$rows`, `$failed` and `$last` are those of the step. */
  readonly results: readonly string[] = [
    '  $rows.fill(0); $reached.fill(-1);',
    '  for (let i = 0; i < $flows.length; i += 3) {',
    '    const to = $flows[i], kind = $flows[i + 1], of = $flows[i + 2];',
    `    const rows = kind === ${IN_BUFFER} ? of.n : kind === ${AS_MANY} ? $rows[of] - $failed[of] : $given[of];`,
    `    const newest = kind === ${IN_BUFFER} ? $endOf(of) : kind === ${AS_MANY} ? $reached[of] : $newest[of];`,
    '    $rows[to] += rows; if (newest > $reached[to]) $reached[to] = newest;',
    '  }',
    '  for (let i = 0; i < $rows.length; i++) $last[i] = $rows[i] > 0 && $reached[i] >= 0 ? $clock[$reached[i]] : NaN;',
  ];
}

const keyOf = (node: PlanNode, port: string) => `${node.i} ${port}`;
