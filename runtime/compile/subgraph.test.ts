import { describe, expect, test } from 'vitest';
import { graphSchemaText } from '#blocks/catalogue/generate-graph-schema.ts';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { runRows } from '#blocks/sdk/testing.ts';
import { type GraphDocumentInput, graphDocument } from '#runtime/graph/document.ts';
import { SUBGRAPH } from '#runtime/graph/subgraph.ts';
import { checkApp, compileGraph, planGraph } from './compile.ts';
import { createLocalStepper } from './local-stepper.ts';
import { printPlan } from './plan.ts';
import { compile, row } from './short-graph.testing.ts';
import { buildStepInput } from './step-input.ts';

/** What a graph with subgraphs means. Random cuts stand in subgraph-property.test.ts, refusals in runtime/graph/subgraph.test.ts. */

const catalogue = loadCatalogue();
const node = (id: string, block: string, params: Record<string, unknown> = {}, more: object = {}) => ({
  id,
  block: `millwright/${block}`,
  version: catalogue.versions(`millwright/${block}`)[0] ?? '1.0.0',
  params,
  ...more,
});
const use = (id: string, graph: string, values: Record<string, unknown> = {}) => ({
  id,
  block: SUBGRAPH,
  version: '1.0.0',
  params: { graph, values },
});
const wire = (text: string) => {
  const end = (at = '') => ({ node: at.split('.')[0] ?? '', port: at.split('.')[1] ?? '' });
  return { from: end(text.split('>')[0]), to: end(text.split('>')[1]) };
};
const role = (name: string, unit: string, more: object = {}) => ({ name, title: { en: name, zh: name }, unit, ...more });
const parameter = (key: string, value: number) => ({
  key,
  title: { en: key, zh: key },
  type: 'number' as const,
  default: value,
});

/** x·gain + offset of the app, in a subgraph in a subgraph, used twice. */
const nested = (more: Partial<GraphDocumentInput> = {}): GraphDocumentInput => ({
  format: 1,
  nodes: [
    node('t', 'source.tag', { role: 'p' }),
    use('slow', 'line', { gain: 2 }),
    use('fast', 'line', { gain: { $parameter: 'top' } }),
  ],
  wires: [wire('t.out>slow.x'), wire('t.out>fast.x')],
  roles: [role('p', '1')],
  parameters: [parameter('top', 10), parameter('shift', 1)],
  outputs: [
    { name: 'slow', from: { node: 'slow', port: 'y' } },
    { name: 'fast', from: { node: 'fast', port: 'y' } },
    { name: 'seen', from: { node: 'fast/core/times', port: 'out' } },
  ],
  subgraphs: {
    line: {
      inputs: [{ name: 'x', to: [{ node: 'core', port: 'a' }] }],
      outputs: [{ name: 'y', from: { node: 'smooth', port: 'out' } }],
      parameters: [parameter('gain', 1)],
      nodes: [use('core', 'core', { k: { $parameter: 'gain' } }), node('smooth', 'series.ewma', { alpha: 0.5 })],
      wires: [wire('core.b>smooth.in')],
    },
    core: {
      inputs: [{ name: 'a', to: [{ node: 'times', port: 'a' }] }],
      outputs: [{ name: 'b', from: { node: 'times', port: 'out' } }],
      parameters: [parameter('k', 1)],
      nodes: [node('times', 'transform.expr', { expression: 'a * k + shift' })],
      wires: [],
    },
  },
  ...more,
});

test('two uses, each with its own values and its own state, nested', async () => {
  const program = await compile(nested(), catalogue);
  const { outputs } = runRows(program, [row(0, 1), row(1000, 3)]);
  const values = (name: string, column: string) => outputs[name]?.map((r) => r.values[column]);
  expect(values('seen', 'value')).toEqual([11, 31]); // 10 · x + 1
  // EWMA of 3, 7 and of 11, 31 with weight 0.5
  expect(values('slow', 'value')).toEqual([3, 5]);
  expect(values('fast', 'value')).toEqual([11, 21]);
  expect([...program.info.nodes].sort()).toEqual(['fast/core/times', 'fast/smooth', 'slow/core/times', 'slow/smooth', 't']);
});

test('the state of an inner node outlives an edit elsewhere', async () => {
  const before = await compile(nested(), catalogue);
  const document = nested();
  const after = await compile(
    { ...document, nodes: [use('third', 'line'), ...document.nodes], wires: [wire('t.out>third.x'), ...document.wires] },
    catalogue,
  );
  const old = createLocalStepper(before);
  old.stepNow(buildStepInput(before.info, [row(0, 1)]));
  const next = createLocalStepper(after);
  next.loadNow(old.saveNow());
  const [fast] = next
    .stepNow(buildStepInput(after.info, [row(1000, 3)]))
    .outputs.filter((o) => after.info.outputs[o.output]?.name === 'fast');
  const column = Object.keys(after.info.outputs[1]?.schema.columns ?? {}).indexOf('value');
  expect(Array.from((fast?.columns[column] ?? []) as ArrayLike<number>)).toEqual([21]);
});

test('a watched program tells of inner wires by outer/inner; the plan prints them; the published schema takes them', async () => {
  const program = await compile(nested(), catalogue, { instrumented: true });
  const { probes } = createLocalStepper(program).stepNow(buildStepInput(program.info, [row(0, 1)]));
  expect(probes?.find((p) => p.node === 'slow/core/times')?.values.value?.v).toBe(3);

  const check = checkApp(graphDocument.parse(nested()), catalogue);
  const planned = planGraph(check, { catalogue });
  expect(planned.ok && printPlan(planned.plan)).toMatch(/fast\/core\/times = millwright\/transform\.expr/);

  const schema = JSON.parse(graphSchemaText());
  expect(schema.properties.subgraphs.additionalProperties.required).toEqual(['nodes', 'wires']);
});

describe('an interlock inside a subgraph', () => {
  const guarded = (writes: 'out' | 'in'): GraphDocumentInput => ({
    format: 1,
    nodes: [
      node('c', 'source.tag', { role: 'c' }),
      use('safe', 'guard', { top: { $parameter: 'top' } }),
      node('w', 'control.write', { role: 'set' }),
    ],
    wires: [wire('c.out>safe.command'), wire(writes === 'out' ? 'safe.allowed>w.in' : 'c.out>w.in')],
    roles: [role('p', 'bar'), role('c', 'bar'), role('set', 'bar', { write: true })],
    parameters: [parameter('top', 8)],
    subgraphs: {
      guard: {
        inputs: [{ name: 'command', to: [{ node: 'i', port: 'command' }] }],
        outputs: [{ name: 'allowed', from: { node: 'i', port: 'out' } }],
        parameters: [parameter('top', 0)],
        nodes: [node('p', 'source.tag', { role: 'p' }), node('i', 'control.interlock', { condition: 'a < top', maxAge: 5 })],
        wires: [wire('p.out>i.a')],
      },
    },
  });
  test('dominates the write, guards it, and is told to the gateway', async () => {
    const program = await compile(guarded('out'), catalogue);
    expect(program.info.preconditions).toEqual({
      w: [{ node: 'safe/i', expression: 'a < 8', roles: { a: { role: 'p', unit: 'bar' } }, maxAge: 5000 }],
    });
    expect(program.info.capabilities).toEqual(['tag.read', 'tag.write']);
    const source = (id: string) => program.info.sources.findIndex((s) => s.node === id);
    const effects = (pressure: number) =>
      runRows(program, [row(0, pressure, { source: source('safe/p') }), row(1, 6, { source: source('c') })]).effects;
    expect(effects(7).map((e) => [e.node, e.request.value])).toEqual([['w', 6]]);
    expect(effects(9)).toEqual([]);
  });
  test('beside the way to the write it guards nothing', async () => {
    const made = await compileGraph(guarded('in'), { catalogue });
    expect(made.ok ? [] : made.problems.map((p) => [p.code, p.node])).toEqual([['write-unguarded', 'w']]);
  });
});
