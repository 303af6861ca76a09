import { qualityText } from '#runtime/batch/quality.ts';
import type { ColumnSchema } from '#runtime/batch/schema.ts';
import { sha256 } from '#runtime/graph/hash.ts';
import { parseGraph } from '#runtime/graph/parse.ts';
import type { ReplaySource } from '#runtime/replay/report.ts';
import type { ProgramInfo, StepResult } from '#runtime/step/contract.ts';
import { replayGraph, type Watching } from '#runtime/worker/replay-graph.ts';
import { withReplayTools } from './backtest.ts';
import { durationOf, momentOf } from './moment.ts';
import { Refused } from './outcome.ts';
import { sourceLine } from './print-report.ts';
import type { Product } from './product.ts';
import { findSubject, type SubjectOptions } from './subject.ts';

export interface ReplayWireOptions extends SubjectOptions {
  /** `node.port`, or `node` for its port `out`. */
  readonly wire: string;
  readonly at: string;
  /** How long before that moment the run begins, with empty state. */
  readonly since: string;
  readonly input: 'arrived' | 'corrected';
  readonly last: number;
}
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

/** `mw replay`: what was on a wire up to a past moment. The wire is made an output of its own, so every record of it is seen. */
export async function replayWire(
  product: Product,
  what: string,
  options: ReplayWireOptions,
  watching: Watching = {},
): Promise<WireMoment> {
  const now = Date.now();
  const at = momentOf(options.at, '--at', now);
  if (at > now) throw new Refused([`--at ${options.at} is in the future: only what was recorded can be run again`]);
  const from = at - durationOf(options.since, '--since');
  const subject = await findSubject(product, what, options);
  const { graph, node, port, name } = withOutput(subject.graph, options.wire);
  const records: WireRow[] = [];
  let count = 0;
  let columns: Readonly<Record<string, ColumnSchema>> = {};
  const take = (result: StepResult, info: ProgramInfo) => {
    const index = info.outputs.findIndex((output) => output.name === name);
    columns = info.outputs[index]?.schema.columns ?? {};
    const names = Object.keys(columns);
    for (const rows of result.outputs) {
      if (rows.output !== index) continue;
      count += rows.n;
      for (let row = Math.max(0, rows.n - options.last); row < rows.n; row++) {
        const values = names.map((column, c) => [column, { v: rows.columns[c]?.[row], q: rows.quality[c]?.[row] ?? 0 }] as const);
        records.push({ time: rows.time[row] ?? 0, key: rows.key[row] ?? '', values: Object.fromEntries(values) });
      }
      if (records.length > options.last) records.splice(0, records.length - options.last);
    }
  };
  const report = await withReplayTools(product, async (tools) =>
    replayGraph(
      tools,
      subject.orgId,
      {
        ...subject,
        graph,
        graphHash: await sha256(graph),
        // What happened at that very moment is part of it.
        window: { from, to: at + 1 },
        input: options.input,
        confirmations: 'confirm',
        wires: false,
        seen: [name],
        ...(subject.live ? { beside: subject.live.instanceId } : {}),
      },
      { ...watching, onResult: take },
    ),
  );
  const { source } = report;
  const read = { samples: report.rows, count, records, ...(source ? { source } : {}) };
  return { title: subject.title, node, port, input: options.input, from, at, columns, ...read };
}

/** The graph with the wire as one more named output. */
function withOutput(text: string, wire: string): { graph: string; node: string; port: string; name: string } {
  const parsed = parseGraph(text);
  if (!parsed.ok) throw new Refused(['the graph is not valid']);
  const { document } = parsed;
  const dot = wire.indexOf('.');
  const node = dot < 0 ? wire : wire.slice(0, dot);
  const port = dot < 0 ? 'out' : wire.slice(dot + 1);
  if (!document.nodes.some((one) => one.id === node))
    throw new Refused([
      `--wire ${wire}: the graph has no node "${node}"; it has ${document.nodes.map((one) => one.id).join(', ')}`,
    ]);
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
