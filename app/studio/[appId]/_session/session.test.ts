import { describe, expect, it } from 'vitest';
import type { GraphDocument } from '#runtime/graph/document.ts';
import type { Draft } from '#runtime/graph/draft.ts';
import { emptyGraph, together } from '../_edits/edit.ts';
import { addNode, moveNodes, removeNodes, setParam } from '../_edits/nodes.ts';
import { connect } from '../_edits/wires.ts';
import type { GraphFacts } from './facts.ts';
import { type ShownRun, StudioSession, staleNodes } from './session.ts';

const block = (name: string) => ({ block: `millwright/${name}`, version: '1.0.0', position: { x: 0, y: 0 } });
const graph: GraphDocument = together(
  addNode(block('source.tag'), 'a'),
  addNode(block('series.window'), 'b'),
  addNode(block('series.compare'), 'c'),
  addNode(block('source.tag'), 'd'),
  connect({ node: 'a', port: 'out' }, { node: 'b', port: 'in' }),
  connect({ node: 'b', port: 'out' }, { node: 'c', port: 'in' }),
)(emptyGraph());
const facts: GraphFacts = {
  problems: [],
  manifest: () => undefined,
  schemaOf: () => undefined,
  ownColumns: () => [],
  conversionsOf: () => [],
  wire: () => (document) => document,
  refusal: () => undefined,
};
// Only the graph of a run matters here.
const ran = { id: 'r', kind: 'test', graph } as ShownRun;

describe('staleNodes', () => {
  it('marks the changed node and all behind it, with the cause', () => {
    expect(staleNodes(ran, setParam('b', 'seconds', 5)(graph))).toEqual(
      new Map([
        ['b', ['b']],
        ['c', ['b']],
      ]),
    );
  });
  it('does not mind moving', () => {
    expect(staleNodes(ran, moveNodes({ b: { x: 120, y: 0 } })(graph)).size).toBe(0);
  });
  it('marks what a new wire or a missing one reaches', () => {
    expect([...staleNodes(ran, connect({ node: 'd', port: 'out' }, { node: 'c', port: 'x' })(graph)).keys()]).toEqual(['c']);
    expect([...staleNodes(ran, removeNodes(['a'])(graph)).keys()]).toEqual(['b', 'c']);
  });
});

describe('StudioSession', () => {
  it('judges and saves what an edit made, and forgets what is gone', () => {
    const saved: Draft[] = [];
    let judged = 0;
    const session = new StudioSession(graph, () => {
      judged++;
      return facts;
    });
    session.onEdit = (draft) => saved.push(draft);
    session.select(['b', 'c']);
    session.edit(removeNodes(['b']));
    expect(session.get().selection.nodes).toEqual(['c']);
    session.undo();
    session.edit((document) => document);
    expect(saved.map((draft) => draft.graph.nodes.length)).toEqual([3, 4]);
    expect(judged).toBe(3);
  });
});
