import type { ColumnSchema, ColumnType, WireSchema } from '#runtime/batch/schema.ts';
import { type Conversion, conversion, divideUnits, isUnit, multiplyUnits } from '#runtime/units/units.ts';
import type { GraphNode, TagRole } from './document.ts';
import type { BoundColumn, InputFacts, OutputFacts, WireFacts } from './facts.ts';
import type { BlockManifest, ColumnList, ColumnManifest, PortManifest, UnitRule } from './manifest.ts';
import type { GraphProblem } from './problem.ts';
import {
  badUnit,
  frameMerge,
  kindMismatch,
  missingColumn,
  sameColumn,
  typeMismatch,
  unitMismatch,
  unitMissing,
} from './problems.ts';

/** The walk of schemas along wires: what enters a node, what its code sees, what leaves it. One node at a time, pure. */

export interface IncomingWire {
  readonly index: number;
  readonly schema: WireSchema;
  readonly facts: { merge: Record<string, Conversion>; conversions: WireFacts['conversions'][number][] };
}
export interface NodeContext {
  readonly node: GraphNode;
  readonly manifest: BlockManifest;
  readonly params: Readonly<Record<string, unknown>>;
  readonly role?: TagRole;
  readonly report: (problem: GraphProblem) => void;
}

interface ListedColumn {
  readonly name: string;
  /** Name on the wire. */
  readonly on: string;
  readonly type?: ColumnType;
  readonly unit?: string;
  readonly param: string;
}
/** Columns that the parameters list. */
export function listedColumns(
  params: Readonly<Record<string, unknown>>,
  lists: readonly ColumnList[] | undefined,
): ListedColumn[] {
  return (lists ?? []).flatMap(({ param, from = 'from', typeBy }) => {
    const list = params[param];
    return (Array.isArray(list) ? (list as Readonly<Record<string, unknown>>[]) : []).map((item): ListedColumn => {
      const type = (item.type as ColumnType | undefined) ?? typeBy?.types[String(item[typeBy.field])];
      return {
        name: String(item.name),
        on: typeof item[from] === 'string' && item[from] !== '' ? item[from] : String(item.name),
        ...(type ? { type } : {}),
        ...(typeof item.unit === 'string' && item.unit !== '' ? { unit: item.unit } : {}),
        param,
      };
    });
  });
}

const fits = (have: ColumnType, need: ColumnType): boolean => have === need || (need === 'number' && have === 'integer');
const several = (manifest: BlockManifest) => manifest.shape === 'on' || manifest.shape === 'combine';

/** Column on the wire for a declared column: bound by the node, else of the same name. */
export const boundName = (node: GraphNode, manifest: BlockManifest, port: string, column: string): string =>
  node.bind?.[several(manifest) ? `${port}.${column}` : column] ??
  (several(manifest) ? node.bind?.[column] : undefined) ??
  column;

/** What several wires into one port have in common, in the units of the first. */
function mergeWires(context: NodeContext, port: string, wires: readonly IncomingWire[]): WireSchema {
  const [first, ...rest] = wires;
  if (!first) return { kind: 'stream', columns: {} };
  if (rest.length > 0 && first.schema.kind === 'frame')
    context.report(frameMerge(context.node.id, port, rest[0]?.index ?? first.index));
  const columns: Record<string, ColumnSchema> = { ...first.schema.columns };
  for (const wire of rest) {
    for (const name of Object.keys(columns)) {
      const mine = columns[name] as ColumnSchema;
      const theirs = wire.schema.columns[name];
      if (!theirs || theirs.type !== mine.type) {
        delete columns[name];
        continue;
      }
      if (mine.unit === undefined || theirs.unit === undefined || mine.unit === theirs.unit) continue;
      const c = conversion(theirs.unit, mine.unit);
      if (!c.ok) {
        context.report(unitMismatch(context.node.id, port, wire.index, name, theirs.unit, mine.unit));
        continue;
      }
      wire.facts.merge[name] = { gain: c.gain, offset: c.offset };
      wire.facts.conversions.push({ column: name, from: theirs.unit, to: mine.unit });
    }
  }
  return { kind: first.schema.kind, columns };
}

/** Unit that a rule of an input column asks for. */
function wantedUnit(context: NodeContext, rule: UnitRule | undefined): string | undefined {
  if (rule === undefined) return undefined;
  if (typeof rule === 'string') return rule;
  if ('param' in rule) return paramUnit(context, rule.param);
  if ('role' in rule) return roleUnit(context, rule);
  return undefined; // rules about other columns have no meaning on inputs
}

function roleUnit(context: NodeContext, { or }: { readonly or?: string }): string | undefined {
  if (context.role) return context.role.unit;
  return or === undefined ? undefined : paramUnit(context, or);
}

function paramUnit(context: NodeContext, name: string): string | undefined {
  const value = context.params[name];
  if (typeof value !== 'string' || value === '') return undefined;
  if (isUnit(value)) return value;
  context.report(badUnit(context.node.id, name, value));
  return undefined;
}

export function readInput(context: NodeContext, port: string, wires: readonly IncomingWire[]): InputFacts {
  const { node, manifest, report } = context;
  const decl = manifest.inputs[port] as PortManifest;
  const schema = mergeWires(context, port, wires);
  const first = wires[0];
  const columns: Record<string, BoundColumn> = {};
  const facts: InputFacts = { manifest: decl, wires: wires.map((w) => w.index), schema, columns };
  if (!first) {
    for (const [name, column] of Object.entries(decl.columns))
      columns[name] = { schema: declared(column, wantedUnit(context, column.unit)) };
    for (const c of listedColumns(context.params, decl.columnsFrom)) columns[c.name] = { schema: { type: c.type ?? 'number' } };
    return facts;
  }
  if (schema.kind !== decl.kind) {
    report(kindMismatch(node.id, port, first.index, decl.kind));
    return facts;
  }
  for (const [name, column] of Object.entries({ ...namedColumns(context, decl.listed), ...decl.columns })) {
    const on = boundName(node, manifest, port, name);
    const have = schema.columns[on];
    if (!have) {
      if (!column.optional) report(missingColumn(node.id, port, first.index, on, Object.keys(schema.columns)));
      columns[name] = { schema: declared(column, wantedUnit(context, column.unit)) };
      continue;
    }
    if (!fits(have.type, column.type)) {
      report(typeMismatch(node.id, port, first.index, on, have.type, column.type));
      columns[name] = { on, schema: declared(column, undefined) };
      continue;
    }
    columns[name] = { on, ...convertColumn(context, port, wires, on, have, column) };
  }
  for (const { name, on, unit, param } of listedColumns(context.params, decl.columnsFrom)) {
    const have = schema.columns[on];
    if (!have) report(missingColumn(node.id, port, first.index, on, Object.keys(schema.columns)));
    const good = unit === undefined || isUnit(unit);
    if (!good) report(badUnit(node.id, param, unit));
    const column = { type: have?.type ?? 'number', ...(unit !== undefined && good ? { unit } : {}) };
    columns[name] = have ? { on, ...convertColumn(context, port, wires, on, have, column) } : { schema: declared(column, unit) };
  }
  return facts;
}

/** Columns of numbers that a parameter of the node names. */
function namedColumns({ params }: NodeContext, param: string | undefined): Record<string, ColumnManifest> {
  const names = param === undefined ? undefined : params[param];
  return Object.fromEntries((Array.isArray(names) ? names : []).map((name) => [String(name), { type: 'number' }]));
}

const declared = (column: ColumnManifest, unit: string | undefined): ColumnSchema => ({
  type: column.type,
  ...(unit === undefined ? {} : { unit }),
  ...(column.scale === undefined ? {} : { scale: column.scale }),
});

function convertColumn(
  context: NodeContext,
  port: string,
  wires: readonly IncomingWire[],
  on: string,
  have: ColumnSchema,
  column: ColumnManifest,
): Omit<BoundColumn, 'on'> {
  const wanted = wantedUnit(context, column.unit);
  if (wanted === undefined || have.unit === wanted) return { schema: { ...have, type: column.type } };
  const schema = { ...have, type: column.type, unit: wanted };
  const first = wires[0]?.index;
  if (have.unit === undefined) {
    if (wanted !== '1') context.report(unitMissing(context.node.id, port, first, on, wanted));
    return { schema };
  }
  const c = conversion(have.unit, wanted);
  if (!c.ok) {
    context.report(unitMismatch(context.node.id, port, first, on, have.unit, wanted));
    return { schema };
  }
  for (const wire of wires) wire.facts.conversions.push({ column: on, from: have.unit, to: wanted });
  return { schema, conversion: { gain: c.gain, offset: c.offset } };
}

/** Unit of an output column, from the columns as the code sees them. */
function givenUnit(
  context: NodeContext,
  rule: UnitRule | undefined,
  inputs: Readonly<Record<string, InputFacts>>,
): string | undefined {
  if (rule === undefined) return undefined;
  if (typeof rule === 'string') return rule;
  if ('param' in rule) return paramUnit(context, rule.param);
  if ('role' in rule) return roleUnit(context, rule);
  const of = (name: string): string | undefined => {
    const dot = name.indexOf('.');
    const [port, column] = dot < 0 ? [Object.keys(inputs)[0] ?? 'in', name] : [name.slice(0, dot), name.slice(dot + 1)];
    return inputs[port]?.columns[column]?.schema.unit;
  };
  if ('same' in rule) return of(rule.same);
  const [column, other] = 'per' in rule ? rule.per : rule.times;
  const unit = of(column) ?? '1';
  return 'per' in rule ? divideUnits(unit, other) : multiplyUnits(unit, other);
}

/** Wire name of a declared output column: renamed by the node; an output called like a bound input column stands in its place. */
function outputName(node: GraphNode, manifest: BlockManifest, column: string): string {
  const renamed = node.as?.[column];
  if (renamed !== undefined) return renamed;
  const single = several(manifest) ? undefined : manifest.inputs.in;
  return single && Object.hasOwn(single.columns, column) ? (node.bind?.[column] ?? column) : column;
}

export function readOutput(context: NodeContext, port: string, inputs: Readonly<Record<string, InputFacts>>): OutputFacts {
  const { node, manifest, params, role } = context;
  const decl = manifest.outputs[port] as PortManifest;
  const own: Record<string, ColumnSchema> = {};
  if (decl.columnsFromRole && role) own.value = { type: role.type, ...(role.unit === undefined ? {} : { unit: role.unit }) };
  for (const c of listedColumns(params, decl.columnsFrom)) {
    if (c.unit && !isUnit(c.unit)) context.report(badUnit(node.id, c.param, c.unit));
    const like = Object.values(inputs).find((i) => Object.hasOwn(i.columns, c.name))?.columns[c.name]?.schema;
    const type = c.type ?? like?.type ?? 'number';
    const unit = c.unit ?? (type === like?.type ? like.unit : undefined);
    own[c.name] = { ...(type === like?.type ? like : {}), type, ...(unit === undefined ? {} : { unit }) };
  }
  const none = Object.keys(own).length === 0 ? decl.otherwise : undefined;
  for (const [name, column] of Object.entries({ ...decl.columns, ...none }))
    own[name] = declared(column, givenUnit(context, column.unit, inputs));

  const input = several(manifest) ? undefined : inputs.in;
  // rows of a frame that the block made anew do not line up with the columns that it got
  const carries =
    input &&
    manifest.carry === 'all' &&
    input.schema.kind === decl.kind &&
    (decl.kind === 'stream' || Object.keys(own).length === 0);
  const columns: Record<string, ColumnSchema> = carries ? { ...input.schema.columns } : {};
  const names: Record<string, string> = {};
  const taken = new Set<string>();
  for (const [name, schema] of Object.entries(own)) {
    const to = outputName(node, manifest, name);
    if (taken.has(to)) context.report(sameColumn(node.id, port, to));
    taken.add(to);
    names[name] = to;
    columns[to] = schema;
  }
  const carried = carries ? Object.keys(input.schema.columns).filter((c) => !taken.has(c)) : [];
  return { schema: { kind: decl.kind, columns }, names, carried };
}
