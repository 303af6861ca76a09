import type { GraphDocument, GraphNode } from '#runtime/graph/document.ts';
import { wireKey } from './wires.ts';

/** What both sides changed in different ways; the own change was kept. */
export interface Collision {
  readonly what: 'node' | 'wire' | 'role' | 'parameter' | 'output' | 'subgraph';
  readonly name: string;
}
export interface Merged {
  readonly document: GraphDocument;
  readonly collisions: readonly Collision[];
}

/**
 * Three-way merge by element: someone else saved `theirs` while `mine` grew from `base`. Nothing of either side is lost without
 * being reported: what only one side changed is taken; of the same property, the own change stays and is named; what one side
 * removed and the other changed is kept.
 */
export function mergeGraphs(base: GraphDocument, mine: GraphDocument, theirs: GraphDocument): Merged {
  const collisions: Collision[] = [];
  const list = <T>(
    what: Collision['what'],
    key: (item: T) => string,
    of: (document: GraphDocument) => readonly T[],
    both: (base: T | undefined, mine: T, theirs: T) => { value: T; clash: boolean } = (_base, own) => ({
      value: own,
      clash: true,
    }),
  ): T[] => mergeLists(of(base), of(mine), of(theirs), key, both, (name) => collisions.push({ what, name }));

  const nodes = list(
    'node',
    (node) => node.id,
    (document) => document.nodes,
    mergeNode,
  );
  const ids = new Set(nodes.map((node) => node.id));
  // Of two different new wires into one port the own one stays.
  const wires = withoutRivals(
    list('wire', wireKey, (document) => document.wires).filter((wire) => ids.has(wire.from.node) && ids.has(wire.to.node)),
    new Set(base.wires.map(wireKey)),
    new Set(mine.wires.map(wireKey)),
  );
  const document: GraphDocument = {
    ...theirs,
    nodes,
    wires,
    roles: list(
      'role',
      (role) => role.name,
      (document) => document.roles,
    ),
    parameters: list(
      'parameter',
      (parameter) => parameter.key,
      (document) => document.parameters,
    ),
    outputs: list<GraphDocument['outputs'][number]>(
      'output',
      (output) => output.name,
      (document) => document.outputs,
    ).filter((output) => ids.has(output.from.node.split('/')[0] ?? '')),
    ...mergeSubgraphs(base.subgraphs, mine.subgraphs, theirs.subgraphs, (name) => collisions.push({ what: 'subgraph', name })),
  };
  return { document, collisions };
}

type Subgraphs = GraphDocument['subgraphs'];

/** A subgraph is merged as a whole. */
function mergeSubgraphs(
  base: Subgraphs = {},
  mine: Subgraphs = {},
  theirs: Subgraphs = {},
  clash: (name: string) => void,
): Pick<GraphDocument, 'subgraphs'> {
  const entries = (graphs: NonNullable<Subgraphs>) => Object.entries(graphs).map(([name, graph]) => ({ name, graph }));
  const merged = mergeLists(
    entries(base),
    entries(mine),
    entries(theirs),
    (entry) => entry.name,
    (_base, own) => ({ value: own, clash: true }),
    clash,
  );
  return merged.length > 0 ? { subgraphs: Object.fromEntries(merged.map(({ name, graph }) => [name, graph])) } : {};
}

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function mergeLists<T>(
  base: readonly T[],
  mine: readonly T[],
  theirs: readonly T[],
  key: (item: T) => string,
  both: (base: T | undefined, mine: T, theirs: T) => { value: T; clash: boolean },
  clash: (name: string) => void,
): T[] {
  const [old, own, other] = [base, mine, theirs].map((items) => new Map(items.map((item) => [key(item), item]))) as [
    Map<string, T>,
    Map<string, T>,
    Map<string, T>,
  ];
  const result: T[] = [];
  for (const name of new Set([...other.keys(), ...own.keys()])) {
    const [was, my, their] = [old.get(name), own.get(name), other.get(name)];
    if (my !== undefined && their !== undefined) {
      if (equal(my, their) || equal(my, was)) result.push(their);
      else if (equal(their, was)) result.push(my);
      else {
        const merged = both(was, my, their);
        if (merged.clash) clash(name);
        result.push(merged.value);
      }
    } else if (my !== undefined) {
      // They removed it: gone when I left it alone, kept and named when I changed it.
      if (was === undefined) result.push(my);
      else if (!equal(my, was)) {
        clash(name);
        result.push(my);
      }
    } else if (their !== undefined) {
      if (was === undefined) result.push(their);
      else if (!equal(their, was)) {
        clash(name);
        result.push(their);
      }
    }
  }
  return result;
}

/** Field by field, parameters one by one: two people may work on one node. */
function mergeNode(base: GraphNode | undefined, mine: GraphNode, theirs: GraphNode): { value: GraphNode; clash: boolean } {
  let clash = false;
  const pick = (was: unknown, my: unknown, their: unknown): unknown => {
    if (equal(my, was)) return their;
    if (!equal(their, was) && !equal(my, their)) clash = true;
    return my;
  };
  const fields = (was: object, my: object, their: object): Record<string, unknown> => {
    const read = (item: object, name: string): unknown => Object.getOwnPropertyDescriptor(item, name)?.value;
    const names = new Set([...Object.keys(their), ...Object.keys(my)]);
    return Object.fromEntries(
      [...names]
        .map((name) => [name, pick(read(was, name), read(my, name), read(their, name))] as const)
        .filter(([, value]) => value !== undefined),
    );
  };
  const { params: baseParams = {}, ...baseRest } = base ?? { params: {} };
  const { params: myParams, ...myRest } = mine;
  const { params: theirParams, ...theirRest } = theirs;
  const params = fields(baseParams, myParams, theirParams);
  // Both sides' fields are those of a node; the pick only chooses between them.
  const value = { ...(fields(baseRest, myRest, theirRest) as unknown as Omit<GraphNode, 'params'>), params };
  return { value, clash };
}

function withoutRivals(
  wires: GraphDocument['wires'],
  base: ReadonlySet<string>,
  own: ReadonlySet<string>,
): GraphDocument['wires'] {
  const port = (wire: GraphDocument['wires'][number]) => `${wire.to.node}.${wire.to.port}`;
  const drawn = new Set(wires.filter((wire) => own.has(wireKey(wire)) && !base.has(wireKey(wire))).map(port));
  return wires.filter((wire) => own.has(wireKey(wire)) || base.has(wireKey(wire)) || !drawn.has(port(wire)));
}
