import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyGraph, together } from '../_edits/edit.ts';
import { addNode, moveNodes, removeNodes, setParam } from '../_edits/nodes.ts';
import { connect } from '../_edits/wires.ts';
import { compareDrafts, compareLines, overlay } from './difference.ts';

const block = (name: string) => ({ block: `millwright/${name}`, version: '1.0.0', position: { x: 0, y: 0 } });
const graph = together(
  addNode(block('source.tag'), 'a'),
  addNode(block('series.window'), 'b'),
  addNode(block('series.compare'), 'c'),
  connect({ node: 'a', port: 'out' }, { node: 'b', port: 'in' }),
)(emptyGraph());
const was = { graph, screens: [] };

describe('compareDrafts', () => {
  it('names things that were added, removed and changed, and leaves layout out', () => {
    const is = together(
      setParam('b', 'seconds', 60),
      removeNodes(['c']),
      addNode({ ...block('alarm.raise'), params: { priority: 1 } }, 'd'),
      connect({ node: 'b', port: 'out' }, { node: 'd', port: 'in' }),
      moveNodes({ a: { x: 240, y: 0 } }),
    )(graph);
    const { differences, moved } = compareDrafts(was, { graph: is, screens: [] });
    expect(moved).toBe(1);
    expect(differences.map(({ kind, name, change }) => [kind, name, change])).toEqual([
      ['node', 'c', 'removed'],
      ['node', 'b', 'changed'],
      ['node', 'd', 'added'],
      ['wire', 'b.out>d.in', 'added'],
    ]);
    expect(differences[1]?.fields).toEqual([{ field: 'params.seconds', was: undefined, is: 60 }]);
    expect(differences[2]?.fields).toContainEqual({ field: 'params.priority', was: undefined, is: 1 });
    const picture = overlay(graph, is, differences);
    expect(picture.nodes.map(({ node, mark }) => [node.id, mark])).toEqual([
      ['a', undefined],
      ['b', 'changed'],
      ['d', 'added'],
      ['c', 'removed'],
    ]);
  });
});

describe('compareLines', () => {
  it('keeps what is common', () => {
    expect(compareLines('a\nb\nc', 'a\nx\nc').map(({ mark, text }) => mark + text)).toEqual([' a', '-b', '+x', ' c']);
    expect(compareLines('', 'a')).toEqual([{ mark: '+', text: 'a' }]);
  });
  it('gives both texts back, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (one, other) => {
        const lines = compareLines(one, other);
        const without = (mark: string) => lines.filter((line) => line.mark !== mark).map((line) => line.text);
        expect(without('+').join('\n')).toBe(one);
        expect(without('-').join('\n')).toBe(other);
      }),
    );
  });
});
