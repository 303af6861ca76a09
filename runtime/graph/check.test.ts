import { describe, expect, test } from 'vitest';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { checkGraph } from './check.ts';
import { type GraphDocumentInput, graphDocument } from './document.ts';

/** Short form: `node` = block id without publisher, `a.out>b.in` = wire. */
function graph(
  nodes: Record<string, [block: string, params?: Record<string, unknown>, more?: object]>,
  wires: string[],
  more: Partial<GraphDocumentInput> = {},
) {
  const catalogue = blockCatalogue();
  const full = (id: string) => (id.includes('/') ? id : `millwright/${id}`);
  const end = (text: string) => ({ node: text.split('.')[0] ?? '', port: text.split('.')[1] ?? '' });
  return graphDocument.parse({
    format: 1,
    nodes: Object.entries(nodes).map(([id, [block, params = {}, extra = {}]]) => ({
      id,
      block: full(block),
      version: catalogue.versions(full(block))[0] ?? '1.0.0',
      params,
      ...extra,
    })),
    wires: wires.map((w) => ({ from: end(w.split('>')[0] ?? ''), to: end(w.split('>')[1] ?? '') })),
    roles: [
      { name: 'pressure', title: { en: 'Pressure', zh: '压力' }, unit: 'bar' },
      { name: 'oil', title: { en: 'Oil', zh: '油温' }, unit: 'Cel' },
      { name: 'power', title: { en: 'Power', zh: '功率' }, unit: 'kW' },
      { name: 'setpoint', title: { en: 'Setpoint', zh: '设定值' }, unit: '[psi]', write: true },
      { name: 'state', title: { en: 'State', zh: '状态' }, type: 'text' },
    ],
    parameters: [{ key: 'limit', title: { en: 'Limit', zh: '限值' }, type: 'number', default: 8 }],
    ...more,
  });
}
const check = (...args: Parameters<typeof graph>) => checkGraph(graph(...args), blockCatalogue());
const codes = (...args: Parameters<typeof graph>) => check(...args).problems.map((p) => p.code);

const TAG: [string, Record<string, unknown>] = ['source.tag', { role: 'pressure' }];
const tag = (role: string): [string, Record<string, unknown>] => ['source.tag', { role }];

test('a right graph has no problems and every wire a schema', () => {
  const c = check({ t: TAG, w: ['series.window', { seconds: 60 }], e: ['series.ewma', {}, { bind: { value: 'mean' } }] }, [
    't.out>w.in',
    'w.out>e.in',
  ]);
  expect(c.problems).toEqual([]);
  expect(c.wires[0]?.schema).toEqual({ kind: 'stream', columns: { value: { type: 'number', unit: 'bar' } } });
  expect(c.nodes.get('e')?.outputs.out?.schema.columns.mean).toEqual({ type: 'number', unit: 'bar' });
  expect(c.order).toEqual(['t', 'w', 'e']);
});

describe('each fault has its code, its place and a sentence in both languages', () => {
  const cases: [string, Parameters<typeof graph>, string, object, RegExp][] = [
    ['unknown block', [{ x: ['series.ewmaa'] }, []], 'block-unknown', { node: 'x' }, /no block 'millwright\/series\.ewmaa'/],
    [
      'unknown version',
      [{ x: ['series.ewma', {}, { version: '9.9.9' }] }, []],
      'block-version',
      { node: 'x' },
      /no version 9\.9\.9/,
    ],
    [
      'bad parameter',
      [{ t: TAG, e: ['series.ewma', { alpha: 3 }] }, ['t.out>e.in']],
      'param-invalid',
      { node: 'e', param: 'alpha' },
      /alpha/,
    ],
    ['unknown node', [{ t: TAG }, ['t.out>x.in']], 'node-unknown', { wire: 0 }, /no node 'x'/],
    [
      'unknown input',
      [{ t: TAG, e: ['series.ewma'] }, ['t.out>e.inn']],
      'port-unknown',
      { node: 'e', port: 'inn', wire: 0 },
      /no input 'inn' \(it has in\)/,
    ],
    [
      'unknown output',
      [{ t: TAG, e: ['series.ewma'] }, ['t.o>e.in']],
      'port-unknown',
      { node: 't', port: 'o', wire: 0 },
      /no output 'o' \(it has out\)/,
    ],
    ['missing wire', [{ e: ['series.ewma'] }, []], 'wire-missing', { node: 'e', port: 'in' }, /needs a wire/],
    [
      'missing column',
      [{ t: TAG, w: ['series.window'], e: ['series.ewma'] }, ['t.out>w.in', 'w.out>e.in']],
      'column-missing',
      { node: 'e', port: 'in', wire: 1 },
      /no column 'value' \(it has mean, min, max, sd, count\)/,
    ],
    [
      'wrong type',
      [{ t: tag('state'), e: ['series.ewma'] }, ['t.out>e.in']],
      'column-type',
      { node: 'e', wire: 0 },
      /'value' is text, but 'e' needs number/,
    ],
    [
      'frame for stream',
      [{ t: TAG, c: ['series.collect'], e: ['series.ewma'] }, ['t.out>c.in', 'c.out>e.in']],
      'wire-kind',
      { node: 'e', wire: 1 },
      /takes a stream/,
    ],
    [
      'stream for frame',
      [{ t: TAG, p: ['quality.pareto'] }, ['t.out>p.in']],
      'wire-kind',
      { node: 'p', wire: 0 },
      /takes frames/,
    ],
    [
      '°C into kW',
      [{ a: tag('power'), b: tag('oil'), e: ['series.ewma'] }, ['a.out>e.in', 'b.out>e.in']],
      'unit-dimension',
      { node: 'e', wire: 1 },
      /'Cel', which cannot become 'kW'/,
    ],
    [
      'unknown role',
      [{ t: tag('nope') }, []],
      'role-unknown',
      { node: 't', param: 'role' },
      /no role 'nope' \(it has pressure, oil/,
    ],
    [
      'unknown parameter',
      [{ t: TAG, e: ['series.ewma', { alpha: { $parameter: 'a' } }] }, ['t.out>e.in']],
      'parameter-unknown',
      { node: 'e', param: 'alpha' },
      /no parameter 'a' \(it has limit\)/,
    ],
    [
      'expression',
      [{ t: TAG, x: ['transform.expr', { expression: 'a +' }] }, ['t.out>x.a']],
      'expression-syntax',
      { node: 'x', param: 'expression', column: 4 },
      /ends too early/,
    ],
    [
      'name in expression',
      [{ t: TAG, x: ['transform.expr', { expression: 'a + b' }] }, ['t.out>x.a']],
      'expression-name',
      { node: 'x', column: 5 },
      /no column 'b' \(available: a, limit\)/,
    ],
    [
      'types in expression',
      [{ t: tag('state'), s: ['transform.switch', { a: 'value * 2 > 1' }, { bind: {} }] }, ['t.out>s.in']],
      'expression-type',
      { node: 's', param: 'a' },
      /needs numbers/,
    ],
    [
      'cycle',
      [{ t: TAG, a: ['transform.expr', { expression: 'a + b' }], e: ['series.ewma'] }, ['t.out>a.a', 'a.out>e.in', 'e.out>a.b']],
      'cycle',
      { node: 'a' },
      /form a cycle: a → e/,
    ],
    [
      'two outputs of one name',
      [
        { t: TAG },
        [],
        {
          outputs: [
            { name: 'x', from: { node: 't', port: 'out' } },
            { name: 'x', from: { node: 't', port: 'out' } },
          ],
        },
      ],
      'output-duplicate',
      {},
      /called 'x'/,
    ],
    [
      'unguarded write',
      [{ t: TAG, w: ['control.write', { role: 'setpoint' }] }, ['t.out>w.in']],
      'write-unguarded',
      { node: 'w' },
      /not every way to it passes an interlock/,
    ],
    [
      'write to a role that is only read',
      [{ t: TAG, w: ['control.write', { role: 'pressure' }] }, ['t.out>w.in']],
      'role-write',
      { node: 'w' },
      /not marked as written/,
    ],
    [
      'guard on a computed value',
      [
        {
          t: TAG,
          e: ['series.ewma'],
          i: ['control.interlock', { condition: 'a < 8' }],
          w: ['control.write', { role: 'setpoint' }],
        },
        ['t.out>e.in', 't.out>i.command', 'e.out>i.a', 'i.out>w.in'],
      ],
      'guard-input',
      { node: 'i' },
      /'a', which does not come straight from a tag/,
    ],
  ];
  test.each(cases)('%s', (_name, args, code, place, message) => {
    const { problems } = check(...args);
    const found = problems.find((p) => p.code === code);
    expect(found, JSON.stringify(problems)).toMatchObject({ severity: 'error', ...place });
    expect(found?.message.en).toMatch(message);
    expect(found?.message.zh).toMatch(/[\u4e00-\u9fff]/);
    if (found?.fix) expect(found.fix.zh).toMatch(/[\u4e00-\u9fff]/);
  });
  test('two nodes of one id', () => {
    const document = graph({ t: TAG }, []);
    expect(
      checkGraph({ ...document, nodes: [...document.nodes, ...document.nodes] }, blockCatalogue()).problems.map((p) => p.code),
    ).toContain('node-duplicate');
  });
});

test('a unit of the same dimension is converted, and the wire says so', () => {
  const c = check({ t: TAG, i: ['control.interlock', { condition: 'a < 8' }], w: ['control.write', { role: 'setpoint' }] }, [
    't.out>i.command',
    't.out>i.a',
    'i.out>w.in',
  ]);
  expect(c.problems).toEqual([]);
  expect(c.wires[2]?.conversions).toEqual([{ column: 'value', from: 'bar', to: '[psi]' }]);
});

test('wires of one port are brought to the unit of the first', () => {
  const c = check({ a: TAG, b: tag('setpoint'), e: ['series.ewma'] }, ['a.out>e.in', 'b.out>e.in']);
  expect(c.problems).toEqual([]);
  expect(c.wires[1]?.merge.value?.gain).toBeCloseTo(0.0689476, 7);
});

test('a cycle through the delaying block is right; its wire may not fire', () => {
  const right = {
    t: TAG,
    a: ['transform.expr', { expression: 'a + (isBad(b) ? 0 : b)' }],
    d: ['series.delay', { initial: 0 }],
  } as Parameters<typeof graph>[0];
  const c = check(right, ['t.out>a.a', 'a.out>d.in', 'd.out>a.b']);
  expect(c.problems).toEqual([]);
  expect(c.wires.map((w) => w?.back)).toEqual([false, false, true]);
  expect(
    codes({ t: TAG, j: ['series.join', {}], d: ['series.delay', {}, { bind: { value: 'a' } }] }, [
      't.out>j.a',
      'j.out>d.in',
      'd.out>j.b',
    ]),
  ).toContain('cycle-input');
});

test('an output called like a bound column stands in its place; others travel on', () => {
  const c = check({ t: TAG, e: ['series.ewma', {}, { as: { value: 'smooth' } }] }, ['t.out>e.in']);
  expect(Object.keys(c.nodes.get('e')?.outputs.out?.schema.columns ?? {})).toEqual(['value', 'smooth']);
  const d = check({ t: TAG, e: ['series.ewma'] }, ['t.out>e.in']);
  expect(Object.keys(d.nodes.get('e')?.outputs.out?.schema.columns ?? {})).toEqual(['value']);
});

test('parameters of the app stand in node parameters and in expressions', () => {
  const document = graph({ t: TAG, x: ['transform.expr', { expression: 'a > limit' }] }, ['t.out>x.a']);
  const c = checkGraph(document, blockCatalogue(), { values: { limit: 9 } });
  expect(c.problems).toEqual([]);
  expect(c.nodes.get('x')?.expressions[0]?.ast).toMatchObject({ kind: 'binary', right: { kind: 'number', value: 9 } });
});
