import type { ColumnSchema } from '#runtime/batch/schema.ts';
import { columnOf, outputColumns, type Plan, type PlanNode } from './plan.ts';

/** Rows between loops: one typed array a column, quality beside it, with the row of the step that caused each. */
export interface BufferColumn {
  readonly name: string;
  readonly schema: ColumnSchema;
  readonly frame: boolean;
  /** Field of the buffer object: `c0`, with its quality `q0`. */
  readonly at: number;
}
export interface Buffer {
  /** Name in the program. */
  readonly text: string;
  readonly node: PlanNode;
  readonly port: string;
  readonly columns: readonly BufferColumn[];
  /** Has `at` beside `row`: of a row that a timer gave between two entries the timer's time, else Infinity. */
  readonly timed: boolean;
}

export const isNumber = (c: ColumnSchema): boolean => c.type === 'number' || c.type === 'integer' || c.type === 'time';
const arrayOf = (c: BufferColumn): string =>
  c.frame ? '' : isNumber(c.schema) ? 'Float64Array' : c.schema.type === 'boolean' ? 'Uint8Array' : '';

/** A column's value read from a buffer. */
export const readText = (c: BufferColumn, buffer: string, index: string): string =>
  !c.frame && c.schema.type === 'boolean' ? `(${buffer}.c${c.at}[${index}] === 1)` : `${buffer}.c${c.at}[${index}]`;
export const storeText = (c: BufferColumn, value: string): string =>
  !c.frame && c.schema.type === 'boolean' ? `${value} ? 1 : 0` : value;

const key = (node: PlanNode, port: string) => `${node.i} ${port}`;

export class Buffers {
  readonly list: Buffer[] = [];
  #byPort = new Map<string, Buffer>();

  constructor(plan: Plan) {
    for (const node of plan.nodes) {
      let p = 0;
      for (const [port, output] of Object.entries(node.facts.outputs)) {
        const need = new Set<string>();
        let wanted = node.kind === 'source';
        for (const w of node.outs)
          if (w.fromPort === port && (w.buffered || node.kind === 'source') && !w.facts.back) {
            wanted = true;
            for (const c of w.need) need.add(c);
          }
        if (
          plan.document.outputs.some((o) => o.from.node === node.id && o.from.port === port) ||
          (plan.instrumented && node.kind === 'source')
        ) {
          wanted = true;
          for (const c of Object.keys(output.schema.columns)) need.add(c);
        }
        if (wanted) {
          const schema = outputColumns(node, port);
          // in the order of the schema, so that the same columns have the same places
          const columns = Object.keys(schema.columns)
            .filter((c) => need.has(c))
            .map((name, at): BufferColumn => ({ name, schema: columnOf(schema, name), frame: schema.kind === 'frame', at }));
          const buffer: Buffer = { text: `$b${node.i}_${p}`, node, port, columns, timed: node.timed };
          this.list.push(buffer);
          this.#byPort.set(key(node, port), buffer);
        }
        p++;
      }
    }
  }

  of(node: PlanNode, port: string): Buffer | undefined {
    return this.#byPort.get(key(node, port));
  }

  declarations(): string[] {
    const rooms = new Set<string>();
    return this.list.flatMap((b) => {
      const columns = b.columns.map((c) => `, c${c.at}: ${arrayOf(c) ? `new ${arrayOf(c)}(0)` : '[]'}, q${c.at}: $none`).join('');
      const base = `const ${b.text} = { n: 0, cap: 0, row: new Int32Array(0), time: new Float64Array(0), k: new Int32Array(0)${b.timed ? ', at: new Float64Array(0)' : ''}${columns} };`;
      const name = roomOf(b);
      if (b.node.kind === 'source' || rooms.has(name)) return [base];
      rooms.add(name);
      const grow = [
        ...['row:Int32Array', 'time:Float64Array', 'k:Int32Array', ...(b.timed ? ['at:Float64Array'] : [])].map(
          (f) => f.split(':') as [string, string],
        ),
        ...b.columns.flatMap((c): [string, string][] => [
          ...(arrayOf(c) ? [[`c${c.at}`, arrayOf(c)] as [string, string]] : []),
          [`q${c.at}`, 'Uint8Array'],
        ]),
      ].map(([f, type]) => `{ const o = b.${f}; b.${f} = new ${type}(cap); b.${f}.set(o); }`);
      return [base, `function ${name}(b) { const cap = b.cap = Math.max(64, b.cap * 2); ${grow.join(' ')} }`];
    });
  }
}

const LETTER: Readonly<Record<string, string>> = { Float64Array: 'f', Uint8Array: 'b', '': 'x' };
/** The function that makes a buffer larger: one for all buffers of the same columns. */
export const roomOf = (b: Buffer): string => `$room_${b.timed ? 't' : ''}${b.columns.map((c) => LETTER[arrayOf(c)]).join('')}`;
