import { describe, expect, test } from 'vitest';
import { manifestOf } from '#blocks/catalogue/manifest.ts';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { defineBlock, f64, number, z } from '#blocks/sdk/index.ts';
import { runRows, testCatalogue, testSource } from '#blocks/sdk/testing.ts';
import type { ColumnSchema } from '#runtime/batch/schema.ts';
import type { Program } from '#runtime/step/contract.ts';
import { createLocalStepper } from './local-stepper.ts';
import { compile, document, fixtures, type Nodes, row, withSource } from './short-graph.testing.ts';
import { buildStepInput, type InputRow } from './step-input.ts';

/** What a program means: units, quality, answers, state; time stands in time.test.ts. Expected values by hand from semantics.md. */

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
    // also where a block would not see the row if it were bad, and where the row says that it is good
    expect(qualities(await compile(one('fixture.average')), [row(0, 2), row(1, Number.NaN, { quality: { value: 0 } })])).toEqual([
      [2, 0],
    ]);
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

test('a failure inside a helper points at the line of the block that called it', async () => {
  const program = await compile(document({ s: ['test/source.value'], a: ['fixture.helped'] }, ['s.out>a.in'], ['out=a.out']));
  const run = runRows(program, [row(0, 4), row(1, -4)]);
  expect(run.outputs.out?.map((r) => r.values.value)).toEqual([2]);
  expect(run.dead).toEqual([{ node: 'a', key: 'k', row: -1, message: 'no root of -4', line: 15 }]);
});
