import { expect, test } from 'vitest';
import { loadBlock, runRows, testCatalogue, testSource } from '#blocks/sdk/testing.ts';
import { compileGraph } from '#runtime/compile/compile.ts';

/** A chart as an app wires it: values → subgroups → limits → run rules; columns and units fit without a parameter between them. */
const ids = ['series/collect', 'quality/shewhart', 'quality/rules', 'quality/cusum'] as const;
const loaded = await Promise.all(ids.map((id) => loadBlock(new URL(`../${id}/block.ts`, import.meta.url))));
const measured = testSource('test/source.measured', { value: { type: 'number', unit: 'mm' } });

test('subgroups of values pass the chart and its rules; the fourth mean breaks rules 1 and 5', async () => {
  const compiled = await compileGraph(
    {
      format: 1 as const,
      nodes: [
        { id: 'gauge', block: 'test/source.measured', version: '1.0.0' },
        { id: 'subgroup', block: 'millwright/series.collect', version: '1.0.0', params: { mode: 'count', count: 5 } },
        { id: 'chart', block: 'millwright/quality.shewhart', version: '1.0.0', params: { chart: 'xbar-r', points: 3 } },
        { id: 'rules', block: 'millwright/quality.rules', version: '1.0.0' },
        { id: 'shift', block: 'millwright/quality.cusum', version: '1.0.0', params: { target: 10, sigma: 0.77 } },
      ],
      wires: [
        { from: { node: 'gauge', port: 'out' }, to: { node: 'subgroup', port: 'in' } },
        { from: { node: 'subgroup', port: 'out' }, to: { node: 'chart', port: 'in' } },
        { from: { node: 'chart', port: 'out' }, to: { node: 'rules', port: 'in' } },
        { from: { node: 'chart', port: 'out' }, to: { node: 'shift', port: 'in' } },
      ],
      outputs: [
        { name: 'judged', from: { node: 'rules', port: 'out' } },
        { name: 'shifted', from: { node: 'shift', port: 'out' } },
      ],
    },
    {
      catalogue: testCatalogue([
        measured,
        ...loaded.map(({ block, manifest, source }) => ({ manifest, params: block.params, ...(source ? { source } : {}) })),
      ]),
    },
  );
  if (!compiled.ok) throw new Error(compiled.problems.map((p) => p.message.en).join('\n'));
  const { program } = compiled;
  const judged = program.info.outputs.find((o) => o.name === 'judged');
  expect(judged?.schema.columns.ucl?.unit).toBe('mm');
  // means 10, 12, 8, 13 and ranges 4, 4, 4, 9: limits 10 ± 0.577·4 (ASTM E2587)
  const values = [10, 12, 11, 9, 8, 12, 14, 13, 11, 10, 8, 10, 9, 7, 6, 11, 13, 12, 10, 19];
  const rows = values.map((value, i) => ({ source: 0, time: i * 1000, clock: i * 1000, key: 'k', values: { value } }));
  const { outputs, dead } = runRows(program, rows);
  expect(dead).toEqual([]);
  expect(outputs.judged?.map((r) => [r.time, r.values.value, r.values.rules])).toEqual([
    [4000, 10, ''],
    [9000, 12, ''],
    [14000, 8, ''],
    // beyond 3σ, and with 12 the second of three beyond 2σ
    [19000, 13, '1,5'],
  ]);
  expect(outputs.judged?.[3]?.values.ucl).toBeCloseTo(12.308, 2);
  expect(outputs.shifted).toHaveLength(4);
});
