import parse from 'parse-prometheus-text-format';
import { expect, test } from 'vitest';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { readMetrics } from './serve-metrics.ts';

/** By a parser that is not ours; what it cannot read it leaves out, so every line must be found again. */
async function read(source: Parameters<typeof readMetrics>[0]) {
  const text = await readMetrics(source);
  const families = parse(text);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(families.reduce((sum, family) => sum + family.metrics.length, 0)).toBe(lines.length);
  const value = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    families
      .find((family) => family.name === `millwright_${name}`)
      ?.metrics.find((metric) => Object.entries(labels).every(([label, text]) => metric.labels?.[label] === text))?.value;
  return { text, families, value };
}

test('an empty platform has metrics, all well formed', async () => {
  await using database = await testDatabase();
  const { value, families } = await read({ sql: database.sql, queues: async () => ({ turn: { wait: 2, active: 0 } }) });
  expect(value('historian_behind_entries')).toBe('0');
  expect(value('series_left_out', { of: 'instance' })).toBe('0');
  expect(value('queue_jobs', { queue: 'turn', state: 'wait' })).toBe('2');
  expect(Number(value('database_bytes'))).toBeGreaterThan(1e6);
  expect(families.every(({ name }) => name.startsWith('millwright_'))).toBe(true);
  // A queue that is away is not known; all else is told.
  const away = await read({ sql: database.sql, queues: () => Promise.reject(new Error('away')) });
  expect([away.value('queue_jobs', { queue: 'turn' }), away.value('log_days')]).toEqual([undefined, expect.any(String)]);
});

test('an instance that is behind, a dead letter of a node and a connection that failed can be seen', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const id = '00000000-0000-7000-8000-000000000001';
  await sql`insert into organization (id, name, slug, created_at) values ('a', 'A', 'a', now())`;
  await sql`insert into connection (org_id, name, connector, settings, status) values
    ('a', 'Press "1"', 'opcua', '{}', '{"state":"failed","since":"2026-01-01T00:00:00Z","samplesPerSecond":2.5}'::text::jsonb)`;
  const [scan] = await sql<{ id: number }[]>`insert into lane (org_id, kind) values ('a', 'scan') returning id`;
  const [out] = await sql<{ id: number }[]>`insert into lane (org_id, kind) values ('a', 'output') returning id`;
  if (!scan || !out) throw new Error('no lane');
  await sql`insert into app_version (id, org_id, name, version, graph, graph_hash, screens) values (${id}, 'a', '{"en":"Acme"}', '1',
    '{"nodes":[{"id":"press","block":"millwright/series.ewma"},{"id":"mill","block":"millwright/transform.subgraph","params":{"graph":"line"}}],
      "subgraphs":{"line":{"nodes":[{"id":"core","block":"millwright/transform.subgraph","params":{"graph":"core"}}]},
        "core":{"nodes":[{"id":"filter","block":"millwright/series.kalman"}]}}}', 'x', '[]')`;
  await sql`insert into installation (id, org_id, name, version_id) values (${id}, 'a', '{"en":"Acme"}', ${id})`;
  await sql`insert into instance (id, org_id, installation_id, version_id, key, bindings, status) values (${id}, 'a', ${id}, ${id}, 'C-1', '{}', 'running')`;
  await sql`insert into shard (org_id, instance_id, lanes, out_lane, step, cursor) values ('a', ${id}, array[${scan.id}::int], ${out.id}, 41, array[1::bigint])`;
  await sql`insert into dead_letter (org_id, instance_id, shard_id, step, node, reason) values ('a', ${id}, 1, 3, 'press', 'x'), ('a', ${id}, 1, 4, 'press', 'x')`;
  const writer = await openScanWriter(database.url, [scan.id]);
  const column = (value: number) => Float64Array.of(value);
  for (const at of [1, 2, 3])
    await writer.append([
      {
        lane: scan.id,
        entry: { kind: 'samples', at, origin: 'measured', n: 1, tag: Int32Array.of(1), time: column(at), value: column(at) },
      },
    ]);
  await writer.close();
  await sql`insert into node_figures (shard_id, org_id, instance_id, nodes, since, at) values (1, 'a', ${id},
    ${JSON.stringify({ press: { rows: 90, failed: 3, last: Date.now() - 2_000, rate: 4, latency: 30 }, 'mill/core/filter': { rows: 7, failed: 2, rate: 0.5 } })}::text::jsonb, 0, extract(epoch from now()) * 1000)`;
  const { value, text } = await read({ sql });
  const of = { org: 'a', instance: id };
  const press = { org: 'a', connector: 'opcua' };
  const block = { block: 'millwright/series.ewma' };
  expect([
    value('instance_running', of),
    value('instance_steps_total', of),
    value('instance_behind_entries', of),
    value('instance_dead_letters', of),
    value('connection_live', press),
    value('connection_samples_per_second', press),
    value('historian_behind_entries'),
    value('log_entries_total', { kind: 'scan' }),
    value('block_rows_per_second', block),
    value('block_failed_rows', block),
    value('block_latency_seconds', block),
  ]).toEqual(['1', '41', '2', '2', '0', '2.5', '3', '3', '4', '3', '0.03']);
  expect(value('block_failed_rows', { block: 'millwright/series.kalman' })).toBe('2'); // a node of a subgraph in a subgraph
  // Ids alone: no name that a tenant gave.
  expect(text).not.toMatch(/Press|press|Acme/);
});

test('a thousand apps and connections are a bounded list, those in trouble first, and what is left out is counted', async () => {
  await using database = await testDatabase();
  const { sql } = database;
  const id = '00000000-0000-7000-8000-000000000001';
  await sql`insert into organization (id, name, slug, created_at) values ('a', 'A', 'a', now())`;
  await sql`insert into app_version (id, org_id, name, version, graph, graph_hash, screens) values (${id}, 'a', '{}', '1', '{"nodes":[]}', 'x', '[]')`;
  await sql`insert into installation (id, org_id, name, version_id) values (${id}, 'a', '{}', ${id})`;
  await sql`insert into instance (org_id, installation_id, version_id, key, bindings, status)
    select 'a', ${id}, ${id}, 'C-' || n, '{}', case when n = 777 then 'failed' else 'running' end from generate_series(1, 1000) n`;
  await sql`insert into connection (org_id, name, connector, settings) select 'a', 'c ' || n, 'opcua', '{}' from generate_series(1, 1000) n`;
  const { families, value } = await read({ sql });
  const running = families.find(({ name }) => name === 'millwright_instance_running')?.metrics;
  expect(running).toHaveLength(500);
  expect(running?.filter((metric) => metric.value === '0')).toHaveLength(1);
  expect([value('series_left_out', { of: 'instance' }), value('series_left_out', { of: 'connection' })]).toEqual(['500', '500']);
  expect(families.reduce((sum, family) => sum + family.metrics.length, 0)).toBeLessThan(5_000);
});
