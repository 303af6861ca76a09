import type { WireSchema } from '#runtime/batch/schema.ts';
import type { GraphDocument, TagRole } from './document.ts';
import type { ExpressionFacts, InputFacts, NodeFacts, OutputFacts, WireFacts } from './facts.ts';
import { actsOnMachine, checkGuards } from './guards.ts';
import type { BlockCatalogue, BlockManifest } from './manifest.ts';
import { checkExpression } from './names.ts';
import { cycles, type Edge, reachable, topologicalOrder } from './order.ts';
import { fieldsOf, type ParameterValues, parameterValues, parseParams, resolveParameters, valueAt } from './params.ts';
import type { GraphProblem } from './problem.ts';
import * as say from './problems.ts';
import { type IncomingWire, listedColumns, type NodeContext, readInput, readOutput } from './schemas.ts';
import { endKey, type FlatGraph, flattenGraph, type PortEnd } from './subgraph.ts';

/**
 * The one judge of a graph: the studio while editing, the save, the compiler, `mw run` and the API ask the same function.
 * Pure and browser-safe. Code parameters are judged by a function that is handed in, because it needs the compiler's reader.
 */
export interface CodeFinding {
  readonly code: string;
  readonly message: { readonly en: string; readonly zh: string };
  readonly line: number;
  readonly column?: number;
}
export interface CheckOptions {
  /** Values of the app parameters; absent ones take their defaults. */
  readonly values?: ParameterValues;
  readonly checkCode?: (
    text: string,
    facts: { readonly input: WireSchema; readonly outputs: readonly string[] },
  ) => readonly CodeFinding[];
}
export interface GraphCheck {
  /** The graph that was judged: subgraphs written out, their nodes called `outer/inner`. The compiler builds its program from it. */
  readonly document: GraphDocument;
  /** Wires in them count as in the document that was given. */
  readonly problems: readonly GraphProblem[];
  /** By node id: all nodes whose block is known and whose parameters are valid. */
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  /** Same order as its `document.wires`; undefined where an end is unknown. */
  readonly wires: readonly (WireFacts | undefined)[];
  /** Node ids in the order in which rows flow. */
  readonly order: readonly string[];
  readonly values: ParameterValues;
  /** What leaves a port of a node of the given document, through subgraphs. */
  outputAt(from: PortEnd): OutputFacts | undefined;
  /** By index in the wires of the given document. */
  wireAt(index: number): WireFacts | undefined;
}

interface Draft {
  readonly index: number;
  readonly context: NodeContext;
  readonly form?: string;
  inputs: Record<string, InputFacts>;
  outputs: Record<string, OutputFacts>;
  expressions: ExpressionFacts[];
}

export function checkGraph(given: GraphDocument, catalogue: BlockCatalogue, options: CheckOptions = {}): GraphCheck {
  const flat = flattenGraph(given, options.values);
  const { document } = flat;
  const problems: GraphProblem[] = [...flat.problems];
  const report = (problem: GraphProblem) => void problems.push(inGiven(problem, flat));
  const values = parameterValues(document.parameters, options.values);
  checkNames(document, report);

  const drafts = new Map<string, Draft>();
  for (const [index, node] of document.nodes.entries()) {
    if (drafts.has(node.id)) continue;
    const context = readNode(document, catalogue, values, index, report);
    if (context)
      drafts.set(node.id, {
        index,
        context: context.context,
        ...(context.form === undefined ? {} : { form: context.form }),
        inputs: {},
        outputs: {},
        expressions: [],
      });
  }
  const ends = checkWires(document, drafts, report);
  const edges = ends.flatMap((w) => (w ? [{ from: w.from.index, to: w.to.index, port: w.toPort, wire: w.wire }] : []));
  const n = document.nodes.length;
  const delays = new Set([...drafts.values()].filter((d) => d.context.manifest.delays).map((d) => d.index));
  const forward = (e: Edge) => !delays.has(e.from);
  const looping = cycles(n, edges.filter(forward));
  for (const c of looping) report(say.cycle(c.map((i) => document.nodes[i]?.id ?? '')));
  const back = looping.length > 0 ? new Set<number>() : backWires(n, edges, delays);
  const order = topologicalOrder(n, looping.length > 0 ? withoutCycles(edges, looping) : edges.filter((e) => !back.has(e.wire)));

  const wireFacts: (
    | (WireFacts & { merge: IncomingWire['facts']['merge']; conversions: IncomingWire['facts']['conversions'] })
    | undefined
  )[] = document.wires.map(() => undefined);
  const byIndex = new Map([...drafts.values()].map((d) => [d.index, d]));
  const incoming = (draft: Draft, port: string, withBack: boolean): IncomingWire[] =>
    ends.flatMap((end) => {
      if (!end || end.to !== draft || end.toPort !== port || (back.has(end.wire) && !withBack)) return [];
      const output = end.from.outputs[end.fromPort];
      if (!output) return [];
      const facts = {
        wire: document.wires[end.wire] as GraphDocument['wires'][number],
        schema: output.schema,
        back: back.has(end.wire),
        merge: {},
        conversions: [],
      };
      wireFacts[end.wire] = facts;
      return [{ index: end.wire, schema: output.schema, facts }];
    });
  for (const index of order) {
    const draft = byIndex.get(index);
    if (!draft) continue;
    const { context } = draft;
    for (const port of Object.keys(context.manifest.inputs))
      draft.inputs[port] = readInput(context, port, incoming(draft, port, false));
    for (const port of Object.keys(context.manifest.outputs)) draft.outputs[port] = readOutput(context, port, draft.inputs);
  }
  // wires that close a cycle: their schema is known only now
  for (const end of ends) {
    if (!end || !back.has(end.wire)) continue;
    const { manifest } = end.to.context;
    if (manifest.combine !== 'latest' || (manifest.firesOn ?? '') === end.toPort)
      report(say.cycleInput(end.to.context.node.id, end.toPort, end.wire));
    end.to.inputs[end.toPort] = readInput(end.to.context, end.toPort, incoming(end.to, end.toPort, true));
  }
  const wired = (node: string, port: string) =>
    flat.excused.has(endKey({ node, port })) || document.wires.some((w) => w.to.node === node && w.to.port === port);
  for (const draft of byIndex.values())
    finishNode(draft, ends, wired, flat.scopes.get(draft.context.node.id) ?? values, options, report);

  const nodes = new Map<string, NodeFacts>();
  for (const index of order) {
    const d = byIndex.get(index);
    if (!d) continue;
    const { node, manifest, params, role } = d.context;
    const code = fieldsOf(manifest.params, params).flatMap((f) =>
      f.field === 'code' ? [{ path: f.path, text: String(f.value) }] : [],
    );
    nodes.set(node.id, {
      index: d.index,
      node,
      manifest,
      params,
      inputs: d.inputs,
      outputs: d.outputs,
      expressions: d.expressions,
      code,
      ...(role ? { role } : {}),
      ...(d.form === undefined ? {} : { form: d.form }),
    });
  }
  checkOutputs(document, nodes, report);
  checkGuards(document, nodes, edges, report);
  return {
    document,
    problems,
    nodes,
    wires: wireFacts,
    order: order.flatMap((i) => document.nodes[i]?.id ?? []),
    values,
    outputAt(from) {
      const source = flat.source(from);
      return source && nodes.get(source.node)?.outputs[source.port];
    },
    wireAt: (index) => wireFacts[flat.origins.indexOf(index)],
  };
}

/** A problem of the flat graph as one of the given document: its wires, and inputs of subgraphs in place of the ports behind them. */
function inGiven(problem: GraphProblem, flat: FlatGraph): GraphProblem {
  if (problem.code === 'wire-missing' && problem.node !== undefined && problem.port !== undefined) {
    const input = flat.unwired.get(endKey({ node: problem.node, port: problem.port }));
    return input ? say.missingWire(input.node, input.port) : problem;
  }
  if (problem.wire === undefined) return problem;
  const { wire, ...rest } = problem;
  const origin = flat.origins[wire];
  return typeof origin === 'number' ? { ...rest, wire: origin } : { ...rest, node: rest.node ?? origin };
}

function checkNames(document: GraphDocument, report: (problem: GraphProblem) => void): void {
  const twice = (names: readonly string[]) => [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
  for (const id of twice(document.nodes.map((x) => x.id))) report(say.duplicateNode(id));
  for (const name of twice(document.outputs.map((x) => x.name)))
    report(say.duplicateOutput(name, document.outputs.find((o) => o.name === name)?.from.node ?? ''));
  for (const name of twice(document.roles.map((x) => x.name))) report(say.duplicateRole(name));
  for (const key of twice(document.parameters.map((x) => x.key))) report(say.duplicateParameter(key));
}

function readNode(
  document: GraphDocument,
  catalogue: BlockCatalogue,
  values: ParameterValues,
  index: number,
  report: (problem: GraphProblem) => void,
): { context: NodeContext; form?: string } | undefined {
  const node = document.nodes[index];
  if (!node) return undefined;
  const block = catalogue.block(node.block, node.version);
  if (!block) {
    const versions = catalogue.versions(node.block);
    report(
      versions.length > 0
        ? say.unknownVersion(node.id, node.block, node.version, versions)
        : say.unknownBlock(node.id, node.block, similar(node.block, catalogue.ids())),
    );
    return undefined;
  }
  const resolved = resolveParameters(node.params, values);
  for (const u of resolved.unknown) report(say.unknownParameter(node.id, u.path, u.key, Object.keys(values)));
  if (resolved.unknown.length > 0) return undefined;
  const parsed = parseParams(block, resolved.params);
  if (!parsed.ok) {
    for (const issue of parsed.issues) report(say.badParam(node.id, issue.path, issue.message));
    return undefined;
  }
  const { manifest } = block;
  const role = readRole(document, node.id, manifest, parsed.params, report);
  const form = manifest.source?.kind === 'form' ? String(parsed.params[manifest.source.form] ?? '') : undefined;
  const context: NodeContext = { node, manifest, params: parsed.params, ...(role ? { role } : {}), report };
  checkBindings(context);
  return { context, ...(form === undefined ? {} : { form }) };
}

function readRole(
  document: GraphDocument,
  node: string,
  manifest: BlockManifest,
  params: Readonly<Record<string, unknown>>,
  report: (problem: GraphProblem) => void,
): TagRole | undefined {
  let found: TagRole | undefined;
  for (const f of fieldsOf(manifest.params, params)) {
    if (f.field === 'unit' && typeof f.value === 'string' && f.value !== '') continue; // judged where the unit is used
    if (f.field !== 'role') continue;
    const role = document.roles.find((r) => r.name === f.value);
    if (!role)
      report(
        say.unknownRole(
          node,
          f.path,
          String(f.value),
          document.roles.map((r) => r.name),
        ),
      );
    else if (actsOnMachine(manifest) && !role.write) report(say.roleNotWritable(node, f.path, role.name));
    found ??= role;
  }
  return found;
}

function checkBindings({ node, manifest, params, report }: NodeContext): void {
  const inputs = Object.entries(manifest.inputs).flatMap(([port, p]) =>
    Object.keys(p.columns).flatMap((c) => [c, `${port}.${c}`]),
  );
  for (const column of Object.keys(node.bind ?? {}))
    if (!inputs.includes(column)) report(say.unknownBinding(node.id, column, inputs));
  const outputs = Object.values(manifest.outputs).flatMap((p) => [
    ...Object.keys(p.columns),
    ...(p.columnsFromRole ? ['value'] : []),
    ...listedColumns(params, p.columnsFrom).map((c) => c.name),
    ...Object.keys(p.otherwise ?? {}),
  ]);
  for (const column of Object.keys(node.as ?? {}))
    if (!outputs.includes(column)) report(say.unknownBinding(node.id, column, outputs));
}

interface End {
  readonly wire: number;
  readonly from: Draft;
  readonly fromPort: string;
  readonly to: Draft;
  readonly toPort: string;
}

function checkWires(
  document: GraphDocument,
  drafts: ReadonlyMap<string, Draft>,
  report: (problem: GraphProblem) => void,
): (End | undefined)[] {
  const ids = new Set(document.nodes.map((x) => x.id));
  return document.wires.map(({ from, to }, wire) => {
    for (const end of [from, to]) if (!ids.has(end.node)) report(say.unknownNode(end.node, { wire }));
    const a = drafts.get(from.node);
    const b = drafts.get(to.node);
    let good = true;
    if (a && !Object.hasOwn(a.context.manifest.outputs, from.port)) {
      report(say.unknownPort(from.node, from.port, 'output', Object.keys(a.context.manifest.outputs), { wire }));
      good = false;
    }
    if (b && !Object.hasOwn(b.context.manifest.inputs, to.port)) {
      report(say.unknownPort(to.node, to.port, 'input', Object.keys(b.context.manifest.inputs), { wire }));
      good = false;
    }
    return a && b && good ? { wire, from: a, fromPort: from.port, to: b, toPort: to.port } : undefined;
  });
}

/** Wires out of delaying blocks whose target leads back to the block. */
function backWires(n: number, edges: readonly (Edge & { wire: number })[], delays: ReadonlySet<number>): Set<number> {
  const back = new Set<number>();
  for (const e of edges) if (delays.has(e.from) && reachable(n, edges, [e.to])[e.from]) back.add(e.wire);
  return back;
}
function withoutCycles<E extends Edge>(edges: readonly E[], looping: readonly (readonly number[])[]): E[] {
  const inside = new Set(looping.flat());
  return edges.filter((e) => !(inside.has(e.from) && inside.has(e.to)));
}

function finishNode(
  draft: Draft,
  ends: readonly (End | undefined)[],
  wired: (node: string, port: string) => boolean,
  values: ParameterValues,
  options: CheckOptions,
  report: (problem: GraphProblem) => void,
): void {
  const { node, manifest, params } = draft.context;
  let whole = true;
  for (const port of Object.keys(manifest.inputs)) {
    if (manifest.optionalInputs.includes(port) || ends.some((e) => e?.to === draft && e.toPort === port)) continue;
    whole = false;
    // A wire from a node that is itself wrong is there; its own fault is told at its other end.
    if (!wired(node.id, port)) report(say.missingWire(node.id, port));
  }
  // a name on a wire that is not there would be a second sentence about the same fault
  if (!whole) return;
  for (const f of fieldsOf(manifest.params, params)) {
    if (f.field === 'expression' && typeof f.value === 'string') {
      const facts = checkExpression(node.id, f.path, f.value, manifest, draft.inputs, values, report);
      if (facts) draft.expressions.push(facts);
    }
    if (f.field === 'code' && typeof f.value === 'string' && options.checkCode) {
      const input = draft.inputs.in?.schema ?? { kind: 'stream', columns: {} };
      const outputs = Object.values(draft.outputs).flatMap((o) => Object.keys(o.names));
      for (const p of options.checkCode(f.value, { input, outputs }))
        report(say.codeProblem(node.id, f.path, p.code, p.message, p.line, p.column));
    }
  }
}

function checkOutputs(
  document: GraphDocument,
  nodes: ReadonlyMap<string, NodeFacts>,
  report: (problem: GraphProblem) => void,
): void {
  const ids = new Set(document.nodes.map((x) => x.id));
  for (const { from } of document.outputs) {
    if (!ids.has(from.node)) report(say.unknownNode(from.node, { node: from.node }));
    const node = nodes.get(from.node);
    if (node && !Object.hasOwn(node.manifest.outputs, from.port))
      report(say.unknownPort(from.node, from.port, 'output', Object.keys(node.manifest.outputs), {}));
  }
}

/** Ids that a person may have meant: the same last name, or the same group. */
function similar(id: string, ids: readonly string[]): string[] {
  const name = id.slice(id.indexOf('/') + 1);
  const [group, last] = [name.slice(0, name.indexOf('.')), name.slice(name.lastIndexOf('.') + 1)];
  const close = ids.filter((x) => x.endsWith(`.${last}`) || x.includes(last));
  return (close.length > 0 ? close : ids.filter((x) => x.includes(`/${group}.`))).slice(0, 5);
}

export { valueAt };
