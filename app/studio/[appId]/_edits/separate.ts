import type { GraphDocument } from '#runtime/graph/document.ts';
import { sameValue } from '#runtime/graph/draft.ts';
import { SUBGRAPH } from '#runtime/graph/subgraph.ts';
import { freshName } from './names.ts';

export interface Separated {
  readonly graph: GraphDocument;
  /** Own nodes that go by another name now: former -> new. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Two people each added a node (or a subgraph), and both were given the same name: they are two things, so the own one gets another. */
export function separate(base: GraphDocument, mine: GraphDocument, theirs: GraphDocument): Separated {
  const renamed = clashes(byId(base), byId(mine), byId(theirs));
  const parts = clashes(partsOf(base), partsOf(mine), partsOf(theirs));
  if (renamed.size === 0 && parts.size === 0) return { graph: mine, renamed };
  const now = (id: string) => renamed.get(id) ?? id;
  const end = <T extends { readonly node: string }>(from: T): T => {
    const [outer = '', ...inner] = from.node.split('/');
    return { ...from, node: [now(outer), ...inner].join('/') };
  };
  const graph: GraphDocument = {
    ...mine,
    nodes: mine.nodes.map((node) => {
      const part = node.block === SUBGRAPH && typeof node.params.graph === 'string' ? parts.get(node.params.graph) : undefined;
      const params = part === undefined ? node.params : { ...node.params, graph: part };
      return renamed.has(node.id) || part !== undefined ? { ...node, id: now(node.id), params } : node;
    }),
    wires: mine.wires.map((wire) => ({ from: end(wire.from), to: end(wire.to) })),
    outputs: mine.outputs.map((output) => ({ ...output, from: end(output.from) })),
    ...(mine.subgraphs
      ? { subgraphs: Object.fromEntries(Object.entries(mine.subgraphs).map(([name, part]) => [parts.get(name) ?? name, part])) }
      : {}),
  };
  return { graph, renamed };
}

type Named = ReadonlyMap<string, unknown>;
const byId = (graph: GraphDocument): Named => new Map(graph.nodes.map((node) => [node.id, node]));
const partsOf = (graph: GraphDocument): Named => new Map(Object.entries(graph.subgraphs ?? {}));

function clashes(base: Named, mine: Named, theirs: Named): Map<string, string> {
  const taken = new Set([...base.keys(), ...mine.keys(), ...theirs.keys()]);
  const renamed = new Map<string, string>();
  for (const [name, own] of mine) {
    if (base.has(name) || !theirs.has(name) || sameValue(own, theirs.get(name))) continue;
    const free = freshName(name.replace(/\d+$/, ''), taken);
    taken.add(free);
    renamed.set(name, free);
  }
  return renamed;
}
