import { describe, expect, test } from 'vitest';
import { loadBlock, runRows, testCatalogue, testSource } from '#blocks/sdk/testing.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { createLocalStepper } from '#runtime/compile/local-stepper.ts';
import { buildStepInput, type InputRow } from '#runtime/compile/step-input.ts';

/** The guarded way of a set-point: form → interlock → confirmation → write, compiled as an app would be. */
const ids = ['interlock', 'confirm', 'write', 'command', 'recipe', 'watchdog', 'lease'] as const;
const loaded = await Promise.all([
  ...ids.map((id) => loadBlock(new URL(`./${id}/block.ts`, import.meta.url))),
  loadBlock(new URL('../source/tag/block.ts', import.meta.url)),
]);
const asked = testSource('test/source.asked', { value: { type: 'number', unit: 'bar' } });
const catalogue = testCatalogue([
  asked,
  ...loaded.map(({ block, manifest, source }) => ({ manifest, params: block.params, ...(source ? { source } : {}) })),
]);
const graph = {
  format: 1 as const,
  nodes: [
    { id: 'form', block: 'test/source.asked', version: '1.0.0' },
    { id: 'pressure', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'pressure' } },
    { id: 'guard', block: 'millwright/control.interlock', version: '1.0.0', params: { condition: 'a < 8.5', maxAge: 30 } },
    { id: 'person', block: 'millwright/control.confirm', version: '1.0.0', params: { text: { en: 'Write?', zh: '写入？' } } },
    { id: 'write', block: 'millwright/control.write', version: '1.0.0', params: { role: 'setpoint' } },
  ],
  wires: [
    { from: { node: 'form', port: 'out' }, to: { node: 'guard', port: 'command' } },
    { from: { node: 'pressure', port: 'out' }, to: { node: 'guard', port: 'a' } },
    { from: { node: 'guard', port: 'out' }, to: { node: 'person', port: 'in' } },
    { from: { node: 'person', port: 'out' }, to: { node: 'write', port: 'in' } },
  ],
  roles: [
    { name: 'pressure', title: { en: 'Header pressure', zh: '总管压力' }, unit: 'bar' },
    { name: 'setpoint', title: { en: 'Set-point', zh: '压力设定' }, unit: '[psi]', write: true },
  ],
  outputs: [
    { name: 'written', from: { node: 'write', port: 'out' } },
    { name: 'refused', from: { node: 'guard', port: 'refused' } },
  ],
};

async function program() {
  const compiled = await compileGraph(graph, { catalogue });
  if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
  return compiled.program;
}

describe('the guarded way of a set-point', () => {
  test('the condition is compiled into a precondition of the write, over tag roles', async () => {
    const { info } = await program();
    expect(info.preconditions.write).toEqual([
      { node: 'guard', expression: 'a < 8.5', roles: { a: { role: 'pressure', unit: 'bar' } }, maxAge: 30_000 },
    ]);
    expect(info.capabilities).toEqual(expect.arrayContaining(['tag.read', 'tag.write']));
  });

  test('asked, confirmed, written in the unit of the role; refused when the condition does not hold', async () => {
    const built = await program();
    const form = built.info.sources.findIndex((s) => s.node === 'form');
    const tag = built.info.sources.findIndex((s) => s.node === 'pressure');
    const row = (source: number, clock: number, value: number): InputRow => ({
      source,
      clock,
      time: clock,
      key: 'k',
      values: { value },
    });
    const answer = (node: string, clock: number, ok: boolean): InputRow => ({ clock, key: 'k', answer: { node, id: '1', ok } });
    const stepper = createLocalStepper(built);
    const first = stepper.stepNow(
      buildStepInput(built.info, [
        row(tag, 1000, 7),
        row(form, 2000, 7.2),
        answer('person', 3000, true),
        answer('write', 4000, true),
      ]),
    );
    expect(first.effects.map(({ node, kind }) => [node, kind])).toEqual([
      ['person', 'confirm.request'],
      ['write', 'tag.write'],
    ]);
    expect(first.effects[1]?.request.role).toBe('setpoint');
    expect(first.effects[1]?.request.value).toBeCloseTo(7.2 / 0.06894757293168, 9); // bar → psi by definition
    const second = runRows(built, [row(tag, 1000, 8.7), row(form, 2000, 7.2)]);
    expect(second.effects).toEqual([]);
    expect(second.outputs.refused?.map((r) => r.values)).toEqual([{ value: 7.2, reason: 'condition' }]);
  });

  test('without the interlock the graph is refused', async () => {
    const bare = {
      ...graph,
      nodes: graph.nodes.filter((n) => n.id !== 'guard'),
      wires: [{ from: { node: 'form', port: 'out' }, to: { node: 'person', port: 'in' } }, ...graph.wires.slice(3)],
      outputs: graph.outputs.slice(0, 1),
    };
    const compiled = await compileGraph(bare, { catalogue });
    expect(compiled.ok).toBe(false);
    if (!compiled.ok) expect(compiled.problems.map((p) => p.code)).toContain('write-unguarded');
  });
});

describe('whatever commands a machine', () => {
  const roles = [
    { name: 'pressure', title: { en: 'Header pressure', zh: '总管压力' }, unit: 'bar' },
    { name: 'setpoint', title: { en: 'Set-point', zh: '压力设定' }, unit: 'bar', write: true },
  ];
  const node = (id: string, block: string, params: object = {}) => ({
    id,
    block,
    version: '1.0.0',
    params: params as Record<string, unknown>,
  });
  const form = node('form', 'test/source.asked');
  const pressure = node('pressure', 'millwright/source.tag', { role: 'pressure' });
  const guard = node('guard', 'millwright/control.interlock', { condition: 'a < 8.5' });
  const wire = (from: string, to: string) => {
    const end = (text: string) => ({ node: text.split('.')[0] ?? '', port: text.split('.')[1] ?? '' });
    return { from: end(from), to: end(to) };
  };
  const problems = async (nodes: object[], wires: object[]) => {
    const made = await compileGraph({ format: 1, nodes, wires, roles, outputs: [] } as never, { catalogue });
    return made.ok ? made.program.info.preconditions : made.problems.map((p) => p.code);
  };
  const command = node('act', 'millwright/control.command', { role: 'setpoint', done: 30 });
  const guarded = [wire('form.out', 'guard.command'), wire('pressure.out', 'guard.a')];

  test('a command needs a guard before its command, not before what the device says', async () => {
    const told = [wire('pressure.out', 'act.state')];
    expect(
      await problems([form, pressure, guard, command], [...guarded, wire('guard.out', 'act.command'), ...told]),
    ).toMatchObject({
      act: [{ node: 'guard', expression: 'a < 8.5' }],
    });
    expect(await problems([form, pressure, command], [wire('form.out', 'act.command'), ...told])).toEqual(['write-unguarded']);
    // a second way around the guard
    expect(
      await problems(
        [form, pressure, guard, command],
        [...guarded, wire('guard.out', 'act.command'), wire('form.out', 'act.command'), ...told],
      ),
    ).toEqual(['write-unguarded']);
  });

  test('a recipe needs one; a sign of life and a claim command nothing, yet their roles are for writing', async () => {
    const recipe = node('act', 'millwright/control.recipe', { parameters: [{ name: 'value', role: 'setpoint', unit: 'bar' }] });
    expect(await problems([form, recipe], [wire('form.out', 'act.in')])).toEqual(expect.arrayContaining(['write-unguarded']));
    const watchdog = (role: string) => node('act', 'millwright/control.watchdog', { role });
    expect(await problems([pressure, watchdog('setpoint')], [wire('pressure.out', 'act.in')])).toEqual({});
    expect(await problems([pressure, watchdog('pressure')], [wire('pressure.out', 'act.in')])).toEqual(['role-write']);
    const compare = { node: 'act', port: 'in' };
    const lease = node('act', 'millwright/control.lease', { role: 'setpoint' });
    const want = testSource('test/source.want', { want: { type: 'boolean' } });
    const both = testCatalogue([
      want,
      ...loaded.map(({ block, manifest, source }) => ({ manifest, params: block.params, ...(source ? { source } : {}) })),
    ]);
    const made = await compileGraph(
      {
        format: 1,
        nodes: [node('want', 'test/source.want'), lease],
        wires: [{ from: { node: 'want', port: 'out' }, to: compare }],
        roles,
        outputs: [],
      } as never,
      { catalogue: both },
    );
    expect(made.ok).toBe(true);
  });
});
