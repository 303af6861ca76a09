import { beforeAll, describe, expect, it } from 'vitest';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { ProgramCatalogue } from '#runtime/graph/manifest.ts';
import { compileGraph } from './compile.ts';
import { fixtureCatalogue } from './fixtures/index.ts';
import { createLocalStepper } from './local-stepper.ts';
import { buildStepInput, type InputRow } from './step-input.ts';

let catalogue: ProgramCatalogue;
beforeAll(async () => {
  catalogue = await fixtureCatalogue();
});

const node = (id: string, kind: string, params: Record<string, unknown> = {}) => ({
  id,
  block: `millwright/fixture.${kind}`,
  version: '1.0.0',
  params,
});
const wire = (from: string, to: string): NonNullable<GraphDocumentInput['wires']>[number] => {
  const ends = (text: string, port: string) => ({ node: text.split('.')[0] ?? '', port: text.split('.')[1] ?? port });
  return { from: ends(from, 'out'), to: ends(to, 'in') };
};
/** A chain that keeps some rows, forks by size, meets again, and closes windows. */
const graph: GraphDocumentInput = {
  format: 1,
  nodes: [
    { id: 'source', block: 'test/source.value', version: '1.0.0' },
    node('scale', 'scale'),
    node('average', 'average'),
    node('keep', 'filter', { keep: 'value >= 5' }),
    node('after', 'scale'),
    node('fork', 'route'),
    node('high', 'total'),
    node('low', 'total'),
    node('both', 'scale'),
  ],
  wires: [
    wire('source', 'scale'),
    wire('scale', 'average'),
    wire('source', 'keep'),
    wire('keep', 'after'),
    wire('after', 'fork'),
    wire('fork.high', 'high'),
    wire('fork.low', 'low'),
    wire('high', 'both'),
    wire('low', 'both'),
  ],
  outputs: ['scale', 'average', 'keep', 'after', 'high', 'low', 'both'].map((name) => ({
    name,
    from: { node: name, port: 'out' },
  })),
};

describe('counts of each node', () => {
  const rows: InputRow[] = Array.from({ length: 20 }, (_, i) => ({
    source: 0,
    clock: 1_700_000_000_000 + i * 10,
    key: i % 2 ? 'a' : 'b',
    values: { value: i, tag: 'a' },
  }));
  it('are the rows that reached it, whether rows are kept for somebody or not', async () => {
    // with every wire an output each port has its rows written down; without, they are counted on the way
    for (const outputs of [graph.outputs, [{ name: 'both', from: { node: 'both', port: 'out' } }]]) {
      const compiled = await compileGraph({ ...graph, outputs }, { catalogue });
      if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
      const { program } = compiled;
      expect(program.info.nodes).toEqual(
        graph.nodes?.map((n) => n.id).sort((a, b) => program.info.nodes.indexOf(a) - program.info.nodes.indexOf(b)),
      );
      const stepper = createLocalStepper(program);
      for (const part of [rows.slice(0, 7), rows.slice(7)]) {
        const { nodes } = stepper.stepNow(buildStepInput(program.info, part));
        const of = (id: string) => nodes?.rows[program.info.nodes.indexOf(id)];
        const values = part.map((r) => Number(r.values?.value));
        const kept = values.filter((v) => v >= 5).length;
        expect([of('source'), of('scale'), of('average'), of('keep')]).toEqual(Array(4).fill(part.length));
        expect([of('after'), of('fork')]).toEqual([kept, kept]);
        expect((of('high') ?? 0) + (of('low') ?? 0)).toBe(of('both'));
        expect(nodes?.last[program.info.nodes.indexOf('average')]).toBe(part.at(-1)?.clock);
      }
      const none = stepper.stepNow(buildStepInput(program.info, [{ clock: 1_700_000_001_000 }])).nodes;
      expect([...(none?.rows ?? [])]).toEqual(Array(9).fill(0));
      expect([...(none?.last ?? [])]).toEqual(Array(9).fill(Number.NaN));
    }
  });
  it('rows that a block fails on are counted there, and do not reach what follows', async () => {
    const failing: GraphDocumentInput = {
      format: 1,
      nodes: [{ id: 'source', block: 'test/source.value', version: '1.0.0' }, node('bad', 'past'), node('next', 'scale')],
      wires: [wire('source', 'bad'), wire('bad', 'next')],
      outputs: [{ name: 'next', from: { node: 'next', port: 'out' } }],
    };
    const compiled = await compileGraph(failing, { catalogue });
    if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
    const result = createLocalStepper(compiled.program).stepNow(buildStepInput(compiled.program.info, rows));
    const failed = result.nodes?.failed[compiled.program.info.nodes.indexOf('bad')];
    expect(failed).toBe(result.dead.filter((d) => d.node === 'bad').length);
    expect(result.nodes?.rows[compiled.program.info.nodes.indexOf('next')]).toBe(result.outputs[0]?.n ?? 0);
  });
});
