import type { GraphDocument, GraphNode, Subgraph } from '#runtime/graph/document.ts';

/** The document with every node changed, those of its subgraphs too, apart from subgraphs that are left out. What stays the same is the same object. */
export function everyNode(
  document: GraphDocument,
  change: (node: GraphNode) => GraphNode,
  leave: (subgraph: Subgraph) => boolean = () => false,
): GraphDocument {
  const nodes = document.nodes.map(change);
  if (!document.subgraphs) return { ...document, nodes };
  const subgraphs = Object.fromEntries(
    Object.entries(document.subgraphs).map(([name, part]) => [
      name,
      leave(part) ? part : { ...part, nodes: part.nodes.map(change) },
    ]),
  );
  return { ...document, nodes, subgraphs };
}

/** The node with every `{ "$parameter": key }` in its settings, however deep, replaced. */
export function withReference(node: GraphNode, key: string, by: unknown): GraphNode {
  let found = false;
  const go = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(go);
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value);
    if (entries.length === 1 && entries[0]?.[0] === '$parameter' && entries[0][1] === key) {
      found = true;
      return by;
    }
    return Object.fromEntries(entries.map(([name, inner]) => [name, go(inner)]));
  };
  const params = go(node.params) as GraphNode['params'];
  return found ? { ...node, params } : node;
}
