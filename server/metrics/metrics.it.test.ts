import { expect, test } from 'vitest';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { readMetrics } from './serve-metrics.ts';

/** A line of the text format: a name, labels, a number. */
const LINE =
  /^(# (HELP|TYPE) millwright_\w+ .+|millwright_\w+(\{\w+="([^"\\\n]|\\[\\"n])*"(,\w+="([^"\\\n]|\\[\\"n])*")*\})? (NaN|[+-]Inf|-?\d+(\.\d+)?(e[+-]?\d+)?))$/;

test('an empty platform has metrics, all well formed', async () => {
  await using database = await testDatabase();
  const lines = (await readMetrics(database.sql)).trimEnd().split('\n');
  expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
  expect(lines).toContain('millwright_historian_behind_entries 0');
  expect(lines).toContain('millwright_series_left_out{of="instance"} 0');
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
  await sql`insert into app_version (id, org_id, name, version, graph, graph_hash, screens) values (${id}, 'a', '{}', '1', '{}', 'x', '[]')`;
  await sql`insert into installation (id, org_id, name, version_id) values (${id}, 'a', '{}', ${id})`;
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
  const lines = (await readMetrics(sql)).trimEnd().split('\n');
  expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
  const of = `{org="a",instance="${id}"}`;
  const press = '{org="a",connection="Press \\"1\\"",connector="opcua"}';
  for (const line of [
    `millwright_instance_running${of} 1`,
    `millwright_instance_steps_total${of} 41`,
    `millwright_instance_behind_entries${of} 2`,
    `millwright_node_dead_letters{instance="${id}",node="press"} 2`,
    `millwright_connection_live${press} 0`,
    `millwright_connection_samples_per_second${press} 2.5`,
    'millwright_historian_behind_entries 3',
  ])
    expect(lines).toContain(line);
});
