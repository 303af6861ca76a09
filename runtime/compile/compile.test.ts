import { beforeAll, describe, expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { defineBlock, f64, number, z } from '#blocks/sdk/index.ts';
import { runRows, testCatalogue, testSource } from '#blocks/sdk/testing.ts';
import type { ColumnSchema } from '#runtime/batch/schema.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { ProgramCatalogue } from '#runtime/graph/manifest.ts';
import type { Program } from '#runtime/step/contract.ts';
import { compileGraph } from './compile.ts';
import { fixtureCatalogue } from './fixtures/index.ts';
import { createLocalStepper } from './local-stepper.ts';
import { buildStepInput, type InputRow } from './step-input.ts';

/** What a program means: units, quality, time, answers, loops. Expected values by hand from semantics.md. */

let fixtures: ProgramCatalogue;
beforeAll(async () => {
  fixtures = await fixtureCatalogue();
});

type Nodes = Record<string, [block: string, params?: Record<string, unknown>, more?: object]>;
/** Short form: block ids without publisher, wires `a.out>b.in`; every output of `outputs` is `name=node.port`. */
function document(
  nodes: Nodes,
  wires: readonly string[],
  outputs: readonly string[],
  more: Partial<GraphDocumentInput> = {},
): GraphDocumentInput {
  const end = (text: string) => ({ node: text.split('.')[0] ?? '', port: text.split('.')[1] ?? '' });
  return {
    format: 1,
    nodes: Object.entries(nodes).map(([id, [block, params = {}, extra = {}]]) => ({
      id,
      block: block.includes('/') ? block : `millwright/${block}`,
      version: '1.0.0',
      params,
      ...extra,
    })),
    wires: wires.map((w) => ({ from: end(w.split('>')[0] ?? ''), to: end(w.split('>')[1] ?? '') })),
    outputs: outputs.map((o) => ({ name: o.split('=')[0] ?? '', from: end(o.split('=')[1] ?? '') })),
    ...more,
  };
}
async function compile(
  graph: GraphDocumentInput,
  catalogue = fixtures,
  options: { instrumented?: boolean; parameters?: Record<string, number> } = {},
): Promise<Program> {
  const result = await compileGraph(graph, { catalogue, ...options });
  if (!result.ok) throw new Error(result.problems.map((p) => `${p.code} ${p.node ?? ''}: ${p.message.en}`).join('\n'));
  return result.program;
}
/** A source block with these columns. */
const withSource = (columns: Record<string, ColumnSchema>, base: ProgramCatalogue = fixtures): ProgramCatalogue => {
  const own = testCatalogue([testSource('test/source.own', columns)]);
  return {
    ...base,
    block: (id, v) => own.block(id, v) ?? base.block(id, v),
    versions: (id) => [...own.versions(id), ...base.versions(id)],
  };
};
const row = (time: number, value: number, more: Partial<InputRow> = {}): InputRow => ({
  source: 0,
  time,
  clock: time,
  key: 'k',
  values: { value, tag: 'a' },
  ...more,
});
const pairs = (program: Program, rows: readonly InputRow[], name = 'out', column = 'value') =>
  (runRows(program, rows).outputs[name] ?? []).map((r) => [r.time, r.values[column]]);

describe('units', () => {
  test('what a block asks for is converted on the way in; what only passes by is not', async () => {
    const inBar = defineBlock({
      id: 'unit.bar',
      version: '1.0.0',
      title: { en: 'x', zh: 'x' },
      summary: { en: 'x', zh: 'x' },
      icon: 'x',
      params: z.object({}),
      input: { value: number('bar') },
      output: { bar: number('bar') },
      each: (r) => ({ bar: r.value }),
    });
    const source = { text: 'export default { each: (r) => ({ bar: r.value }) };', bundled: false };
    const catalogue = testCatalogue([
      testSource('test/source.psi', { value: { type: 'number', unit: '[psi]' } }),
      { manifest: manifestOf(inBar), params: inBar.params, source },
    ]);
    const program = await compile(
      document({ s: ['test/source.psi'], b: ['unit.bar'] }, ['s.out>b.in'], ['out=b.out']),
      catalogue,
    );
    const [out] = runRows(program, [row(0, 100)]).outputs.out ?? [];
    expect(out?.values.bar).toBeCloseTo(6.894757, 6); // NIST SP 811
    expect(out?.values.value).toBe(100);
    expect(program.info.outputs[0]?.schema.columns).toEqual({
      value: { type: 'number', unit: '[psi]' },
      bar: { type: 'number', unit: 'bar' },
    });
  });
});

describe('quality', () => {
  const one = (block: string, params = {}) =>
    document({ s: ['test/source.value'], b: [block, params] }, ['s.out>b.in'], ['out=b.out']);
  const bad: Partial<InputRow> = { quality: { value: 134 } };
  const qualities = (program: Program, rows: InputRow[]) =>
    runRows(program, rows).outputs.out?.map((r) => [r.values.value, r.quality.value]);
  test('propagate: the worst of the inputs', async () => {
    expect(
      qualities(await compile(one('fixture.scale')), [row(0, 2), row(1, 2, bad), row(2, 2, { quality: { value: 65 } })]),
    ).toEqual([
      [4, 0],
      [4, 134],
      [4, 65],
    ]);
  });
  test('a column that travels on keeps its own', async () => {
    const program = await compile(one('fixture.scale'));
    expect(runRows(program, [row(0, 2, { quality: { tag: 130 } })]).outputs.out?.[0]?.quality).toEqual({ value: 0, tag: 130 });
  });
  test('skip: the row is not given', async () => {
    expect(qualities(await compile(one('fixture.average')), [row(0, 2), row(1, 9, bad), row(2, 4)])).toEqual([
      [2, 0],
      [3, 0],
    ]);
  });
  test('hold: the last good value, marked uncertain:stale; nothing before the first', async () => {
    expect(qualities(await compile(one('fixture.hold')), [row(0, 9, bad), row(1, 2), row(2, 9, bad), row(3, 4)])).toEqual([
      [3, 0],
      [3, 65],
      [5, 0],
    ]);
  });
  test('not a number is missing, never good', async () => {
    const program = await compile(
      document(
        { s: ['test/source.value'], b: ['fixture.first'], c: ['fixture.collect'] },
        ['s.out>c.in', 'c.out>b.in'],
        ['out=b.out'],
      ),
    );
    expect(
      runRows(
        program,
        Array.from({ length: 8 }, (_, i) => row(i, 1)),
      ).outputs.out?.[0]?.quality,
    ).toEqual({ value: 0 });
    const scaled = await compile(one('fixture.scale', { gain: 1 }));
    expect(qualities(scaled, [row(0, Number.NaN)])).toEqual([[Number.NaN, 137]]);
  });
  test('an expression that asks isBad() deals with it: uncertain:substituted', async () => {
    const catalogue = loadCatalogue();
    const graph = document(
      {
        a: ['source.tag', { role: 'a' }],
        b: ['source.tag', { role: 'b' }],
        x: ['transform.expr', { expression: 'isBad(a) ? b : a' }],
      },
      ['a.out>x.a', 'b.out>x.b'],
      ['out=x.out'],
      {
        roles: ['a', 'b'].map((name) => ({ name, title: { en: name, zh: name } })),
      },
    );
    const rows = [row(0, 5, { source: 1 }), row(1, 7), row(2, 8, bad)];
    const out = runRows(await compile(graph, catalogue), rows).outputs.out?.map((r) => [r.values.value, r.quality.value]);
    expect(out?.slice(1)).toEqual([
      [7, 0],
      [5, 68],
    ]);
  });
});

describe('several inputs', () => {
  const three = (block: string, params = {}) =>
    document(
      { a: ['test/source.value'], b: ['test/source.value'], c: ['test/source.value'], m: [block, params] },
      ['a.out>m.a', 'b.out>m.b', 'c.out>m.c'],
      ['out=m.out'],
    );
  test('latest: any input fires with the others; too old is bad:stale', async () => {
    const program = await compile(three('fixture.latest', { maxAge: 1 }));
    const out = runRows(program, [row(0, 1), row(10, 10, { source: 1 }), row(20, 100, { source: 2 }), row(1500, 2)]).outputs.out;
    expect(out?.map((r) => [r.values.value, r.quality.value])).toEqual([
      [Number.NaN, 137],
      [12, 137],
      [-88, 0],
      [-86, 129],
    ]);
  });
  test('exact: rows of one time and key meet, in whatever order they come', async () => {
    const program = await compile(three('fixture.exact'));
    const rows = [
      row(5, 1),
      row(6, 2),
      row(6, 20, { source: 1 }),
      row(5, 10, { source: 1 }),
      row(6, 200, { source: 2 }),
      row(5, 100, { source: 2, key: 'other' }),
      row(5, 100, { source: 2 }),
    ];
    expect(pairs(program, rows)).toEqual([
      [6, 182],
      [5, 91],
    ]);
  });
  test('align: the nearest in event time within the tolerance, when the watermark or silence has passed it', async () => {
    const program = await compile(
      document(
        { a: ['test/source.value'], b: ['test/source.value'], m: ['fixture.align', { tolerance: 0.1, lateness: 0 }] },
        ['a.out>m.a', 'b.out>m.b'],
        ['out=m.out'],
      ),
    );
    const b = (time: number, value: number) => row(time, value, { source: 1 });
    // 1000 meets 1040 (40 off) rather than 930; 1300 has nothing within 100; 2000 is decided by silence
    expect(
      pairs(program, [
        b(930, 2),
        row(1000, 10),
        b(1040, 4),
        row(1300, 20),
        b(1450, 6),
        row(2000, 30),
        b(2010, 8),
        { clock: 2101 },
      ]),
    ).toEqual([
      [1000, 12],
      [1300, Number.NaN],
      [2000, 34],
    ]);
  });
  test('a row older than the watermark is late and counted', async () => {
    const program = await compile(
      document(
        { a: ['test/source.value'], b: ['test/source.value'], m: ['fixture.align', { tolerance: 0, lateness: 0.5 }] },
        ['a.out>m.a', 'b.out>m.b'],
        ['out=m.out'],
      ),
    );
    expect(runRows(program, [row(5000, 1), row(4600, 1), row(4400, 1)]).late).toEqual({ m: 1 });
  });
});

describe('time', () => {
  const idle = () => document({ s: ['test/source.value'], i: ['fixture.past'] }, ['s.out>i.in'], ['out=i.out']);
  test('a timer fires at its time by a tick, before later rows, and asks to be woken', async () => {
    const catalogue = loadCatalogue();
    const graph = document(
      { t: ['source.tag', { role: 'a' }], w: ['series.window', { seconds: 1, idle: 5 }] },
      ['t.out>w.in'],
      ['out=w.out'],
      { roles: [{ name: 'a', title: { en: 'a', zh: 'a' } }] },
    );
    const program = await compile(graph, catalogue);
    const stepper = createLocalStepper(program);
    const first = stepper.stepNow(buildStepInput(program.info, [row(10_250, 4)]));
    // end of the window 11,000 less the row's 10,250, and the 5 s of silence, after the entry's time
    expect(first).toMatchObject({ outputs: [], wakeAt: 10_250 + 750 + 5000 });
    const tick = stepper.stepNow(buildStepInput(program.info, [{ clock: 16_000 }]));
    expect(tick.outputs[0]).toMatchObject({ n: 1, time: Float64Array.of(11_000), key: ['k'] });
    expect(tick.wakeAt).toBeNull();
  });
  test('one that is set late belongs to the row that set it', async () => {
    const program = await compile(idle());
    const rows = Array.from({ length: 30 }, (_, i) => row(1000 + i * 10, i));
    const whole = createLocalStepper(program).stepNow(buildStepInput(program.info, rows)).outputs[0];
    // each timer's row is the row whose value it carries
    const fired = Array.from(whole?.columns[0] as Float64Array, (v, i) => [v, whole?.row[i]]).filter(([v]) => (v ?? -1) >= 0);
    expect(fired.length).toBeGreaterThan(3);
    for (const [v, at] of fired) expect(Math.floor(v ?? 0)).toBe(at);
  });
});

describe('loops through a delay', () => {
  test('x + half of the value before: a geometric series', async () => {
    const program = await compile(
      document(
        { s: ['test/source.value'], l: ['fixture.loop'], d: ['fixture.delay', { initial: 0 }] },
        ['s.out>l.x', 'l.out>d.in', 'd.out>l.before'],
        ['out=l.out', 'before=d.out'],
      ),
    );
    const rows = [0, 1, 2, 3].map((i) => row(i, 1));
    expect(pairs(program, rows)).toEqual([
      [0, 1],
      [1, 1.5],
      [2, 1.75],
      [3, 1.875],
    ]);
    expect(pairs(program, rows, 'before')).toEqual([
      [0, 0],
      [1, 1],
      [2, 1.5],
      [3, 1.75],
    ]);
  });
});

describe('what leaves besides rows', () => {
  test('effects, answers and alarms', async () => {
    const program = await compile(document({ s: ['test/source.value'], a: ['fixture.ask'] }, ['s.out>a.in'], ['out=a.out']));
    const stepper = createLocalStepper(program);
    const first = stepper.stepNow(buildStepInput(program.info, [row(0, 1), row(1, 25), row(2, 26), row(3, 2), row(4, 31)]));
    expect(first.effects.map((e) => [e.row, e.kind, e.request.value])).toEqual([
      [1, 'http', 25],
      [2, 'http', 26],
      [4, 'http', 31],
    ]);
    // a condition is told when it changes
    expect(first.alarms.map((x) => [x.row, x.active, x.priority, x.message.zh])).toEqual([
      [0, false, 2, '高'],
      [1, true, 2, '高'],
      [3, false, 2, '高'],
    ]);
    expect(first.dead).toEqual([{ node: 'a', key: 'k', row: 4, message: 'too much', line: 21 }]);
    const answered = stepper.stepNow(
      buildStepInput(program.info, [{ clock: 9, key: 'k', answer: { node: 'a', id: '1', ok: false } }]),
    );
    expect(answered.outputs[0]).toMatchObject({ n: 1, time: Float64Array.of(9) });
    expect(answered.outputs[0]?.columns[0]).toEqual(Float64Array.of(26 - 1));
    expect(program.info.capabilities).toEqual(['http']);
  });
  test('a watched program tells the last value on every wire, by key', async () => {
    const program = await compile(
      document({ s: ['test/source.value'], b: ['fixture.scale'] }, ['s.out>b.in'], ['out=b.out']),
      fixtures,
      { instrumented: true },
    );
    const stepper = createLocalStepper(program);
    const { probes } = stepper.stepNow(buildStepInput(program.info, [row(0, 2), row(1, 4), row(2, 6, { key: 'j' })]));
    expect(probes?.find((p) => p.node === 'b' && p.key === 'k')).toEqual({
      node: 'b',
      port: 'out',
      key: 'k',
      time: 1,
      count: 2,
      values: { value: { v: 5, q: 0 }, tag: { v: 'a', q: 0 } },
    });
    expect(probes).toHaveLength(4);
  });
});

describe('facts for the host', () => {
  const guarded = () =>
    document(
      {
        p: ['source.tag', { role: 'p' }],
        c: ['source.tag', { role: 'c' }],
        i: ['control.interlock', { condition: 'a < top && !isBad(a)', maxAge: 5 }],
        w: ['control.write', { role: 'set' }],
      },
      ['c.out>i.command', 'p.out>i.a', 'i.out>w.in'],
      ['out=w.out'],
      {
        roles: [
          { name: 'p', title: { en: 'p', zh: 'p' }, unit: 'bar' },
          { name: 'c', title: { en: 'c', zh: 'c' }, unit: 'bar' },
          { name: 'set', title: { en: 's', zh: 's' }, unit: '[psi]', write: true },
        ],
        parameters: [{ key: 'top', title: { en: 't', zh: 't' }, type: 'number', default: 8 }],
      },
    );
  test('what a write needs is told to the gateway: the condition over roles, parameters as constants', async () => {
    const program = await compile(guarded(), loadCatalogue(), { parameters: { top: 9 } });
    expect(program.info.preconditions).toEqual({
      w: [{ node: 'i', expression: '(a < 9) && !isBad(a)', roles: { a: { role: 'p', unit: 'bar' } }, maxAge: 5000 }],
    });
    expect(program.info).toMatchObject({ untrusted: false, splittable: true, capabilities: ['tag.read', 'tag.write'] });
    expect(program.info.outputs[0]?.sources).toEqual([0, 1]);
    const run = runRows(program, [row(0, 5), row(1, 6, { source: 1 })]);
    expect(run.effects[0]?.request.value).toBeCloseTo(6 * 14.5037738, 4); // 1 bar = 14.5037738 psi
  });
  test('the same graph gives the same text; another parameter another', async () => {
    const [a, b, c] = await Promise.all([
      compile(guarded(), loadCatalogue()),
      compile(guarded(), loadCatalogue()),
      compile(guarded(), loadCatalogue(), { parameters: { top: 7 } }),
    ]);
    expect(a.info.hash).toBe(b.info.hash);
    expect(a.text).toBe(b.text);
    expect(c.info.hash).not.toBe(a.info.hash);
    expect(c.info.graphHash).toBe(a.info.graphHash);
  });
});

describe('state', () => {
  const version = (stateVersion: number, field: string, migrate?: string) => {
    const block = defineBlock({
      id: 'state.sum',
      version: `${stateVersion}.0.0`,
      title: { en: 'x', zh: 'x' },
      summary: { en: 'x', zh: 'x' },
      icon: 'x',
      params: z.object({}),
      stateVersion,
      input: { value: number() },
      output: { value: number() },
      state: { [field]: f64() },
      each: (r) => ({ value: r.value }),
    });
    const text = `export default { each(row, s) { s.${field} += row.value; return { value: s.${field} }; }${migrate ? `, migrate(from, old) { ${migrate} }` : ''} };`;
    return { manifest: manifestOf(block), params: block.params, source: { text, bundled: false } };
  };
  const graphOf = (v: number, nodes: Nodes = {}) =>
    document(
      { s: ['test/source.value'], b: ['state.sum', {}, { version: `${v}.0.0` }], ...nodes },
      ['s.out>b.in', ...Object.keys(nodes).map((n) => `s.out>${n}.in`)],
      ['out=b.out'],
    );
  const source = testSource('test/source.value', { value: { type: 'number' } });
  test('a new version of a graph finds the fields of the nodes it kept, by name', async () => {
    const catalogue = testCatalogue([source, version(1, 'sum')]);
    const old = createLocalStepper(await compile(graphOf(1), catalogue));
    const program = await compile(graphOf(1, { other: ['state.sum', {}, { version: '1.0.0' }] }), catalogue);
    old.stepNow(buildStepInput(program.info, [row(0, 5), row(1, 6, { key: 'j' })]));
    const next = createLocalStepper(program);
    next.loadNow(old.saveNow());
    expect(next.stepNow(buildStepInput(program.info, [row(2, 1), row(3, 1, { key: 'j' })])).outputs[0]?.columns[0]).toEqual(
      Float64Array.of(6, 7),
    );
  });
  test('another state version starts anew, or migrates', async () => {
    const old = createLocalStepper(await compile(graphOf(1), testCatalogue([source, version(1, 'sum')])));
    const program = await compile(graphOf(2), testCatalogue([source, version(2, 'total')]));
    old.stepNow(buildStepInput(program.info, [row(0, 5)]));
    const fresh = createLocalStepper(program);
    fresh.loadNow(old.saveNow());
    expect(fresh.stepNow(buildStepInput(program.info, [row(2, 1)])).outputs[0]?.columns[0]).toEqual(Float64Array.of(1));
    const migrating = await compile(
      graphOf(2),
      testCatalogue([source, version(2, 'total', 'return from === 1 ? { total: old.sum * 10 } : {};')]),
    );
    const migrated = createLocalStepper(migrating);
    migrated.loadNow(old.saveNow());
    expect(migrated.stepNow(buildStepInput(migrating.info, [row(2, 1)])).outputs[0]?.columns[0]).toEqual(Float64Array.of(51));
  });
  test('loading into a program that ran leaves nothing of what it had', async () => {
    const program = await compile(
      document(
        { s: ['test/source.value'], t: ['fixture.total'], b: ['fixture.average'] },
        ['s.out>t.in', 's.out>b.in'],
        ['out=t.out', 'avg=b.out'],
      ),
    );
    const empty = createLocalStepper(program).saveNow();
    const used = createLocalStepper(program);
    used.stepNow(buildStepInput(program.info, [row(0, 50), row(1, 60, { key: 'j' })]));
    used.loadNow(empty);
    const again = used.stepNow(buildStepInput(program.info, [row(2, 1, { key: 'j' })]));
    expect(again.outputs.map((o) => Array.from(o.columns[0] as Float64Array))).toEqual([[2], [1]]);
  });
});

test('columns of every type pass through loops and out', async () => {
  const columns: Record<string, ColumnSchema> = {
    value: { type: 'number' },
    n: { type: 'integer' },
    on: { type: 'boolean' },
    name: { type: 'text' },
    at: { type: 'time' },
    data: { type: 'json' },
    wave: { type: 'wave', unit: 'm/s2' },
  };
  const program = await compile(
    document(
      { s: ['test/source.own'], a: ['fixture.scale'], b: ['fixture.burst', { most: 1 }], c: ['fixture.route', { above: 0 }] },
      ['s.out>a.in', 'a.out>c.in', 'c.high>b.in'],
      ['out=c.high', 'all=b.out'],
    ),
    withSource(columns),
  );
  const values = {
    value: 1,
    n: 2 ** 53,
    on: true,
    name: '主轴',
    at: 1e12,
    data: { a: [1, { b: null }] },
    wave: { t0: 0, rate: 10, n: 2, values: Float32Array.of(1, 2) },
  };
  const out = runRows(program, [{ source: 0, time: 1, clock: 1, key: 'k', values }]).outputs.out?.[0]?.values;
  expect(out).toEqual({ ...values, value: 3.5 });
});
