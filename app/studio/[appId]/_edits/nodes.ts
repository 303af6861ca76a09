import type { GraphDocument, GraphNode, NodeTest } from '#runtime/graph/document.ts';
import { type Edit, snap } from './edit.ts';
import { withoutEmptyGroups } from './groups.ts';
import { freshName } from './names.ts';

export interface NewNode {
  readonly block: string;
  readonly version: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly position: { readonly x: number; readonly y: number };
  readonly label?: string;
}

/** The id that `addNode` will give; ask before, so that a wire can be drawn to it in the same step. */
export const nextNodeId = (document: GraphDocument, block: string): string =>
  freshName(
    block,
    document.nodes.map((node) => node.id),
  );

export const addNode =
  (node: NewNode, id?: string): Edit =>
  (document) => ({
    ...document,
    nodes: [
      ...document.nodes,
      {
        id: id ?? nextNodeId(document, node.block),
        block: node.block,
        version: node.version,
        params: { ...node.params },
        position: { x: snap(node.position.x), y: snap(node.position.y) },
        ...(node.label ? { label: node.label } : {}),
      },
    ],
  });

const changeNode =
  (id: string, change: (node: GraphNode) => GraphNode): Edit =>
  (document) => {
    let changed = false;
    const nodes = document.nodes.map((node) => {
      if (node.id !== id) return node;
      const next = change(node);
      changed ||= next !== node;
      return next;
    });
    return changed ? { ...document, nodes } : document;
  };

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Sets a parameter; `undefined` takes it away, so that the block's default holds again. */
export const setParam = (id: string, name: string, value: unknown): Edit =>
  changeNode(id, (node) => {
    if (same(node.params[name], value)) return node;
    const { [name]: _old, ...rest } = node.params;
    return { ...node, params: value === undefined ? rest : { ...node.params, [name]: value } };
  });

/** Another version of its block; parameters stay as they are, the check says which of them it does not take. */
export const setVersion = (id: string, version: string): Edit =>
  changeNode(id, (node) => (node.version === version ? node : { ...node, version }));

/** One text for both languages, until the label has two: then that of `language`. None in any language takes the label away. */
export const setLabel = (id: string, text: string, language: 'en' | 'zh' = 'en'): Edit =>
  changeNode(id, (node) => {
    const { label, ...rest } = node;
    const next = typeof label === 'object' ? { ...label, [language]: text } : text;
    if (same(label ?? '', next)) return node;
    const empty = typeof next === 'string' ? next === '' : next.en === '' && next.zh === '';
    return empty ? rest : { ...rest, label: next };
  });

export const setNotes = (id: string, notes: string): Edit =>
  changeNode(id, (node) => {
    if ((node.notes ?? '') === notes) return node;
    const { notes: _old, ...rest } = node;
    return notes === '' ? rest : { ...rest, notes };
  });

/** Records for the node's code with what it must give; none takes them away. */
export const setTests = (id: string, tests: readonly NodeTest[]): Edit =>
  changeNode(id, (node) => {
    if (same(node.tests ?? [], tests)) return node;
    const { tests: _before, ...rest } = node;
    return tests.length === 0 ? rest : { ...rest, tests: [...tests] };
  });

/** Which column of the wire the block's logical column reads; the same name or none clears the entry. */
export const setBind = (id: string, logical: string, column: string | undefined): Edit =>
  changeNode(id, (node) => withEntry(node, 'bind', logical, column));

/** Under which name an output column leaves the node. */
export const setAs = (id: string, column: string, name: string | undefined): Edit =>
  changeNode(id, (node) => withEntry(node, 'as', column, name));

function withEntry(node: GraphNode, field: 'bind' | 'as', key: string, value: string | undefined): GraphNode {
  const wanted = value === undefined || value === '' || value === key ? undefined : value;
  if (node[field]?.[key] === wanted) return node;
  const { [field]: entries = {}, ...rest } = node;
  const { [key]: _old, ...others } = entries;
  const next = wanted === undefined ? others : { ...others, [key]: wanted };
  return Object.keys(next).length === 0 ? rest : { ...rest, [field]: next };
}

export const moveNodes =
  (positions: Readonly<Record<string, { readonly x: number; readonly y: number }>>): Edit =>
  (document) => {
    let changed = false;
    const nodes = document.nodes.map((node) => {
      const to = positions[node.id];
      if (!to) return node;
      const position = { x: snap(to.x), y: snap(to.y) };
      if (position.x === node.position.x && position.y === node.position.y) return node;
      changed = true;
      return { ...node, position };
    });
    return changed ? { ...document, nodes } : document;
  };

export const nudgeNodes =
  (ids: readonly string[], dx: number, dy: number): Edit =>
  (document) =>
    moveNodes(
      Object.fromEntries(
        document.nodes
          .filter((node) => ids.includes(node.id))
          .map((node) => [node.id, { x: node.position.x + dx, y: node.position.y + dy }]),
      ),
    )(document);

/** Takes nodes away with their wires and the named outputs that came from them. */
export const removeNodes =
  (ids: readonly string[]): Edit =>
  (document) => {
    const gone = new Set(ids);
    if (!document.nodes.some((node) => gone.has(node.id))) return document;
    return withoutEmptyGroups({
      ...document,
      nodes: document.nodes.filter((node) => !gone.has(node.id)),
      wires: document.wires.filter((wire) => !gone.has(wire.from.node) && !gone.has(wire.to.node)),
      outputs: document.outputs.filter((output) => !gone.has(output.from.node)),
    });
  };
