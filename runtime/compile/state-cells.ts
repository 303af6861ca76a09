import type { ColumnSchema, ColumnType } from '#runtime/batch/schema.ts';
import type { BoundColumn } from '#runtime/graph/facts.ts';
import { addDeclaredState, type Cell, type CellKind, type Layout, numberText } from './layout.ts';
import { outputColumns, type PlanNode } from './plan.ts';

/** The cells that the compiler itself keeps beside a block's state: latest values of inputs, timers, generators, held and delayed outputs. */

/** A column that a merging node keeps or meets: declared, or named in an expression. */
export interface KeptColumn {
  readonly port: string;
  /** Logical name, or the wire's for columns that only an expression names. */
  readonly name: string;
  readonly on: string;
  readonly schema: ColumnSchema;
  readonly bound?: BoundColumn;
  readonly frame: boolean;
}

export function keptColumns(node: PlanNode, port: string): KeptColumn[] {
  const input = node.facts.inputs[port];
  if (!input || input.wires.length === 0) return [];
  const frame = input.schema.kind === 'frame';
  const out: KeptColumn[] = [];
  for (const [name, bound] of Object.entries(input.columns))
    if (bound.on !== undefined) out.push({ port, name, on: bound.on, schema: bound.schema, bound, frame });
  for (const e of node.facts.expressions)
    for (const x of [...e.names, ...e.handled])
      if (x.port === port && x.logical === undefined && !out.some((c) => c.name === x.column))
        out.push({ port, name: x.column, on: x.column, schema: input.schema.columns[x.column] ?? { type: 'number' }, frame });
  return out;
}

const isNumeric = (type: ColumnType): boolean => type === 'number' || type === 'integer' || type === 'time';
export const cellKind = (type: ColumnType, frame: boolean): CellKind =>
  frame ? 'json' : isNumeric(type) ? 'f64' : type === 'boolean' ? 'i32' : 'json';
export const emptyValue = (type: ColumnType, frame: boolean): string =>
  frame ? '[]' : isNumeric(type) ? 'NaN' : type === 'boolean' ? 'false' : 'undefined';
const initOf = (kind: CellKind): string => (kind === 'f64' ? 'NaN' : kind === 'i32' ? '0' : 'undefined');
/** Quality `bad:missing`. */
export const MISSING = 137;

const hash = (text: string): number => {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h | 0;
};

export function addState(layout: Layout, node: PlanNode): void {
  const { facts, manifest, id, code } = node;
  addDeclaredState(layout, facts);
  const uses = (member: string) => [...(code?.handlers.values() ?? [])].some((h) => h.uses.has(member));
  if (uses('random') || (node.userCode.size > 0 && manifest.shape === 'each'))
    layout.add(id, '$random', 'i32', '0', { seed: hash(id), perKey: manifest.stateScope === 'key' });
  if (uses('alarm')) layout.add(id, '$alarm', 'i32', '0');
  if (code?.handlers.has('onTimer') || node.join === 'align') layout.add(id, '$wake', 'f64', 'Infinity');
  if (manifest.combine === 'latest' && node.kind === 'merge')
    for (const port of Object.keys(manifest.inputs)) {
      const back = node.ins.some((w) => w.toPort === port && w.facts.back);
      const kept = keptColumns(node, port);
      if (back || kept.length === 0) continue;
      for (const c of kept) {
        const kind = cellKind(c.schema.type, c.frame);
        layout.add(id, `$in.${port}.${c.name}`, kind, initOf(kind));
        layout.add(id, `$in.${port}.${c.name}.q`, 'i32', String(MISSING));
      }
      layout.add(id, `$in.${port}`, 'f64', '-Infinity');
    }
  if (node.join) layout.add(id, '$join', 'json', node.join === 'exact' ? '[]' : `$aligner(${joinPorts(node).length})`);
  if (manifest.delays) {
    const initial = facts.params.initial;
    const known = typeof initial === 'number';
    addOutputs(layout, node, '$delay', known ? numberText(initial) : undefined);
    layout.add(id, '$delay', 'i32', known ? '1' : '0');
    layout.add(id, '$delay.time', 'f64', '-Infinity');
  }
  if (manifest.badQuality === 'hold')
    for (const port of Object.keys(facts.outputs)) {
      addOutputs(layout, node, `$hold.${port}`, undefined, port);
      layout.add(id, `$hold.${port}`, 'i32', '0');
    }
}

function addOutputs(layout: Layout, node: PlanNode, prefix: string, initial: string | undefined, port = 'out'): void {
  const output = node.facts.outputs[port];
  for (const [name, on] of Object.entries(output?.names ?? {})) {
    const schema = outputColumns(node, port);
    const kind = cellKind(schema.columns[on]?.type ?? 'number', schema.kind === 'frame');
    layout.add(node.id, `${prefix}.${name}`, kind, kind === 'f64' && initial !== undefined ? initial : initOf(kind));
    layout.add(node.id, `${prefix}.${name}.q`, 'i32', initial === undefined ? String(MISSING) : '0');
  }
}

/** Wired ports of a join: the first is the one whose rows the others are met to. */
export function joinPorts(node: PlanNode): string[] {
  const wired = Object.keys(node.manifest.inputs).filter((p) => (node.facts.inputs[p]?.wires.length ?? 0) > 0);
  const first = node.manifest.firesOn;
  return first && wired.includes(first) ? [first, ...wired.filter((p) => p !== first)] : wired;
}

export type { Cell };
