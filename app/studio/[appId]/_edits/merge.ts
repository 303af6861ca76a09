import type { GraphDocument, GraphWire } from '#runtime/graph/document.ts';
import {
  DRAFT,
  type Draft,
  entriesOf,
  fromEntries,
  isOpen,
  type Shape,
  sameValue,
  shapeAt,
  wireName,
} from '#runtime/graph/draft.ts';
import { separate } from './separate.ts';

/** What both sides changed in different ways, and what the other side made of it. The own change was kept, or what one of them had removed. */
export interface Collision {
  readonly at: readonly string[];
  readonly mine?: unknown;
  readonly theirs?: unknown;
}
export interface Merged {
  readonly draft: Draft;
  readonly collisions: readonly Collision[];
  /** Own new nodes that got another name, because the other side gave theirs to a new node too: former -> new. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Three-way merge: someone else's `theirs` came to the server while `mine` grew from `base`. Nothing of either side is lost without being
 * reported. What only one side changed is taken; of what both changed the own change stays and is named; what one side removed and the other
 * changed is kept, with its wires, and named.
 */
export function mergeDrafts(base: Draft, mine: Draft, theirs: Draft): Merged {
  const collisions: Collision[] = [];
  const { graph: own, renamed } = separate(base.graph, mine.graph, theirs.graph);
  const merged = merge(DRAFT, base, { ...mine, graph: own }, theirs, [], collisions) as Draft;
  return { draft: { ...merged, graph: soundGraph(merged.graph, base.graph, own, theirs.graph) }, collisions, renamed };
}

function merge(
  shape: Shape,
  base: unknown,
  mine: unknown,
  theirs: unknown,
  at: readonly string[],
  collisions: Collision[],
): unknown {
  if (sameValue(mine, theirs) || sameValue(mine, base)) return theirs;
  if (sameValue(theirs, base)) return mine;
  if (isOpen(shape, mine) && isOpen(shape, theirs)) {
    const [was, my, their] = [entriesOf(shape, base), entriesOf(shape, mine), entriesOf(shape, theirs)];
    const result = new Map<string, unknown>();
    for (const key of orderOf(shape, base, mine, theirs)) {
      const value = merge(shapeAt(shape, key), was.get(key), my.get(key), their.get(key), [...at, key], collisions);
      if (value !== undefined) result.set(key, value);
    }
    return fromEntries(shape, result);
  }
  collisions.push({ at, ...(mine === undefined ? {} : { mine }), ...(theirs === undefined ? {} : { theirs }) });
  return mine === undefined ? theirs : mine;
}

/** Names in the order of the side that put them in another one; what the other side has more comes last. */
function orderOf(shape: Exclude<Shape, 'value'>, base: unknown, mine: unknown, theirs: unknown): ReadonlySet<string> {
  const [was, my, their] = [base, mine, theirs].map((value) => [...entriesOf(shape, value).keys()]) as [
    string[],
    string[],
    string[],
  ];
  const left = (names: readonly string[], others: readonly string[]) => names.filter((name) => others.includes(name));
  const moved = 'list' in shape && !sameValue(left(my, was), left(was, my));
  return new Set(moved ? [...my, ...their] : [...their, ...my]);
}

/** Wires end at nodes that are there, and a node that was kept against its removal has the wires that it had. */
function soundGraph(merged: GraphDocument, base: GraphDocument, mine: GraphDocument, theirs: GraphDocument): GraphDocument {
  const there = idsOf(merged);
  const [was, my, their] = [idsOf(base), idsOf(mine), idsOf(theirs)];
  const kept = new Set([...there].filter((id) => was.has(id) && !(my.has(id) && their.has(id))));
  const holds = (id: string) => there.has(id.split('/')[0] ?? '');
  const back = <T>(of: (graph: GraphDocument) => readonly T[], name: (item: T) => string, ends: (item: T) => string[]): T[] => {
    const present = new Map(of(merged).map((item) => [name(item), item]));
    if (kept.size > 0) {
      const other = [...of(mine), ...of(theirs)];
      const before = new Set(of(base).map(name));
      for (const item of other)
        if (!present.has(name(item)) && before.has(name(item)) && ends(item).some((id) => kept.has(id)))
          present.set(name(item), item);
    }
    return [...present.values()].filter((item) => ends(item).every(holds));
  };
  const wires = back<GraphWire>(
    (graph) => graph.wires,
    wireName,
    (wire) => [wire.from.node, wire.to.node],
  );
  const outputs = back<GraphDocument['outputs'][number]>(
    (graph) => graph.outputs,
    (output) => output.name,
    (output) => [output.from.node],
  );
  const sound = withoutRivals(wires, new Set(base.wires.map(wireName)), new Set(mine.wires.map(wireName)));
  const same = sameValue(sound, merged.wires) && sameValue(outputs, merged.outputs);
  return same ? merged : { ...merged, wires: sound, outputs };
}
const idsOf = (graph: GraphDocument): ReadonlySet<string> => new Set(graph.nodes.map((node) => node.id));

/** Of two different new wires into one port the own one stays. */
function withoutRivals(wires: readonly GraphWire[], base: ReadonlySet<string>, own: ReadonlySet<string>): GraphWire[] {
  const port = (wire: GraphWire) => `${wire.to.node}.${wire.to.port}`;
  const drawn = new Set(wires.filter((wire) => own.has(wireName(wire)) && !base.has(wireName(wire))).map(port));
  return wires.filter((wire) => own.has(wireName(wire)) || base.has(wireName(wire)) || !drawn.has(port(wire)));
}
