import type { GraphCheck } from '#runtime/graph/check.ts';
import type { GraphDocument } from '#runtime/graph/document.ts';
import type { InputFacts, NodeFacts, WireFacts } from '#runtime/graph/facts.ts';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import { POSITION } from './plan.ts';

/**
 * A part of a checked graph as a graph of its own: what a change makes necessary to compute again, and no more.
 *
 *     const check = checkApp(document, catalogue);
 *     const again = downstreamOf(check, changedNodes(before, check));
 *     const made = await buildProgram(document, cutAt(check, again), { catalogue, positions: true });
 *
 * The cut is made in what the check found out, not in the document: guards, units and names stay judged as in the whole graph. Node ids, and with
 * them random numbers and state, stay. `evaluate.ts` does all of this and keeps the rows.
 */

/** A port whose rows are computed already: the cut graph has a source of this name, with the rows of that port. */
export const cutName = (from: { readonly node: string; readonly port: string }): string => `${from.node}.${from.port}`;

/**
 * The nodes of `keep` alone. A wire that enters them from elsewhere comes from a source called `cutName(wire.from)`, of the wire's schema; what leaves
 * each port of them is an output, named so too. With all nodes it is the whole graph, all its wires watched.
 */
export function cutAt(check: GraphCheck, keep: ReadonlySet<string>): GraphCheck {
  const nodes = new Map<string, NodeFacts>();
  const wires: WireFacts[] = [];
  const placeOf = new Map<number, number>();
  for (const [index, facts] of check.wires.entries()) {
    if (!facts || !keep.has(facts.wire.to.node)) continue;
    const { from, to } = facts.wire;
    const source = check.nodes.get(from.node);
    if (!source || !check.nodes.has(to.node)) continue;
    placeOf.set(index, wires.length);
    if (keep.has(from.node)) wires.push(facts);
    else {
      const name = cutName(from);
      if (!nodes.has(name)) nodes.set(name, sourceOf(name, source, from.port, nodes.size));
      wires.push({ ...facts, wire: { from: { node: name, port: 'out' }, to } });
    }
  }
  for (const id of check.order) {
    const facts = keep.has(id) ? check.nodes.get(id) : undefined;
    if (!facts) continue;
    const inputs = Object.entries(facts.inputs).map(([port, input]): [string, InputFacts] => [
      port,
      { ...input, wires: input.wires.flatMap((w) => placeOf.get(w) ?? []) },
    ]);
    nodes.set(id, { ...facts, index: nodes.size, inputs: Object.fromEntries(inputs) });
  }
  const document: GraphDocument = {
    ...check.document,
    nodes: [...nodes.values()].map((facts) => facts.node),
    wires: wires.map((facts) => facts.wire),
    outputs: [...nodes.values()].flatMap(({ node, outputs }) =>
      keep.has(node.id)
        ? Object.keys(outputs).map((port) => ({ name: cutName({ node: node.id, port }), from: { node: node.id, port } }))
        : [],
    ),
  };
  return {
    ...check,
    document,
    nodes,
    wires,
    order: [...nodes.keys()],
    outputAt: (from) => nodes.get(from.node)?.outputs[from.port],
    wireAt: (index) => wires[index],
  };
}

function sourceOf(id: string, { outputs }: NodeFacts, port: string, index: number): NodeFacts {
  const output = outputs[port];
  if (!output) throw new Error(`no port ${port} at ${id}`);
  const words = { en: id, zh: id };
  const manifest: BlockManifest = {
    id: 'millwright/source.cut',
    version: '1.0.0',
    title: words,
    summary: words,
    icon: '',
    params: {},
    shape: 'source',
    inputs: {},
    outputs: { out: { kind: output.schema.kind, columns: {} } },
    optionalInputs: [],
    delays: false,
    state: {},
    stateScope: 'key',
    stateVersion: 1,
    carry: 'none',
    badQuality: 'propagate',
    capabilities: [],
  };
  const node = { id, block: manifest.id, version: manifest.version, params: {}, position: { x: 0, y: 0 } };
  return {
    index,
    node,
    manifest,
    params: {},
    inputs: {},
    outputs: {
      out: {
        ...output,
        schema: { ...output.schema, columns: { ...output.schema.columns, [POSITION]: { type: 'time' } } },
        carried: [],
      },
    },
    expressions: [],
    code: [],
  };
}

/** These nodes and all that gets rows from them, or values through a delay. */
export function downstreamOf(check: GraphCheck, changed: Iterable<string>): Set<string> {
  const next = new Map<string, string[]>();
  for (const facts of check.wires) {
    if (!facts) continue;
    const { from, to } = facts.wire;
    const list = next.get(from.node);
    if (list) list.push(to.node);
    else next.set(from.node, [to.node]);
  }
  const reached = new Set<string>();
  const open = [...changed].filter((id) => check.nodes.has(id));
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    open.push(...(next.get(id) ?? []));
  }
  return reached;
}

/** Nodes of `after` that `before` has not, or has otherwise: another block, other parameters, code or wires, other columns or units on them. */
export function changedNodes(before: GraphCheck, after: GraphCheck): Set<string> {
  const was = new Map([...before.nodes].map(([id, facts]) => [id, toldApart(before, facts)]));
  return new Set([...after.nodes].flatMap(([id, facts]) => (was.get(id) === toldApart(after, facts) ? [] : [id])));
}

/** Everything about a node that its rows depend on, the rows that enter it apart. Where it stands and what it is called is not among it. */
function toldApart(
  check: GraphCheck,
  { node, manifest, params, inputs, outputs, expressions, code, role, form }: NodeFacts,
): string {
  const from = Object.entries(inputs).map(([port, { wires, schema, columns }]) => [
    port,
    wires.map((w) => [check.wires[w]?.wire.from, check.wires[w]?.merge, check.wires[w]?.back]),
    schema,
    columns,
  ]);
  return JSON.stringify(
    [manifest.id, manifest.version, params, node.bind, node.as, from, outputs, expressions, code, role, form],
    (_key, value) =>
      // a schema that another order of keys describes is the same only to people: columns have their places
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}
