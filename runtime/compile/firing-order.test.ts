import { expect, test } from 'vitest';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { runRows } from '#blocks/sdk/testing.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { compileGraph } from './compile.ts';

/** semantics.md 2, `latest`: what fires is met with the latest of the others, and of one row the others come first. */
const node = (id: string, block: string, params: Record<string, unknown> = {}) => ({
  ...{ id, block: `millwright/${block}`, version: '1.0.0', params },
});
const wire = (from: string, to: string, port: string) => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
const interlocked = (wires: GraphDocumentInput['wires'], condition: string): GraphDocumentInput => ({
  format: 1,
  roles: [{ name: 'p', title: { en: 'p', zh: 'p' }, type: 'number' }],
  nodes: [
    node('p', 'source.tag', { role: 'p' }),
    node('half', 'transform.expr', { expression: 'a / 2' }),
    node('safe', 'control.interlock', { condition }),
  ],
  wires: [wire('p', 'half', 'a'), ...(wires ?? [])],
  outputs: [
    { name: 'out', from: { node: 'safe', port: 'out' } },
    { name: 'refused', from: { node: 'safe', port: 'refused' } },
  ],
});
const condition = wire('p', 'safe', 'a');

test.each([
  ['straight, the condition wired last', [wire('p', 'safe', 'command'), condition], 'a.value < 2000', 1],
  ['straight, the condition wired first', [condition, wire('p', 'safe', 'command')], 'a < 2000', 1],
  ['the command through another block, the condition wired last', [wire('half', 'safe', 'command'), condition], 'a < 2000', 2],
  ['the command through another block, wired first', [condition, wire('half', 'safe', 'command')], 'a.value < 2000', 2],
])('one source for command and condition, %s: the condition of the same row decides', async (_how, wires, holds, by) => {
  const made = await compileGraph(interlocked(wires, holds), { catalogue: loadCatalogue() });
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  const values = [900, 2500, 1999, 2000];
  const rows = values.map((value, i) => ({ source: 0, time: i * 1000, key: 'k', values: { value } }));
  const { outputs } = runRows(made.program, rows);
  expect(outputs.out?.map((r) => r.values.value)).toEqual([900 / by, 1999 / by]);
  expect(outputs.refused?.map((r) => [r.values.value, r.values.reason])).toEqual([
    [2500 / by, 'condition'],
    [2000 / by, 'condition'],
  ]);
});
