import { expect, it } from 'vitest';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { emptyGraph, together } from '../_edits/edit.ts';
import { addNote } from '../_edits/groups.ts';
import { addNode, moveNodes, setNotes, setParam } from '../_edits/nodes.ts';
import { connect } from '../_edits/wires.ts';
import { makeJudge } from './judge.ts';

it('judges anew what changes the meaning, and only that', () => {
  const judge = makeJudge(blockCatalogue());
  const document = together(
    addNode({ block: 'millwright/source.tag', version: '1.0.0', position: { x: 0, y: 0 } }),
    addNode({ block: 'millwright/series.window', version: '1.0.0', position: { x: 252, y: 0 } }),
  )(emptyGraph());
  const facts = judge(document);
  const moved = together(moveNodes({ window: { x: 504, y: 60 } }), setNotes('window', 'a'))(document);
  expect(judge(moved)).toBe(facts);
  expect(judge(addNote({ text: 'b', position: { x: 0, y: 0 } })(moved))).toBe(facts);
  expect(judge(setParam('window', 'seconds', 9)(moved))).not.toBe(facts);
  const wired = connect({ node: 'tag', port: 'out' }, { node: 'window', port: 'in' })(moved);
  expect(judge(wired).problems).not.toEqual(facts.problems);
});
