import { type Change, changesBetween } from '#runtime/graph/changes.ts';
import type { GraphDocument, GraphNode } from '#runtime/graph/document.ts';
import { type Draft, isFields, wireName } from '#runtime/graph/draft.ts';

export type DifferenceKind = 'node' | 'wire' | 'role' | 'parameter' | 'output' | 'subgraph' | 'screen';
export interface FieldDifference {
  /** Below the thing: `params.seconds`; empty = the thing itself. */
  readonly field: string;
  readonly was: unknown;
  readonly is: unknown;
}
/** One thing that differs between two versions. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly fields: readonly FieldDifference[];
}
export interface Compared {
  readonly differences: readonly Difference[];
  /** Nodes that only lie elsewhere, and frames and notes that differ: they say nothing to the program. */
  readonly moved: number;
}

const KINDS: Readonly<Record<string, DifferenceKind>> = {
  nodes: 'node',
  wires: 'wire',
  roles: 'role',
  parameters: 'parameter',
  outputs: 'output',
  subgraphs: 'subgraph',
};
const ORDER: readonly DifferenceKind[] = ['node', 'wire', 'role', 'parameter', 'output', 'subgraph', 'screen'];

/** What differs between two versions in the eyes of an engineer, thing by thing; layout is counted and left out. */
export function compareDrafts(was: Draft, is: Draft): Compared {
  const found = new Map<string, { kind: DifferenceKind; name: string; fields: FieldDifference[] }>();
  const moved = new Set<string>();
  for (const one of changesBetween(was, is)) {
    const place = placeOf(one);
    if (!place) {
      moved.add(one.at.slice(0, 3).join('/'));
      continue;
    }
    const { kind, name, field } = place;
    const entry = found.get(`${kind}/${name}`) ?? { kind, name, fields: [] };
    found.set(`${kind}/${name}`, entry);
    entry.fields.push({ field, was: one.was, is: one.to });
  }
  const differences = [...found.values()].map(({ kind, name, fields }): Difference => {
    const whole = fields.find((one) => one.field === '');
    if (!whole || (whole.was !== undefined && whole.is !== undefined)) return { kind, name, change: 'changed', fields };
    const change = whole.was === undefined ? 'added' : 'removed';
    return { kind, name, change, fields: partsOf(whole.was ?? whole.is, change) };
  });
  differences.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  return { differences, moved: moved.size };
}

function placeOf({ at, order }: Change): { kind: DifferenceKind; name: string; field: string } | undefined {
  const [root = '', list = '', name = '', ...rest] = at;
  if (order) return undefined;
  if (root === 'screens') return { kind: 'screen', name: list, field: [name, ...rest].filter(Boolean).join('.') };
  const kind = KINDS[list];
  if (!kind || rest.includes('position') || rest[0] === 'group' || rest[0] === 'groups' || rest[0] === 'notes') {
    // A node's own notes are words about it and are shown; notes that lie on the canvas are not.
    return kind === 'node' && rest[0] === 'notes' ? { kind, name, field: 'notes' } : undefined;
  }
  return { kind, name, field: rest.join('.') };
}

/** A thing that is new or gone, property by property. */
function partsOf(thing: unknown, change: 'added' | 'removed'): FieldDifference[] {
  if (!isFields(thing)) return [];
  const open = Object.entries(thing).flatMap(([key, value]) =>
    key === 'params' && isFields(value)
      ? Object.entries(value).map(([name, inner]) => [`params.${name}`, inner] as const)
      : [[key, value] as const],
  );
  return open
    .filter(([key]) => !['id', 'position', 'group'].includes(key))
    .map(([field, value]) => (change === 'added' ? { field, was: undefined, is: value } : { field, was: value, is: undefined }));
}

export type Mark = 'added' | 'removed' | 'changed' | undefined;
export interface ComparedGraph {
  readonly nodes: readonly { readonly node: GraphNode; readonly mark: Mark }[];
  readonly wires: readonly { readonly wire: GraphDocument['wires'][number]; readonly mark: Mark }[];
}

/** Both graphs in one picture: what is gone stands where it stood. */
export function overlay(was: GraphDocument, is: GraphDocument, differences: readonly Difference[]): ComparedGraph {
  const changed = new Set(differences.flatMap((one) => (one.kind === 'node' && one.change === 'changed' ? [one.name] : [])));
  const [old, now] = [new Set(was.nodes.map((node) => node.id)), new Set(is.nodes.map((node) => node.id))];
  const [oldWires, nowWires] = [new Set(was.wires.map(wireName)), new Set(is.wires.map(wireName))];
  return {
    nodes: [
      ...is.nodes.map((node) => ({
        node,
        mark: !old.has(node.id) ? ('added' as const) : changed.has(node.id) ? ('changed' as const) : undefined,
      })),
      ...was.nodes.filter((node) => !now.has(node.id)).map((node) => ({ node, mark: 'removed' as const })),
    ],
    wires: [
      ...is.wires.map((wire) => ({ wire, mark: oldWires.has(wireName(wire)) ? undefined : ('added' as const) })),
      ...was.wires.filter((wire) => !nowWires.has(wireName(wire))).map((wire) => ({ wire, mark: 'removed' as const })),
    ],
  };
}

export interface DifferentLine {
  readonly mark: ' ' | '+' | '-';
  readonly text: string;
}
/** Beyond that many pairs of lines a text is shown as taken out and put in whole. */
const MOST_PAIRS = 4_000_000;

/** Two texts line by line: the longest common lines stay. */
export function compareLines(was: string, is: string): DifferentLine[] {
  const [a, b] = [was.split('\n'), is.split('\n')];
  if (was === '' || is === '' || a.length * b.length > MOST_PAIRS)
    return [
      ...(was === '' ? [] : a.map((text) => ({ mark: '-' as const, text }))),
      ...(is === '' ? [] : b.map((text) => ({ mark: '+' as const, text }))),
    ];
  // length[i][j]: common lines of a from i and b from j
  const width = b.length + 1;
  const length = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => length[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: DifferentLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ mark: ' ', text: a[i] ?? '' });
      i++;
      j++;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) lines.push({ mark: '-', text: a[i++] ?? '' });
    else lines.push({ mark: '+', text: b[j++] ?? '' });
  }
  return lines;
}
