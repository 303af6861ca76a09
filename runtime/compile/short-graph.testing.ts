import { runRows, testCatalogue, testSource } from '#blocks/sdk/testing.ts';
import type { ColumnSchema } from '#runtime/batch/schema.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { ProgramCatalogue } from '#runtime/graph/manifest.ts';
import type { Program } from '#runtime/step/contract.ts';
import { compileGraph } from './compile.ts';
import { fixtureCatalogue } from './fixtures/index.ts';
import type { InputRow } from './step-input.ts';

/** Graphs of fixture blocks in a short form, for the tests of what a program means. */
export const fixtures = await fixtureCatalogue();

export type Nodes = Record<string, [block: string, params?: Record<string, unknown>, more?: object]>;
/** Short form: block ids without publisher, wires `a.out>b.in`; every output of `outputs` is `name=node.port`. */
export function document(
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
export async function compile(
  graph: GraphDocumentInput,
  catalogue: ProgramCatalogue = fixtures,
  options: { instrumented?: boolean; parameters?: Record<string, number> } = {},
): Promise<Program> {
  const result = await compileGraph(graph, { catalogue, ...options });
  if (!result.ok) throw new Error(result.problems.map((p) => `${p.code} ${p.node ?? ''}: ${p.message.en}`).join('\n'));
  return result.program;
}
/** A source block with these columns. */
export const withSource = (columns: Record<string, ColumnSchema>, base: ProgramCatalogue = fixtures): ProgramCatalogue => {
  const own = testCatalogue([testSource('test/source.own', columns)]);
  return {
    ...base,
    block: (id, v) => own.block(id, v) ?? base.block(id, v),
    versions: (id) => [...own.versions(id), ...base.versions(id)],
  };
};
export const row = (time: number, value: number, more: Partial<InputRow> = {}): InputRow => ({
  source: 0,
  time,
  clock: time,
  key: 'k',
  values: { value, tag: 'a' },
  ...more,
});
export const pairs = (program: Program, rows: readonly InputRow[], name = 'out', column = 'value') =>
  (runRows(program, rows).outputs[name] ?? []).map((r) => [r.time, r.values[column]]);
