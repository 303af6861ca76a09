import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { checkGraph } from '#runtime/graph/check.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { flatDocument } from '#runtime/graph/subgraph.ts';
import { TEMPLATES } from '../_palette/templates/templates.ts';
import { makeJudge } from '../_session/judge.ts';
import { neighbour } from '../_session/neighbour.ts';
import { alignNodes, distributeNodes } from './align.ts';
import { copyText, pasteFragment, readFragment } from './clipboard.ts';
import { emptyGraph, together } from './edit.ts';
import { addNote, changeNote, groupNodes, removeNotes, ungroupNodes } from './groups.ts';
import { moveNodes, removeNodes, setLabel, setParam } from './nodes.ts';
import { makeSubgraph, movePort, nameInput, setPartValue } from './part.ts';
import { inside, soundPath, subgraphAt, viewAt } from './scope.ts';
import { nameOutput } from './wires.ts';

/** signal → mean → high → alarm, with a parameter of the app and a named output. */
function sample(): GraphDocument {
  const part = TEMPLATES.find((one) => one.id === 'limit')?.part;
  if (!part) throw new Error('the template is there');
  return pasteFragment(emptyGraph(), part, { x: 0, y: 0 }).edit(emptyGraph());
}
const made = (document: GraphDocument, ids: readonly string[]) => {
  const part = makeSubgraph(document, ids, 'Watch');
  if (!part) throw new Error('there is something to make it of');
  return { document: part.edit(document), node: part.node };
};
const problems = (document: GraphDocument) => checkGraph(document, blockCatalogue()).problems;

describe('a subgraph of chosen blocks', () => {
  it('does what they did: the graph written out has the same blocks, settings and wires', () => {
    const before = sample();
    const ids = before.nodes.map((node) => node.id);
    fc.assert(
      fc.property(fc.subarray(ids, { minLength: 1 }), (chosen) => {
        const { document, node } = made(before, chosen);
        expect(graphDocument.safeParse(document).success).toBe(true);
        expect(problems(document)).toEqual([]);
        const short = (id: string) => id.replace(`${node}/`, '');
        const flat = flatDocument(document);
        const wires = (graph: GraphDocument) =>
          graph.wires.map(({ from, to }) => `${short(from.node)}.${from.port}>${short(to.node)}.${to.port}`).sort();
        expect(flat.nodes.map((one) => [short(one.id), one.block]).sort()).toEqual(
          before.nodes.map((one) => [one.id, one.block]).sort(),
        );
        expect(wires(flat)).toEqual(wires(before));
        expect(document.parameters).toEqual(before.parameters);
        expect(flat.outputs.map((output) => short(output.from.node))).toEqual(before.outputs.map((output) => output.from.node));
      }),
      { seed: 5, numRuns: 12 },
    );
  });

  it('is edited inside by the same edits, for all its uses at once, and judged by its place', () => {
    const { document, node } = made(sample(), ['mean', 'high']);
    const path = [node];
    const after = inside(path, together(setParam('mean', 'seconds', 300), setLabel('mean', 'Slow')))(document);
    expect(viewAt(after, path).nodes.find((one) => one.id === 'mean')).toMatchObject({ params: { seconds: 300 }, label: 'Slow' });
    expect(after.nodes).toBe(document.nodes);
    const facts = makeJudge(blockCatalogue())(after, path);
    expect(facts.schemaOf({ node: 'mean', port: 'out' })?.columns.mean?.unit).toBe('bar');
    expect(facts.refusal({ node: 'mean', port: 'out' }, { node: 'mean', port: 'in' })?.en).toContain('itself');
  });

  it('has ports that are named, led inside and put in order there', () => {
    const { document, node } = made(sample(), ['mean', 'high']);
    const path = [node];
    const inputs = (graph: GraphDocument) => subgraphAt(graph, path)?.part.inputs.map((input) => input.name);
    expect(inputs(document)).toEqual(['in']);
    let after = inside(path, nameOutput({ node: 'mean', port: 'spread' }, 'spread'))(document);
    const outputs = (graph: GraphDocument) => subgraphAt(graph, path)?.part.outputs.map((output) => output.name);
    const names = outputs(after) ?? [];
    expect(names.at(-1)).toBe('spread');
    after = inside(path, movePort('outputs', 'spread', -1))(after);
    expect(outputs(after)?.at(-2)).toBe('spread');
    after = inside(path, nameInput({ node: 'mean', port: 'in' }, 'pressure'))(after);
    expect(inputs(after)).toEqual(['pressure']);
    expect(inputs(inside(path, removeNodes(['mean']))(after))).toEqual(['pressure']);
  });

  it('takes values where it stands, and goes along with a copy', () => {
    const { document, node } = made(sample(), ['high']);
    const standing = document.nodes.find((one) => one.id === node);
    expect(standing?.params.values).toEqual({ highLimit: { $parameter: 'highLimit' } });
    const own = setPartValue(node, 'highLimit', 5)(document);
    expect(problems(own)).toEqual([]);
    expect(setPartValue(node, 'highLimit', undefined)(own).nodes.find((one) => one.id === node)?.params).not.toHaveProperty(
      'values',
    );
    const read = readFragment(copyText(own, [node]));
    if (!read.ok) throw new Error(read.reason.en);
    const shared = pasteFragment(own, read.part, { x: 0, y: 500 }).edit(own);
    expect(Object.keys(shared.subgraphs ?? {})).toHaveLength(1);
    const elsewhere = pasteFragment(emptyGraph(), read.part, { x: 0, y: 0 }).edit(emptyGraph());
    expect(Object.keys(elsewhere.subgraphs ?? {})).toHaveLength(1);
    const other = inside([node], setParam('high', 'hysteresis', 1))(own);
    expect(Object.keys(pasteFragment(other, read.part, { x: 0, y: 0 }).edit(other).subgraphs ?? {})).toHaveLength(2);
  });

  it('is left when it is gone', () => {
    const { document, node } = made(sample(), ['mean']);
    expect(soundPath(document, [node])).toEqual([node]);
    expect(soundPath(removeNodes([node])(document), [node])).toEqual([]);
  });
});

describe('groups and notes', () => {
  it('come, change and leave no trace', () => {
    const before = sample();
    const grouped = groupNodes(['mean', 'high'], 'Watch')(before);
    expect(grouped.groups).toEqual([{ id: 'group', title: 'Watch' }]);
    expect(problems(grouped)).toEqual([]);
    expect(ungroupNodes(['mean', 'high'])(grouped)).toEqual(before);
    expect(removeNodes(['mean', 'high'])(grouped)).not.toHaveProperty('groups');
    const noted = addNote({ text: '', position: { x: 3, y: 4 } })(before);
    expect(noted.notes).toEqual([{ id: 'note', text: '', position: { x: 0, y: 0 } }]);
    const written = changeNote('note', { text: '**a**' })(noted);
    expect(graphDocument.safeParse(written).success).toBe(true);
    expect(removeNotes(['note'])(written)).toEqual(before);
  });
});

describe('align and distribute', () => {
  const size = (id: string) => ({ width: 200, height: id === 'high' ? 120 : 72 });
  const ids = ['signal', 'mean', 'high'];
  const placed = moveNodes({ signal: { x: 0, y: 0 }, mean: { x: 300, y: 48 }, high: { x: 1008, y: 96 } })(sample());
  const at = (document: GraphDocument) => ids.map((id) => document.nodes.find((node) => node.id === id)?.position);
  it('brings edges onto one line', () => {
    expect(at(alignNodes(ids, 'top', size)(placed)).map((one) => one?.y)).toEqual([0, 0, 0]);
    expect(at(alignNodes(ids, 'bottom', size)(placed)).map((one) => one?.y)).toEqual([144, 144, 96]);
    expect(at(alignNodes(ids, 'right', size)(placed)).map((one) => one?.x)).toEqual([1008, 1008, 1008]);
    expect(alignNodes(['mean'], 'left', size)(placed)).toBe(placed);
  });
  it('gives equal room, the outermost where they are', () => {
    expect(at(distributeNodes(ids, 'x', size)(placed)).map((one) => one?.x)).toEqual([0, 504, 1008]);
    expect(distributeNodes(['mean', 'high'], 'x', size)(placed)).toBe(placed);
  });
});

it('the neighbour that way is more that way than aside', () => {
  const nodes = [
    { id: 'a', position: { x: 0, y: 0 } },
    { id: 'b', position: { x: 252, y: 24 } },
    { id: 'c', position: { x: 252, y: 300 } },
    { id: 'd', position: { x: 0, y: 156 } },
  ];
  expect(neighbour(nodes, 'a', [1, 0])).toBe('b');
  expect(neighbour(nodes, 'a', [0, 1])).toBe('d');
  expect(neighbour(nodes, 'a', [-1, 0])).toBeUndefined();
  expect(neighbour(nodes, undefined, [1, 0])).toBe('a');
});
