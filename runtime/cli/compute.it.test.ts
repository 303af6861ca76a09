import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MW = fileURLToPath(new URL('./mw.mjs', import.meta.url));
const TREE = fileURLToPath(new URL('../compute/fixtures/tree.onnx', import.meta.url));
const HASH = 'c751648ce55ce28fdf7559bc87aca438b750fe3baa4e87cefc0ba556f465cbcd';

test('mw run computes a model that lies beside the graph: what scikit-learn predicts', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mw-model-'));
  const names = ['a', 'b', 'c'];
  const node = (id: string, block: string, params: object) => ({ id, block: `millwright/${block}`, version: '1.0.0', params });
  const graph = {
    format: 1,
    nodes: [
      ...names.map((role) => node(role, 'source.tag', { role })),
      node('row', 'series.join', {}),
      node('model', 'learn.onnx', {
        model: HASH,
        columns: names.map((name) => ({ name, input: 'x' })),
        outputs: [{ name: 'risk', output: 'y' }],
      }),
    ],
    wires: [
      ...names.map((name) => ({ from: { node: name, port: 'out' }, to: { node: 'row', port: name } })),
      { from: { node: 'row', port: 'out' }, to: { node: 'model', port: 'in' } },
    ],
    roles: names.map((name) => ({ name, title: { en: name, zh: name } })),
    outputs: [{ name: 'risk', from: { node: 'model', port: 'out' } }],
  };
  await writeFile(path.join(folder, 'graph.json'), JSON.stringify(graph));
  await cp(TREE, path.join(folder, 'tree.onnx'));
  const rows = [
    [0.061696206518683294, 0.0175059114895705],
    [0.019907486170462722, 0.037236246732001224],
    [0.0218723855140367, -0.0228846771720037],
  ];
  for (const [i, name] of names.entries())
    await writeFile(path.join(folder, `${name}.csv`), `time,value\n0,${rows[i]?.[0]}\n1000,${rows[i]?.[1]}\n`);
  const done = spawnSync(
    process.execPath,
    [MW, 'run', 'graph.json', ...names.flatMap((name) => ['--in', `${name}=${name}.csv`]), '--out', 'result', '--json'],
    { encoding: 'utf8', cwd: folder },
  );
  expect(done.stderr).toBe('');
  expect(JSON.parse(done.stdout)).toMatchObject({ effects: { 'compute.onnx': 2 }, answersUnknown: 0, deadLetters: 0 });
  const lines = (await readFile(path.join(folder, 'result/risk.csv'), 'utf8')).trim().split('\n').slice(1);
  for (const [i, want] of [231.3409090909091, 178.21212121212122].entries())
    expect(Number(lines[i]?.split(',')[2])).toBeCloseTo(want, 3); // scikit-learn 1.2.1, see runtime/compute/onnx/run.test.ts
  await rm(folder, { recursive: true, force: true });
});
