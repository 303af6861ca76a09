import { describe, expect, it } from 'vitest';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { arrange } from './arrange.ts';
import { copyText, pasteFragment, readFragment } from './clipboard.ts';
import { emptyGraph, together } from './edit.ts';
import { applyEdit, redo, startHistory, undo } from './history.ts';
import { freshName, identifierOf } from './names.ts';
import { addNode, moveNodes, nextNodeId, removeNodes, setAs, setBind, setLabel, setParam } from './nodes.ts';
import { liftParameter, parameterFor, putParameter, removeParameter, unlinkParameter } from './parameters.ts';
import { putRole } from './roles.ts';
import { connect, disconnect, downstreamOf, nameOutput, wireKey } from './wires.ts';

const readPart = (text: string) => {
  const read = readFragment(text);
  return read.ok ? read.part : undefined;
};
const block = (name: string) => ({ block: `millwright/${name}`, version: '1.0.0', position: { x: 0, y: 0 } });

function sample(): GraphDocument {
  return together(
    putRole({
      name: 'pressure',
      title: { en: 'Pressure', zh: '压力' },
      type: 'number',
      unit: 'bar',
      optional: false,
      write: false,
    }),
    addNode({ ...block('source.tag'), params: { role: 'pressure' } }),
    addNode(block('series.window')),
    addNode(block('series.compare')),
    connect({ node: 'tag', port: 'out' }, { node: 'window', port: 'in' }),
    connect({ node: 'window', port: 'out' }, { node: 'compare', port: 'in' }),
    nameOutput({ node: 'window', port: 'out' }, 'mean'),
  )(emptyGraph());
}

describe('names', () => {
  it('makes an identifier of whatever a person or a block is called', () => {
    expect(identifierOf('millwright/series.window')).toBe('window');
    expect(identifierOf('Header pressure')).toBe('headerPressure');
    expect(identifierOf('压力')).toBe('n');
    expect(freshName('a', ['a', 'a2'])).toBe('a3');
  });
});

describe('nodes and wires', () => {
  it('gives a document that the schema accepts', () => {
    expect(graphDocument.safeParse(sample()).success).toBe(true);
  });

  it('never gives an id twice', () => {
    const two = addNode(block('source.tag'))(sample());
    expect(two.nodes.map((node) => node.id)).toEqual(['tag', 'window', 'compare', 'tag2']);
    expect(nextNodeId(two, 'millwright/source.tag')).toBe('tag3');
  });

  it('replaces the wire that an input already had', () => {
    const before = addNode(block('source.tag'))(sample());
    const after = connect({ node: 'tag2', port: 'out' }, { node: 'window', port: 'in' })(before);
    expect(after.wires.map(wireKey)).toEqual(['window.out>compare.in', 'tag2.out>window.in']);
  });

  it('takes wires and named outputs away with a node', () => {
    const after = removeNodes(['window'])(sample());
    expect(after.nodes.map((node) => node.id)).toEqual(['tag', 'compare']);
    expect(after.wires).toEqual([]);
    expect(after.outputs).toEqual([]);
  });

  it('gives the same document back when nothing changes', () => {
    const document = setLabel('tag', 'P')(sample());
    for (const edit of [
      setLabel('tag', 'P'),
      setParam('tag', 'role', 'pressure'),
      setBind('tag', 'value', 'value'),
      moveNodes({ tag: { x: 0, y: 0 } }),
      disconnect(['a.b>c.d']),
      removeNodes(['nobody']),
      nameOutput({ node: 'window', port: 'out' }, 'mean'),
    ]) {
      expect(edit(document)).toBe(document);
    }
  });

  it('forgets a parameter, binding or column name that is cleared', () => {
    let document = together(
      setParam('window', 'seconds', 60),
      setBind('window', 'value', 'load'),
      setAs('window', 'mean', 'p'),
    )(sample());
    expect(document.nodes[1]).toMatchObject({ params: { seconds: 60 }, bind: { value: 'load' }, as: { mean: 'p' } });
    document = together(
      setParam('window', 'seconds', undefined),
      setBind('window', 'value', ''),
      setAs('window', 'mean', 'mean'),
    )(document);
    expect(document.nodes[1]).toEqual(sample().nodes[1]);
  });

  it('snaps positions to the grid', () => {
    expect(moveNodes({ tag: { x: 13.7, y: 5 } })(sample()).nodes[0]?.position).toEqual({ x: 12, y: 0 });
  });

  it('keeps output names unique', () => {
    const document = nameOutput({ node: 'compare', port: 'out' }, 'mean')(sample());
    expect(document.outputs.map((output) => output.name)).toEqual(['mean', 'mean2']);
  });

  it('knows what lies downstream, also around a cycle', () => {
    const document = connect({ node: 'compare', port: 'out' }, { node: 'tag', port: 'x' })(sample());
    expect([...downstreamOf(document, ['window'])].sort()).toEqual(['compare', 'tag', 'window']);
  });
});

describe('roles and parameters', () => {
  it('renames a role in every node that reads it', () => {
    const role = sample().roles[0];
    if (!role) throw new Error('the sample has a role');
    const document = putRole({ ...role, name: 'pressure.header' }, 'pressure')(sample());
    expect(document.roles.map((entry) => entry.name)).toEqual(['pressure.header']);
    expect(document.nodes[0]?.params.role).toBe('pressure.header');
  });

  it('renames an app parameter in every reference', () => {
    const limit = { key: 'limit', title: { en: 'Limit', zh: '限值' }, type: 'number' as const, default: 7 };
    let document = together(putParameter(limit), setParam('compare', 'limit', { $parameter: 'limit' }))(sample());
    document = putParameter({ ...limit, key: 'highLimit' }, 'limit')(document);
    expect(document.nodes[2]?.params.limit).toEqual({ $parameter: 'highLimit' });
  });

  it('makes a setting of a node one of the app, and gives the value back', () => {
    const schema = { type: 'number', default: 5 };
    const meta = { title: { en: 'High limit', zh: '上限' }, unit: 'bar' };
    const wanted = parameterFor(sample(), 'high', schema, meta, 7.5);
    expect(wanted).toEqual({ key: 'high', title: meta.title, type: 'number', unit: 'bar', default: 7.5 });
    if (!wanted) throw new Error('a number can be lifted');
    const lifted = liftParameter('compare', 'high', wanted)(sample());
    expect(lifted.nodes[2]?.params.high).toEqual({ $parameter: 'high' });
    expect(parameterFor(lifted, 'high', schema, meta, undefined)).toMatchObject({ key: 'high2', default: 5 });
    expect(unlinkParameter('compare', 'high')(lifted).nodes[2]?.params.high).toBe(7.5);
    const without = removeParameter('high')(lifted);
    expect([without.parameters, without.nodes[2]?.params.high]).toEqual([[], 7.5]);
    expect(graphDocument.safeParse(lifted).success).toBe(true);
    expect(
      parameterFor(sample(), 'expression', { type: 'string', 'x-millwright': { field: 'expression' } }, {}, 'a'),
    ).toBeUndefined();
  });
});

describe('undo', () => {
  it('goes back and forth, and typing into one field is one step', () => {
    let history = startHistory(sample());
    for (const label of ['P', 'Pr', 'Pre']) history = applyEdit(history, setLabel('tag', label), 'label:tag');
    history = applyEdit(history, removeNodes(['compare']));
    expect(history.past).toHaveLength(2);
    history = undo(undo(history));
    expect(history.now).toEqual(sample());
    history = redo(history);
    expect(history.now.nodes[0]?.label).toBe('Pre');
    expect(applyEdit(history, setLabel('tag', 'x')).future).toEqual([]);
  });
});

it('a label in two languages is changed in one, and gone when both are empty', () => {
  const named = { ...sample(), nodes: sample().nodes.map((node) => ({ ...node, label: { en: 'Pressure', zh: '压力' } })) };
  const renamed = setLabel('tag', '总管压力', 'zh')(named);
  expect(renamed.nodes[0]?.label).toEqual({ en: 'Pressure', zh: '总管压力' });
  expect(setLabel('tag', '', 'en')(setLabel('tag', '', 'zh')(renamed)).nodes[0]?.label).toBeUndefined();
  expect(graphDocument.safeParse(renamed).success).toBe(true);
});

describe('copy and paste', () => {
  it('survives the way through text, with fresh ids and only inner wires', () => {
    const part = readPart(copyText(sample(), ['tag', 'window']));
    if (!part) throw new Error('the copied text must read back');
    const paste = pasteFragment(sample(), part, { x: 120, y: 240 });
    const document = paste.edit(sample());
    expect(paste.ids).toEqual(['tag2', 'window2']);
    expect(document.wires.map(wireKey)).toContain('tag2.out>window2.in');
    expect(document.wires).toHaveLength(3);
    expect(document.roles).toHaveLength(1);
    expect(document.outputs.map((output) => output.name)).toEqual(['mean', 'mean2']);
    expect(graphDocument.safeParse(document).success).toBe(true);
  });

  it('brings a role along into an app that does not have it', () => {
    const part = readPart(copyText(sample(), ['tag']));
    if (!part) throw new Error('the copied text must read back');
    expect(
      pasteFragment(emptyGraph(), part, { x: 0, y: 0 })
        .edit(emptyGraph())
        .roles.map((role) => role.name),
    ).toEqual(['pressure']);
  });

  it('brings the app parameters along that its nodes refer to', () => {
    const limit = { key: 'limit', title: { en: 'Limit', zh: '限值' }, type: 'number' as const, default: 7 };
    const other = { ...limit, key: 'other' };
    const source = together(
      putParameter(limit),
      putParameter(other),
      setParam('compare', 'limit', { $parameter: 'limit' }),
    )(sample());
    const part = readPart(copyText(source, ['compare']));
    if (!part) throw new Error('the copied text must read back');
    const pasted = pasteFragment(emptyGraph(), part, { x: 0, y: 0 }).edit(emptyGraph());
    expect(pasted.parameters.map((one) => one.key)).toEqual(['limit']);
  });

  it('leaves any other text alone', () => {
    for (const text of ['hello', '{"nodes":[]}', '[]', '{"millwright":"graph-part","format":2}', '{"format":7,"nodes":[]}'])
      expect(readFragment(text).ok, text).toBe(false);
    const whole = readFragment(JSON.stringify(sample()));
    expect(whole.ok && whole.part.nodes).toHaveLength(3);
  });
});

describe('arrange', () => {
  it('puts every node right of what feeds it, without overlap in a column', () => {
    const wide = together(
      addNode(block('source.tag')),
      connect({ node: 'tag2', port: 'out' }, { node: 'compare', port: 'b' }),
    )(sample());
    const document = arrange(() => 100)(wide);
    const at = new Map(document.nodes.map((node) => [node.id, node.position]));
    for (const wire of document.wires) expect(at.get(wire.from.node)?.x).toBeLessThan(at.get(wire.to.node)?.x ?? 0);
    for (const a of document.nodes)
      for (const b of document.nodes)
        if (a.id < b.id && a.position.x === b.position.x)
          expect(Math.abs(a.position.y - b.position.y)).toBeGreaterThanOrEqual(100);
  });
});
