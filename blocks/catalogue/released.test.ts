import { expect, test } from 'vitest';
import { runRows } from '#blocks/sdk/testing.ts';
import { compileGraph } from '#runtime/compile/compile.ts';
import { readBlock } from '#runtime/compile/read-block.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import { changedVersions, codeHash, locked, olderVersions, readLock, type VersionedText } from './released.ts';
import { loadCatalogue } from './runtime.ts';

const block = (version: string, text: string): VersionedText => ({
  id: 'series.sum',
  version,
  source: { text, bundled: false },
});

test('a released version may be laid out anew, but not changed; another version may', () => {
  const released = locked([block('1.0.0', 'export default f({ a: 1, each: (x) => x + 1 });')], {});
  const laidOut = 'export default f({\n  a: 1, // one\n  each: (x) => x + 1,\n});';
  expect(codeHash(laidOut)).toBe(released['series.sum@1.0.0']?.hash);
  expect(changedVersions([block('1.0.0', laidOut)], released)).toEqual([]);
  const changed = 'export default f({ a: 1, each: (x) => x + 2 });';
  expect(changedVersions([block('1.0.0', changed)], released)).toEqual([
    expect.stringMatching(/^series\.sum 1\.0\.0 was released/),
  ]);
  expect(changedVersions([block('1.1.0', changed)], released)).toEqual([]);
  expect(olderVersions([block('1.1.0', changed)], released)).toEqual([{ id: 'series.sum', version: '1.0.0' }]);
  // what is released once is never written over
  expect(locked([block('1.0.0', changed)], released)).toEqual(released);
});

test('every version that left its folder is in the catalogue under its name, and the compiler reads it', () => {
  const catalogue = loadCatalogue();
  const older = Object.keys(readLock()).filter((key) => {
    const [id = '', version = ''] = key.split('@');
    return catalogue.versions(`millwright/${id}`)[0] !== version;
  });
  expect(older).toEqual(expect.arrayContaining(['business.order@1.0.0', 'condition.spectrum@1.0.0', 'quality.ewma@1.0.0']));
  for (const key of older) {
    const [id = '', version = ''] = key.split('@');
    expect(catalogue.block(`millwright/${id}`, version)?.manifest).toMatchObject({ id: `millwright/${id}`, version });
    const source = catalogue.source(`millwright/${id}`, version);
    const { handlers } = readBlock(source?.text ?? '', { prefix: '$m0_', bundled: source?.bundled ?? false });
    // what the host feeds has no code of its own
    if (!id.startsWith('source.')) expect(handlers.size).toBeGreaterThan(0);
  }
});

test('versions of a block stand side by side: an app goes on with the one that it pins', async () => {
  const catalogue = loadCatalogue();
  expect(catalogue.versions('millwright/quality.ewma')).toEqual(['1.1.0', '1.0.0']);
  const chart = (version: string, params = {}) => ({
    id: `chart${version.replaceAll('.', '')}`,
    block: 'millwright/quality.ewma',
    version,
    params: { lambda: 0.3, target: 50, sigma: 2.0539, limits: 'steady', ...params },
  });
  const graph: GraphDocumentInput = {
    format: 1,
    roles: [{ name: 'x', title: { en: 'x', zh: 'x' } }],
    nodes: [
      { id: 'in', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'x' } },
      chart('1.0.0'),
      chart('1.1.0', { fast: 0.5 }),
    ],
    wires: ['100', '110'].map((v) => ({ from: { node: 'in', port: 'out' }, to: { node: `chart${v}`, port: 'in' } })),
    outputs: ['100', '110'].map((v) => ({ name: `v${v}`, from: { node: `chart${v}`, port: 'out' } })),
  };
  const made = await compileGraph(graph, { catalogue });
  if (!made.ok) throw new Error(made.problems[0]?.message.en);
  // NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4: data, statistic and limits
  const data = [
    52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1,
  ];
  const ewma = [
    50.6, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38, 49.92, 50.73, 51.23,
    51.94, 51.99,
  ];
  const rows = data.map((value, i) => ({ source: 0, time: i * 1000, clock: i * 1000, key: 'k', values: { value } }));
  const { v100 = [], v110 = [] } = runRows(made.program, rows).outputs;
  expect(v100.map((r) => Math.round(Number(r.values.z) * 100) / 100)).toEqual(ewma);
  expect(Number(v100[0]?.values.ucl)).toBeCloseTo(52.5884, 3);
  expect(Number(v100[0]?.values.lcl)).toBeCloseTo(47.4115, 3);
  // the newer one, asked for its fast start, begins with half of the width
  expect(Number(v110[0]?.values.ucl) - 50).toBeCloseTo((52.5884 - 50) / 2, 3);
});
