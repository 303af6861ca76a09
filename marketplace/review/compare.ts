import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { flatDocument } from '#runtime/graph/subgraph.ts';

/** What changed between two releases' graphs; places of nodes on the canvas are left out. */
export interface GraphChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly what: 'node' | 'wire' | 'role' | 'parameter' | 'output';
  readonly id: string;
  /** Block of a node, or the changed fields. */
  readonly detail: string;
}

/** `before` is null for a first release: then everything is new, which says nothing, and the list is empty. */
export function compareGraphs(before: string | null, after: string): GraphChange[] {
  if (before === null) return [];
  const [a, b] = [readGraph(before), readGraph(after)];
  return [
    ...compare(
      'node',
      byKey(a.nodes, (n) => n.id),
      byKey(b.nodes, (n) => n.id),
      (n) => n.block,
      ['position'],
    ),
    ...compare('wire', byKey(a.wires, wireId), byKey(b.wires, wireId), () => '', []),
    ...compare(
      'role',
      byKey(a.roles ?? [], (r) => r.name),
      byKey(b.roles ?? [], (r) => r.name),
      (r) => r.unit ?? r.type,
      [],
    ),
    ...compare(
      'parameter',
      byKey(a.parameters ?? [], (p) => p.key),
      byKey(b.parameters ?? [], (p) => p.key),
      (p) => p.type,
      [],
    ),
    ...compare(
      'output',
      byKey(a.outputs ?? [], (o) => o.name),
      byKey(b.outputs ?? [], (o) => o.name),
      () => '',
      [],
    ),
  ];
}

/** With its subgraphs written out: a change inside one shows at every place where it acts. */
function readGraph(text: string): GraphDocument {
  const raw = JSON.parse(text) as GraphDocument;
  return raw.subgraphs ? flatDocument(graphDocument.parse(raw)) : raw;
}

const wireId = (wire: GraphDocument['wires'][number]) => `${wire.from.node}.${wire.from.port} → ${wire.to.node}.${wire.to.port}`;
const byKey = <T>(list: readonly T[], key: (item: T) => string) => new Map(list.map((item) => [key(item), item]));

function compare<T extends object>(
  what: GraphChange['what'],
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  detail: (item: T) => string,
  ignore: readonly string[],
): GraphChange[] {
  const changes: GraphChange[] = [];
  for (const [id, item] of after) {
    const old = before.get(id);
    if (!old) changes.push({ kind: 'added', what, id, detail: detail(item) });
    else {
      const fields = changedFields(old, item).filter((field) => !ignore.includes(field));
      if (fields.length > 0) changes.push({ kind: 'changed', what, id, detail: fields.join(', ') });
    }
  }
  for (const [id, item] of before) if (!after.has(id)) changes.push({ kind: 'removed', what, id, detail: detail(item) });
  return changes;
}

/** Top-level fields that differ; of `params`, the single parameters. */
function changedFields(a: object, b: object): string[] {
  const fields: string[] = [];
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [x, y] = [Reflect.get(a, name) as unknown, Reflect.get(b, name) as unknown];
    if (JSON.stringify(x) === JSON.stringify(y)) continue;
    if (name === 'params' && typeof x === 'object' && typeof y === 'object' && x && y) fields.push(...changedFields(x, y));
    else fields.push(name);
  }
  return fields;
}
