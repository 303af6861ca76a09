import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { qualityText } from '#runtime/batch/quality.ts';
import type { ColumnSchema, WireSchema } from '#runtime/batch/schema.ts';
import { joinTables } from '#runtime/files/cells.ts';
import type { InputTable } from '#runtime/files/table.ts';
import { outputTable, TABLE_FORMATS, writeTable } from '#runtime/files/write.ts';
import { parseGraph } from '#runtime/graph/parse.ts';
import { flatDocument } from '#runtime/graph/subgraph.ts';
import type { ReplaySource } from '#runtime/replay/report.ts';
import type { ProgramInfo, StepResult } from '#runtime/step/contract.ts';
import { Refused } from './outcome.ts';
import { sourceLine } from './print-report.ts';

export interface WireMoment {
  readonly title: string;
  readonly node: string;
  readonly port: string;
  readonly input: 'arrived' | 'corrected';
  /** Epoch ms: where the run began, and the moment asked for. */
  readonly from: number;
  readonly at: number;
  readonly columns: Readonly<Record<string, ColumnSchema>>;
  readonly source?: ReplaySource;
  /** Samples that were read, records on the wire. */
  readonly samples: number;
  readonly count: number;
  /** The newest, oldest first. */
  readonly records: readonly WireRow[];
}
interface WireRow {
  readonly time: number;
  readonly key: string;
  readonly values: Readonly<Record<string, { readonly v: unknown; readonly q: number }>>;
}

/** Takes every record of the wire that was made the output `name`: the newest to be shown, all of them where a file is wanted. */
export class WireTap {
  count = 0;
  columns: Readonly<Record<string, ColumnSchema>> = {};
  readonly records: WireRow[] = [];
  private readonly name: string;
  private readonly last: number;
  private readonly file: string | undefined;
  private schema: WireSchema | undefined;
  private readonly tables: InputTable[] = [];

  /** `file`: where all records are written; its ending says as what. */
  constructor(name: string, last: number, file?: string) {
    this.name = name;
    this.last = last;
    this.file = file;
    if (file !== undefined) formatOf(file);
  }

  take(result: StepResult, info: ProgramInfo): void {
    const index = info.outputs.findIndex((output) => output.name === this.name);
    this.schema = info.outputs[index]?.schema;
    this.columns = this.schema?.columns ?? {};
    const names = Object.keys(this.columns);
    for (const rows of result.outputs) {
      if (rows.output !== index) continue;
      this.count += rows.n;
      if (this.file !== undefined && this.schema) this.tables.push(outputTable(this.file, this.schema, rows));
      for (let row = Math.max(0, rows.n - this.last); row < rows.n; row++) {
        const values = names.map((column, c) => [column, { v: rows.columns[c]?.[row], q: rows.quality[c]?.[row] ?? 0 }] as const);
        this.records.push({ time: rows.time[row] ?? 0, key: rows.key[row] ?? '', values: Object.fromEntries(values) });
      }
      if (this.records.length > this.last) this.records.splice(0, this.records.length - this.last);
    }
  }

  async close(): Promise<void> {
    if (this.file !== undefined) await writeFile(this.file, await writeTable(joinTables(this.tables), formatOf(this.file)));
  }
}

function formatOf(file: string) {
  const found = TABLE_FORMATS.find((one) => path.extname(file) === `.${one}`);
  if (!found) throw new Refused([`--out ${file}: the name must end in ${TABLE_FORMATS.map((one) => `.${one}`).join(', ')}`]);
  return found;
}

/** The graph with the wire as one more named output. */
export function withOutput(text: string, wire: string): { graph: string; node: string; port: string; name: string } {
  const parsed = parseGraph(text);
  if (!parsed.ok) throw new Refused(['the graph is not valid']);
  const { document } = parsed;
  const dot = wire.indexOf('.');
  const node = dot < 0 ? wire : wire.slice(0, dot);
  const port = dot < 0 ? 'out' : wire.slice(dot + 1);
  const nodes = [...new Set([...document.nodes, ...flatDocument(document).nodes].map((one) => one.id))];
  if (!nodes.includes(node)) throw new Refused([`--wire ${wire}: the graph has no node "${node}"; it has ${nodes.join(', ')}`]);
  const taken = new Set(document.outputs.map((one) => one.name));
  let name = 'wire';
  while (taken.has(name)) name += 'x';
  return {
    graph: JSON.stringify({ ...document, outputs: [...document.outputs, { name, from: { node, port } }] }),
    node,
    port,
    name,
  };
}

export function printWire(wire: WireMoment): string {
  const input = wire.input === 'arrived' ? 'as it arrived' : 'as corrected';
  const moment = (time: number) => new Date(time).toISOString();
  const unit = (name: string) =>
    wire.columns[name]?.unit && wire.columns[name]?.unit !== '1' ? ` ${wire.columns[name]?.unit}` : '';
  const lines = wire.records.map(({ time, key, values }) => {
    const said = Object.entries(values).map(
      ([name, { v, q }]) => `${name} ${show(v)}${unit(name)}${q === 0 ? '' : ` (${qualityText(q)})`}`,
    );
    return `  ${moment(time)} ${key}: ${said.join(', ')}`;
  });
  return [
    `${wire.title}: wire ${wire.node}.${wire.port} up to ${moment(wire.at)}`,
    `  data ${input} from ${moment(wire.from)}${wire.source?.kind === 'journal' ? ', with the state that it had then' : ', where the run began with empty state'}: ${wire.samples} samples, ${wire.count} records on the wire`,
    ...(wire.source ? [`  ${sourceLine(wire.source)}`] : []),
    ...(lines.length > 0 ? lines : ['  nothing was on this wire']),
  ].join('\n');
}

function show(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(8)));
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const list = Array.from(value as ArrayLike<unknown>);
    return `[${list.slice(0, 8).map(show).join(', ')}${list.length > 8 ? `, … ${list.length}` : ''}]`;
  }
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}
