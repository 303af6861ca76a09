import type { Sql } from 'postgres';
import type { Family } from './exposition.ts';

/** The log: how much of it there is, and what was appended since its lanes were made. */
export async function logFamilies(sql: Sql): Promise<Family[]> {
  const lanes = await sql<{ kind: string; lanes: number; entries: number }[]>`
    with l as (select kind, array_agg(id order by id) as ids from lane group by kind)
    select l.kind, cardinality(l.ids)::float8 as lanes, (select coalesce(sum(h), 0) from unnest(log_heads(l.ids)) h)::float8 as entries from l`;
  const [size] = await sql<{ days: number; bytes: number; database: number }[]>`
    select count(*)::float8 as days, coalesce(sum(pg_total_relation_size(inhrelid)), 0)::float8 as bytes,
      pg_database_size(current_database())::float8 as database from pg_inherits where inhparent = 'log'::regclass`;
  const [archived] = await sql<{ n: number }[]>`select count(*)::float8 as n from log_archive`;
  const gauge = (name: string, help: string, value: number | undefined): Family => ({
    name,
    type: 'gauge',
    help,
    samples: value === undefined ? [] : [{ value }],
  });
  return [
    {
      name: 'log_entries_total',
      type: 'counter',
      help: 'Entries appended to the log, by kind of lane: samples of machines, control (people, answers, timers), outputs of apps.',
      samples: lanes.map(({ kind, entries }) => ({ labels: { kind }, value: entries })),
    },
    {
      name: 'log_lanes',
      type: 'gauge',
      help: 'Lanes of the log by kind.',
      samples: lanes.map((row) => ({ labels: { kind: row.kind }, value: row.lanes })),
    },
    gauge('log_days', 'Days of the log that are in the database.', size?.days),
    gauge('log_bytes', 'Bytes of the log in the database, indexes included.', size?.bytes),
    gauge('log_archived_days', 'Archived stretches of the log.', archived?.n),
    gauge('database_bytes', 'Bytes of the whole database.', size?.database),
  ];
}
