import type { GraphDocument, Subgraph } from '#runtime/graph/document.ts';
import { SUBGRAPH } from '#runtime/graph/subgraph.ts';
import type { Edit } from './edit.ts';

/** The graph that is open on the canvas: the app's, or that of a subgraph, which has ports to the outside beside its outputs. */
export type GraphView = GraphDocument & { readonly inputs?: Subgraph['inputs'] };

/** Nodes that stand for subgraphs, from the outside in: `['mill', 'smooth']`. Empty = the app's own graph. */
export type ScopePath = readonly string[];

/** What comes before the id of a node of the open graph where the whole app is spoken of: `mill/smooth/`. */
export const prefixOf = (path: ScopePath): string => path.map((node) => `${node}/`).join('');

/** The subgraph that the last node of the path stands for; undefined when there is none (any more). */
export function subgraphAt(document: GraphDocument, path: ScopePath): { name: string; part: Subgraph } | undefined {
  let nodes = document.nodes;
  let found: { name: string; part: Subgraph } | undefined;
  for (const id of path) {
    const node = nodes.find((one) => one.id === id && one.block === SUBGRAPH);
    const name = typeof node?.params.graph === 'string' ? node.params.graph : undefined;
    const part = name === undefined || !Object.hasOwn(document.subgraphs ?? {}, name) ? undefined : document.subgraphs?.[name];
    if (name === undefined || part === undefined) return undefined;
    found = { name, part };
    nodes = part.nodes;
  }
  return found;
}

/** As much of the path as still leads somewhere. */
export function soundPath(document: GraphDocument, path: ScopePath): ScopePath {
  let good = path;
  while (good.length > 0 && !subgraphAt(document, good)) good = good.slice(0, -1);
  return good;
}

/**
 * A subgraph as a graph of its own, so that every edit serves inside too: its outputs are the named outputs, its parameters those of the app.
 * Roles and the other subgraphs are the app's.
 */
export function viewAt(document: GraphDocument, path: ScopePath): GraphView {
  const found = path.length > 0 ? subgraphAt(document, path) : undefined;
  if (!found) return document;
  const { part } = found;
  return {
    format: document.format,
    nodes: part.nodes,
    wires: part.wires,
    roles: document.roles,
    parameters: part.parameters,
    outputs: part.outputs,
    inputs: part.inputs,
    ...(document.subgraphs ? { subgraphs: document.subgraphs } : {}),
    ...(part.groups ? { groups: part.groups } : {}),
    ...(part.notes ? { notes: part.notes } : {}),
  };
}

/** The edit, made in the subgraph that the path leads to. All places where it is used change with it. */
export const inside =
  (path: ScopePath, edit: Edit): Edit =>
  (document) => {
    const found = path.length > 0 ? subgraphAt(document, path) : undefined;
    if (!found) return path.length === 0 ? edit(document) : document;
    const view = viewAt(document, path);
    const next: GraphView = edit(view);
    if (next === view) return document;
    const there = new Set(next.nodes.map((node) => node.id));
    const { groups: _groups, notes: _notes, ...old } = found.part;
    const part: Subgraph = {
      ...old,
      nodes: next.nodes,
      wires: next.wires,
      parameters: next.parameters,
      outputs: next.outputs.map(({ name, title, from }) => (title ? { name, title, from } : { name, from })),
      inputs: (next.inputs ?? []).map((input) => {
        const to = input.to.filter((end) => there.has(end.node));
        return to.length === input.to.length ? input : { ...input, to };
      }),
      ...(next.groups ? { groups: next.groups } : {}),
      ...(next.notes ? { notes: next.notes } : {}),
    };
    return { ...document, roles: next.roles, subgraphs: { ...next.subgraphs, [found.name]: part } };
  };
