import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GRAPH_SCHEMA, graphSchemaText } from '#blocks/catalogue/generate-graph-schema.ts';
import { sha256 } from './hash.ts';
import type { Migration } from './migrate.ts';
import { parseGraph } from './parse.ts';

const good = { format: 1, nodes: [{ id: 'a', block: 'millwright/series.ewma', version: '1.0.0' }], wires: [] };

test('a graph comes out whole, with what it left out', () => {
  const parsed = parseGraph(JSON.stringify(good));
  expect(parsed).toMatchObject({
    ok: true,
    document: { nodes: [{ id: 'a', params: {}, position: { x: 0, y: 0 } }], roles: [], outputs: [] },
  });
});

test.each<[unknown, string, RegExp]>([
  ['{"format": 1,', 'graph-json', /not JSON/],
  ['{\n  "format": x }', 'graph-json', /line 2, column 13/],
  [[], 'graph-shape', /JSON object/],
  [{ nodes: [] }, 'graph-format', /format/],
  [{ ...good, format: 2 }, 'graph-newer', /format 2.*up to 1/],
  [{ ...good, nodes: [{ id: 'A b', block: 'x', version: '1' }] }, 'graph-shape', /nodes\.0\.id/],
  [{ ...good, wires: [{ from: 'a', to: 'b' }] }, 'graph-shape', /wires\.0\.from/],
])('refused: %j', (source, code, message) => {
  const parsed = parseGraph(source);
  expect(parsed.ok).toBe(false);
  if (parsed.ok) return;
  expect(parsed.problems[0]?.code).toBe(code);
  expect(parsed.problems[0]?.message.en).toMatch(message);
  expect(parsed.problems[0]?.message.zh).toMatch(/[\u4e00-\u9fff]/);
});

test('older formats pass through every migration in turn', () => {
  const chain: Migration[] = [
    { from: 1, migrate: ({ knots, ...rest }) => ({ ...rest, blocks: knots }) },
    { from: 2, migrate: ({ blocks, ...rest }) => ({ ...rest, nodes: blocks }) },
  ];
  const { nodes, ...rest } = good;
  expect(parseGraph({ ...rest, knots: nodes }, chain, 3)).toMatchObject({
    ok: true,
    migratedFrom: 1,
    document: { nodes: [{ id: 'a' }] },
  });
  expect(parseGraph({ ...rest, format: 2, blocks: nodes }, chain, 3)).toMatchObject({ ok: true, migratedFrom: 2 });
  expect(parseGraph({ ...rest, knots: nodes }, chain.slice(1), 3)).toMatchObject({
    ok: false,
    problems: [{ code: 'graph-older' }],
  });
});

test('the published JSON Schema is fresh: npm run catalogue', () => {
  expect(readFileSync(GRAPH_SCHEMA, 'utf8')).toBe(graphSchemaText());
});

// FIPS 180-2, appendix B.1
test('the hash is SHA-256 of the bytes', async () => {
  expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
