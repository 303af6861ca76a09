import type { AppParameter, GraphDocument, GraphNode, GraphWire, Subgraph } from '#runtime/graph/document.ts';
import { SUBGRAPH, SUBGRAPH_VERSION } from '#runtime/graph/subgraph.ts';
import type { Edit } from './edit.ts';
import { withoutEmptyGroups } from './groups.ts';
import { freshName, identifierOf } from './names.ts';
import { nextNodeId } from './nodes.ts';
import { parameterOf } from './parameters.ts';
import type { GraphView } from './scope.ts';
import { type Endpoint, sameEnd } from './wires.ts';

export interface MadePart {
  readonly edit: Edit;
  /** The node that stands for the new subgraph. */
  readonly node: string;
}

/**
 * Makes a subgraph of nodes: wires that cross its border become ports, one input per source that came in and one output per port that goes out
 * or has a name. App parameters that the nodes refer to become parameters of the subgraph, given from the app's where it stands now.
 */
export function makeSubgraph(document: GraphDocument, ids: readonly string[], title: string): MadePart | undefined {
  const inner = document.nodes.filter((node) => ids.includes(node.id));
  if (inner.length === 0) return undefined;
  const name = freshName(identifierOf(title), Object.keys(document.subgraphs ?? {}));
  const node = nextNodeId(document, SUBGRAPH);
  const isIn = (end: Endpoint) => ids.includes(end.node);

  const inputs: Subgraph['inputs'][number][] = [];
  const sources: Endpoint[] = [];
  const outputs: Subgraph['outputs'][number][] = [];
  const outputOf = (from: Endpoint, wish: string): string => {
    const known = outputs.find((output) => sameEnd(output.from, from));
    if (known) return known.name;
    const port = freshName(
      wish,
      outputs.map((output) => output.name),
    );
    outputs.push({ name: port, from });
    return port;
  };
  const wires: GraphWire[] = [];
  for (const wire of document.wires) {
    const [from, to] = [isIn(wire.from), isIn(wire.to)];
    if (!from && !to) wires.push(wire);
    else if (from && !to) wires.push({ from: { node, port: outputOf(wire.from, wire.from.port) }, to: wire.to });
    else if (!from && to) {
      const at = sources.findIndex((source) => sameEnd(source, wire.from));
      const known = inputs[at];
      if (known) inputs[at] = { ...known, to: [...known.to, wire.to] };
      else {
        const port = freshName(
          wire.to.port,
          inputs.map((input) => input.name),
        );
        sources.push(wire.from);
        inputs.push({ name: port, to: [wire.to] });
        wires.push({ from: wire.from, to: { node, port } });
      }
    }
  }
  const named = document.outputs.map((output) =>
    isIn(output.from) ? { ...output, from: { node, port: outputOf(output.from, output.name) } } : output,
  );
  const used = new Set<string>();
  for (const one of inner) collectParameters(one.params, used);
  const parameters = document.parameters.filter((parameter) => used.has(parameter.key));

  const [left, top] = [Math.min(...inner.map((one) => one.position.x)), Math.min(...inner.map((one) => one.position.y))];
  const middle = Math.max(...inner.map((one) => one.position.y)) / 2 + top / 2;
  const group = inner.every((one) => one.group === inner[0]?.group) ? inner[0]?.group : undefined;
  const part: Subgraph = {
    title: { en: title, zh: title },
    inputs,
    outputs,
    parameters,
    nodes: inner.map(({ group: _group, ...one }) => ({
      ...one,
      position: { x: one.position.x - left, y: one.position.y - top },
    })),
    wires: document.wires.filter((wire) => isIn(wire.from) && isIn(wire.to)),
  };
  const stand: GraphNode = {
    id: node,
    block: SUBGRAPH,
    version: SUBGRAPH_VERSION,
    params: {
      graph: name,
      ...(parameters.length > 0 ? { values: Object.fromEntries(parameters.map(({ key }) => [key, { $parameter: key }])) } : {}),
    },
    position: { x: left, y: middle },
    ...(group === undefined ? {} : { group }),
  };
  return {
    node,
    edit: (current) =>
      withoutEmptyGroups({
        ...current,
        nodes: [...current.nodes.filter((one) => !ids.includes(one.id)), stand],
        wires,
        outputs: named,
        subgraphs: { ...current.subgraphs, [name]: part },
      }),
  };
}

function collectParameters(value: unknown, into: Set<string>): void {
  const key = parameterOf(value);
  if (key !== undefined) into.add(key);
  else if (Array.isArray(value)) for (const item of value) collectParameters(item, into);
  else if (value !== null && typeof value === 'object') for (const item of Object.values(value)) collectParameters(item, into);
}

/** Another node that stands for a subgraph of the document. */
export const subgraphNode = (name: string) => ({ block: SUBGRAPH, version: SUBGRAPH_VERSION, params: { graph: name } });

/** Sets what a use of a subgraph gives one of its parameters; `undefined` = the parameter's default. */
export const setPartValue =
  (node: string, key: string, value: unknown): Edit =>
  (document) => ({
    ...document,
    nodes: document.nodes.map((one) => {
      if (one.id !== node) return one;
      const { [key]: _old, ...others } = (one.params.values ?? {}) as Record<string, unknown>;
      const values = value === undefined ? others : { ...others, [key]: value };
      const { values: _values, ...params } = one.params;
      return { ...one, params: Object.keys(values).length > 0 ? { ...params, values } : params };
    }),
  });

/** Inside a subgraph: leads an input of it to a port, under a new name or one that is there; an empty name takes the port off its input. */
export const nameInput =
  (to: Endpoint, name: string): Edit =>
  (document: GraphView) => {
    const inputs = (document.inputs ?? [])
      .map((input) => ({ ...input, to: input.to.filter((end) => !sameEnd(end, to)) }))
      .filter((input) => input.to.length > 0 || input.name === name);
    const known = inputs.some((input) => input.name === name);
    const next =
      name === ''
        ? inputs
        : known
          ? inputs.map((input) => (input.name === name ? { ...input, to: [...input.to, to] } : input))
          : [...inputs, { name, to: [to] }];
    return { ...document, inputs: next } as GraphDocument;
  };

/** Inside a subgraph: another order of its ports, which is the order on the node. */
export const movePort =
  (side: 'inputs' | 'outputs', name: string, by: -1 | 1): Edit =>
  (document: GraphView) => {
    const list = [...(document[side] ?? [])] as { name: string }[];
    const at = list.findIndex((port) => port.name === name);
    const to = at + by;
    const [moved, other] = [list[at], list[to]];
    if (!moved || !other) return document;
    list[at] = other;
    list[to] = moved;
    return { ...document, [side]: list } as GraphDocument;
  };

export const setPartTitle =
  (name: string, title: { en: string; zh: string }): Edit =>
  (document) => {
    const part = document.subgraphs?.[name];
    return part ? { ...document, subgraphs: { ...document.subgraphs, [name]: { ...part, title } } } : document;
  };

/** Where parameters of a subgraph are set: the names that its uses may give. */
export const partParameters = (document: GraphDocument, node: GraphNode): readonly AppParameter[] => {
  const name = node.params.graph;
  return (
    (typeof name === 'string' && Object.hasOwn(document.subgraphs ?? {}, name) && document.subgraphs?.[name]?.parameters) || []
  );
};
