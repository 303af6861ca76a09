import { describe, expect, test } from 'vitest';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { checkGraph } from './check.ts';
import { type GraphDocumentInput, graphDocument } from './document.ts';
import { flatDocument, MOST_NODES, SUBGRAPH, subgraphManifest } from './subgraph.ts';

const catalogue = blockCatalogue();
type Part = NonNullable<GraphDocumentInput['subgraphs']>[string];
const node = (id: string, block: string, params: Record<string, unknown> = {}) => ({
  id,
  block: `millwright/${block}`,
  version: catalogue.versions(`millwright/${block}`)[0] ?? '1.0.0',
  params,
});
const use = (id: string, graph: string, more: Record<string, unknown> = {}) => ({
  id,
  block: SUBGRAPH,
  version: '1.0.0',
  params: { graph, ...more },
});
const wire = (text: string) => {
  const end = (at = '') => ({ node: at.split('.')[0] ?? '', port: at.split('.')[1] ?? '' });
  return { from: end(text.split('>')[0]), to: end(text.split('>')[1]) };
};
const smoothing: Part = {
  inputs: [{ name: 'x', to: [{ node: 'e', port: 'in' }] }],
  outputs: [{ name: 'y', from: { node: 'e', port: 'out' } }],
  parameters: [{ key: 'weight', title: { en: 'Weight', zh: '权重' }, type: 'number', range: [0, 1], default: 0.2 }],
  nodes: [node('e', 'series.ewma', { alpha: { $parameter: 'weight' } })],
  wires: [],
};
const part = (nodes: Part['nodes']): Part => ({ nodes, wires: [] });
const TAG = node('t', 'source.tag', { role: 'pressure' });
const graph = (
  nodes: GraphDocumentInput['nodes'],
  wires: string[],
  subgraphs: Record<string, Part>,
  more: Partial<GraphDocumentInput> = {},
) =>
  graphDocument.parse({
    format: 1,
    nodes,
    wires: wires.map(wire),
    roles: [{ name: 'pressure', title: { en: 'Pressure', zh: '压力' }, unit: 'bar' }],
    subgraphs,
    ...more,
  });
const check = (...args: Parameters<typeof graph>) => checkGraph(graph(...args), catalogue);

test('ports of the node are those of the subgraph; schemas, problems and facts go through it', () => {
  const c = check(
    [TAG, use('s', 'smooth')],
    ['t.out>s.x'],
    { smooth: smoothing },
    {
      outputs: [{ name: 'o', from: { node: 's', port: 'y' } }],
    },
  );
  expect(c.problems).toEqual([]);
  expect([...c.nodes.keys()]).toEqual(['t', 's/e']);
  expect(c.outputAt({ node: 's', port: 'y' })?.schema.columns.value).toEqual({ type: 'number', unit: 'bar' });
  expect(c.wireAt(0)?.wire.to).toEqual({ node: 's/e', port: 'in' });
  expect(c.nodes.get('s/e')?.params.alpha).toBe(0.2);
  expect(c.document.outputs[0]?.from).toEqual({ node: 's/e', port: 'out' });
});

test('a graph without subgraphs is judged as it is, and its document keeps its bytes', () => {
  const { subgraphs: _, ...plain } = graph([TAG], [], {});
  expect(flatDocument(plain)).toBe(plain);
  expect(Object.keys(graphDocument.parse({ format: 1, nodes: [], wires: [] }))).not.toContain('subgraphs');
});

test('labels say where a node is; what the app sets stays its own', () => {
  const labelled = { ...use('s', 'smooth', { values: { weight: { $parameter: 'w' } } }), label: { en: 'Mill', zh: '磨机' } };
  const flat = flatDocument(
    graph(
      [TAG, labelled],
      ['t.out>s.x'],
      { smooth: smoothing },
      {
        parameters: [{ key: 'w', title: { en: 'w', zh: 'w' }, type: 'number', default: 0.3 }],
      },
    ),
  );
  expect(flat.nodes[1]).toMatchObject({
    id: 's/e',
    label: { en: 'Mill / e', zh: '磨机 / e' },
    params: { alpha: { $parameter: 'w' } },
  });
});

test('a screen is told the ports', () => {
  const document = graph([TAG, use('s', 'smooth')], [], { smooth: { ...smoothing, title: { en: 'Smooth', zh: '平滑' } } });
  expect(subgraphManifest(document, document.nodes[1] as (typeof document.nodes)[number])).toMatchObject({
    title: { en: 'Smooth', zh: '平滑' },
    inputs: { x: { kind: 'stream' } },
    outputs: { y: { kind: 'stream' } },
  });
});

describe('each fault has its code, its place and a sentence in both languages', () => {
  const wired = ['t.out>s.x'];
  const inside = (more: Partial<Part>): Record<string, Part> => ({ smooth: { ...smoothing, ...more } });
  const cases: [string, Parameters<typeof graph>, string, object, RegExp][] = [
    [
      'unknown subgraph',
      [[TAG, use('s', 'smoth')], wired, inside({})],
      'subgraph-unknown',
      { node: 's', param: 'graph' },
      /no subgraph 'smoth' \(it has smooth\)/,
    ],
    [
      'itself',
      [[TAG, use('s', 'a')], [], { a: part([use('in', 'b')]), b: part([use('out', 'a')]) }],
      'subgraph-cycle',
      { node: 's/in/out' },
      /a → b → a/,
    ],
    [
      'unknown input',
      [[TAG, use('s', 'smooth')], ['t.out>s.z', ...wired], inside({})],
      'port-unknown',
      { node: 's', wire: 0 },
      /'z'.*it has x/,
    ],
    [
      'unknown output',
      [[TAG, use('s', 'smooth'), node('f', 'series.ewma')], [...wired, 's.z>f.in'], inside({})],
      'port-unknown',
      { node: 's', wire: 1 },
      /'z'.*it has y/,
    ],
    ['input without a wire', [[TAG, use('s', 'smooth')], [], inside({})], 'wire-missing', { node: 's', port: 'x' }, /'x' of 's'/],
    [
      'inner fault',
      [[TAG, use('s', 'smooth')], wired, inside({ nodes: [node('e', 'series.ewma', { alpha: 7 })] })],
      'param-invalid',
      { node: 's/e', param: 'alpha' },
      /alpha/,
    ],
    [
      'inner wire to nowhere',
      [[TAG, use('s', 'smooth')], wired, inside({ wires: [wire('e.out>gone.in')] })],
      'node-unknown',
      { node: 's' },
      /s\/gone/,
    ],
    [
      'inner node twice',
      [[TAG, use('s', 'smooth')], wired, inside({ nodes: [...smoothing.nodes, ...smoothing.nodes] })],
      'node-duplicate',
      { node: 's/e' },
      /'s\/e'/,
    ],
    ['node twice', [[TAG, use('s', 'smooth'), use('s', 'smooth')], wired, inside({})], 'node-duplicate', { node: 's' }, /'s'/],
    [
      'port twice',
      [[TAG, use('s', 'smooth')], wired, inside({ outputs: [...(smoothing.outputs ?? []), ...(smoothing.outputs ?? [])] })],
      'subgraph-duplicate',
      { node: 's' },
      /two outputs called 'y'/,
    ],
    [
      'port to nowhere',
      [[TAG, use('s', 'smooth')], wired, inside({ outputs: [{ name: 'y', from: { node: 'gone', port: 'out' } }] })],
      'subgraph-port',
      { node: 's', port: 'y' },
      /'gone'/,
    ],
    [
      'idle input',
      [
        [TAG, use('s', 'smooth')],
        [...wired, 't.out>s.idle'],
        inside({ inputs: [...(smoothing.inputs ?? []), { name: 'idle', to: [] }] }),
      ],
      'subgraph-port',
      { node: 's', port: 'idle' },
      /leads nowhere/,
    ],
    [
      'unknown value',
      [[TAG, use('s', 'smooth', { values: { wieght: 1 } })], wired, inside({})],
      'subgraph-value-unknown',
      { node: 's', param: 'values.wieght' },
      /it has weight/,
    ],
    [
      'value of another type',
      [[TAG, use('s', 'smooth', { values: { weight: 'much' } })], wired, inside({})],
      'param-invalid',
      { node: 's', param: 'values.weight' },
      /type number/,
    ],
    [
      'value out of range',
      [[TAG, use('s', 'smooth', { values: { weight: 2 } })], wired, inside({})],
      'param-invalid',
      { node: 's', param: 'values.weight' },
      /within 0 … 1/,
    ],
    [
      'version',
      [[TAG, { ...use('s', 'smooth'), version: '2.0.0' }], wired, inside({})],
      'block-version',
      { node: 's' },
      /no version 2\.0\.0/,
    ],
    [
      'output of the graph',
      [[TAG, use('s', 'smooth')], wired, inside({}), { outputs: [{ name: 'o', from: { node: 's', port: 'z' } }] }],
      'port-unknown',
      { node: 's', port: 'z' },
      /it has y/,
    ],
  ];
  test.each(cases)('%s', (_name, args, code, place, message) => {
    const { problems } = check(...args);
    expect(problems.map((p) => p.code)).toEqual([code]);
    expect(problems[0]).toMatchObject(place);
    expect(problems[0]?.message.en).toMatch(message);
    expect(problems[0]?.message.zh).toMatch(/[一-鿿]/);
  });
});

test('nesting that would never end in memory is refused early', () => {
  const levels = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `l${i}`,
      part(i === 39 ? [node('s', 'source.tag', { role: 'pressure' })] : [use('a', `l${i + 1}`), use('b', `l${i + 1}`)]),
    ]),
  );
  const c = check([use('x', 'l0')], [], levels);
  expect(c.problems.map((p) => p.code)).toEqual(['subgraph-size']);
  expect(c.document.nodes).toHaveLength(MOST_NODES);
});
