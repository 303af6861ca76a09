import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphDocument } from '#runtime/graph/document.ts';
import { type Edit, emptyGraph, together } from './edit.ts';
import { mergeDrafts } from './merge.ts';
import { addNode, moveNodes, removeNodes, setLabel, setParam } from './nodes.ts';
import { connect, disconnect, wireKey } from './wires.ts';

const mergeGraphs = (from: GraphDocument, mine: GraphDocument, theirs: GraphDocument) => {
  const { draft, collisions } = mergeDrafts(
    { graph: from, screens: [] },
    { graph: mine, screens: [] },
    { graph: theirs, screens: [] },
  );
  return { document: draft.graph, collisions: collisions.map(({ at }) => at.slice(1).join('.')) };
};
const block = (name: string) => ({ block: `millwright/${name}`, version: '1.0.0', position: { x: 0, y: 0 } });
const base: GraphDocument = together(
  addNode(block('source.tag'), 'a'),
  addNode(block('series.window'), 'b'),
  addNode(block('series.compare'), 'c'),
  connect({ node: 'a', port: 'out' }, { node: 'b', port: 'in' }),
)(emptyGraph());

/** Order of a list says nothing in a graph. */
const sorted = (document: GraphDocument) => ({
  nodes: [...document.nodes].sort((x, y) => x.id.localeCompare(y.id)),
  wires: document.wires.map(wireKey).sort(),
});

const node = fc.constantFrom('a', 'b', 'c', 'd');
const port = fc.constantFrom('in', 'x');
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ id: node, x: fc.integer({ min: -9, max: 9 }) }).map(({ id, x }) => moveNodes({ [id]: { x: x * 12, y: 0 } })),
  fc.record({ id: node, value: fc.integer() }).map(({ id, value }) => setParam(id, 'p', value)),
  fc.record({ id: node, label: fc.string({ maxLength: 3 }) }).map(({ id, label }) => setLabel(id, label)),
  node.map((id) => removeNodes([id])),
  fc.record({ from: node, to: node, into: port }).map(
    ({ from, to, into }): Edit =>
      (document) => {
        const ids = document.nodes.map((entry) => entry.id);
        return ids.includes(from) && ids.includes(to)
          ? connect({ node: from, port: 'out' }, { node: to, port: into })(document)
          : document;
      },
  ),
  fc.constant(disconnect(['a.out>b.in'])),
);
const edits = fc.array(edit, { maxLength: 8 }).map((list) => together(...list));

describe('mergeGraphs', () => {
  it('takes the only changed side whole', () => {
    fc.assert(
      fc.property(edits, (change) => {
        const changed = change(base);
        expect(sorted(mergeGraphs(base, changed, base).document)).toEqual(sorted(changed));
        expect(sorted(mergeGraphs(base, base, changed).document)).toEqual(sorted(changed));
        expect(mergeGraphs(base, changed, changed).collisions).toEqual([]);
      }),
    );
  });

  it('always gives a graph whose wires end at nodes that are there, one per input', () => {
    fc.assert(
      fc.property(edits, edits, (one, other) => {
        const { document } = mergeGraphs(base, one(base), other(base));
        const ids = document.nodes.map((entry) => entry.id);
        const inputs = document.wires.map((wire) => `${wire.to.node}.${wire.to.port}`);
        for (const wire of document.wires) expect(ids).toEqual(expect.arrayContaining([wire.from.node, wire.to.node]));
        expect(new Set(inputs).size).toBe(inputs.length);
      }),
    );
  });

  it('joins different properties of one node without a word', () => {
    const merged = mergeGraphs(base, setParam('b', 'seconds', 60)(base), setLabel('b', 'Mean')(base));
    expect(merged.collisions).toEqual([]);
    expect(merged.document.nodes.find((entry) => entry.id === 'b')).toMatchObject({ label: 'Mean', params: { seconds: 60 } });
  });

  it('keeps the own value of a property that both changed, and says so', () => {
    const merged = mergeGraphs(base, setParam('b', 'seconds', 60)(base), setParam('b', 'seconds', 5)(base));
    expect(merged.document.nodes.find((entry) => entry.id === 'b')?.params.seconds).toBe(60);
    expect(merged.collisions).toEqual(['nodes.b.params.seconds']);
  });

  it('keeps a node that one side removed and the other changed, and says so', () => {
    const merged = mergeGraphs(base, removeNodes(['b'])(base), setParam('b', 'seconds', 5)(base));
    expect(merged.document.nodes.map((entry) => entry.id)).toContain('b');
    expect(merged.document.wires.map(wireKey)).toEqual(['a.out>b.in']);
    expect(merged.collisions).toEqual(['nodes.b']);
  });
});

it('subgraphs of both sides are kept; one that both changed is the own, and named', () => {
  const part = (title: string) => ({
    title: { en: title, zh: title },
    inputs: [],
    outputs: [],
    parameters: [],
    nodes: [],
    wires: [],
  });
  const from = { ...base, subgraphs: { a: part('a') } };
  const { document, collisions } = mergeGraphs(
    from,
    { ...from, subgraphs: { a: part('mine'), b: part('b') } },
    { ...from, subgraphs: { a: part('theirs'), c: part('c') } },
  );
  expect(
    Object.entries(document.subgraphs ?? {})
      .map(([name, graph]) => [name, graph.title?.en])
      .sort(),
  ).toEqual([
    ['a', 'mine'],
    ['b', 'b'],
    ['c', 'c'],
  ]);
  expect(collisions).toEqual(['subgraphs.a.title']);
  expect(mergeGraphs(base, base, base).document).not.toHaveProperty('subgraphs');
});
