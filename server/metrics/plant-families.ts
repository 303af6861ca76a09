import type { Sql } from 'postgres';
import type { Family, Sample } from './exposition.ts';

/**
 * More series than this make a monitoring system slow and expensive; what is left out is counted. Labels are ids alone: what a tenant calls its
 * plant, apps and machines is nobody's business here.
 */
const MOST_INSTANCES = 500;
const MOST_CONNECTIONS = 500;

interface InstanceRow {
  org: string;
  instance: string;
  running: boolean;
  steps: number;
  behind: number;
  age: number | null;
  of: number;
}
interface ConnectionRow {
  org: string;
  connection: string;
  connector: string;
  live: boolean;
  rate: number | null;
  age: number | null;
  of: number;
}
interface CountRow {
  org: string;
  instance: string;
  n: number;
  of: number;
}

/** Apps, connections and what waits, from the tables; `sql` is the owner's, for the operator of the platform reads all tenants. */
export async function plantFamilies(sql: Sql): Promise<Family[]> {
  const instances = await readInstances(sql);
  const connections = await readConnections(sql);
  const dead = await sql<CountRow[]>`
    select org_id as org, instance_id as instance, count(*)::float8 as n, (count(*) over ())::float8 as of
    from dead_letter group by 1, 2 order by n desc limit ${MOST_INSTANCES}`;
  const late = await sql<CountRow[]>`
    select org_id as org, instance_id as instance, sum(count)::float8 as n, (count(*) over ())::float8 as of
    from late_count group by 1, 2 order by n desc limit ${MOST_INSTANCES}`;
  const left = (rows: readonly { of: number }[]) => Math.max(0, (rows[0]?.of ?? 0) - rows.length);
  const ofInstance = ({ org, instance }: InstanceRow) => ({ org, instance });
  const ofConnection = ({ org, connection, connector }: ConnectionRow) => ({ org, connection, connector });
  const counts = (rows: readonly CountRow[]) => rows.map(({ org, instance, n }) => ({ labels: { org, instance }, value: n }));
  return [
    {
      name: 'instance_running',
      type: 'gauge',
      help: '1 while the instance of an app runs, 0 while it is stopped, failed or in quarantine.',
      samples: instances.map((row) => ({ labels: ofInstance(row), value: row.running ? 1 : 0 })),
    },
    {
      name: 'instance_steps_total',
      type: 'counter',
      help: 'Steps that the instance has committed.',
      samples: instances.map((row) => ({ labels: ofInstance(row), value: row.steps })),
    },
    {
      name: 'instance_behind_entries',
      type: 'gauge',
      help: 'Entries of its lanes that the instance has not consumed yet.',
      samples: instances.map((row) => ({ labels: ofInstance(row), value: row.behind })),
    },
    {
      name: 'instance_last_record_age_seconds',
      type: 'gauge',
      help: 'Seconds since the newest record that the instance consumed was appended.',
      samples: known(instances, (row) => row.age, ofInstance),
    },
    { name: 'instance_dead_letters', type: 'gauge', help: 'Records set aside, while they are kept.', samples: counts(dead) },
    {
      name: 'instance_late_rows_total',
      type: 'counter',
      help: 'Records that came too late for a window or join.',
      samples: counts(late),
    },
    {
      name: 'connection_live',
      type: 'gauge',
      help: '1 while values arrive over the connection as they should.',
      samples: connections.map((row) => ({ labels: ofConnection(row), value: row.live ? 1 : 0 })),
    },
    {
      name: 'connection_samples_per_second',
      type: 'gauge',
      help: 'Samples that arrive over the connection.',
      samples: known(connections, (row) => row.rate, ofConnection),
    },
    {
      name: 'connection_last_value_age_seconds',
      type: 'gauge',
      help: 'Seconds since the time of the newest value.',
      samples: known(connections, (row) => row.age, ofConnection),
    },
    ...(await waiting(sql)),
    {
      name: 'series_left_out',
      type: 'gauge',
      help: 'What is not listed above, because a list is bounded.',
      samples: [
        { labels: { of: 'instance' }, value: left(instances) },
        { labels: { of: 'connection' }, value: left(connections) },
        { labels: { of: 'count' }, value: left(dead) + left(late) },
      ],
    },
  ];
}

function known<R>(rows: readonly R[], value: (row: R) => number | null, labels: (row: R) => Record<string, string>): Sample[] {
  return rows.flatMap((row) => {
    const found = value(row);
    return found === null ? [] : [{ labels: labels(row), value: found }];
  });
}

/** Rows that apps cannot run are first: they are what one looks for. */
const readInstances = (sql: Sql) => sql<InstanceRow[]>`
  with i as (select id, org_id, status, (count(*) over ())::float8 as of from instance
    order by status = 'running', id limit ${MOST_INSTANCES}),
  s as (select s.*, log_heads(s.lanes) as heads from shard s join i on i.id = s.instance_id where s.ended_at is null)
  select i.org_id as org, i.id as instance, i.status = 'running' as running, i.of,
    coalesce(sum(s.step), 0)::float8 as steps,
    coalesce(sum((select sum(greatest(0, h - c)) from unnest(s.heads, s.cursor) u(h, c))), 0)::float8 as behind,
    min(extract(epoch from clock_timestamp()) - o.at / 1000)::float8 as age
  from i left join s on s.instance_id = i.id
    left join lateral (select at from log where log.day >= log_today() - 1 and log.lane = s.out_lane order by log.day desc, log.seq desc limit 1) o on true
  group by i.org_id, i.id, i.status, i.of`;

const readConnections = (sql: Sql) => sql<ConnectionRow[]>`
  select org_id as org, id as connection, connector, status->>'state' = 'live' as live,
    (status->>'samplesPerSecond')::float8 as rate,
    extract(epoch from clock_timestamp() - (status->>'lastValueAt')::timestamptz)::float8 as age, (count(*) over ())::float8 as of
  from connection where enabled order by status->>'state' = 'live', id limit ${MOST_CONNECTIONS}`;

async function waiting(sql: Sql): Promise<Family[]> {
  type Counted = { state: string; n: number }[];
  const counted = (rows: Counted) => rows.map(({ state, n }) => ({ labels: { state }, value: n }));
  const effects = await sql<Counted>`select status as state, count(*)::float8 as n from effect group by 1`;
  const alarms = await sql<Counted>`select state, count(*)::float8 as n from alarm group by 1`;
  const runs = await sql<Counted>`select status as state, count(*)::float8 as n from run group by 1`;
  const [gone] = await sql<{ n: number }[]>`select coalesce(sum(count), 0)::float8 as n from effect_gone`;
  const [oldest] = await sql<{ age: number | null }[]>`
    select extract(epoch from clock_timestamp() - min(created_at))::float8 as age from effect where status in ('pending', 'running')`;
  const [behind] = await sql<{ lanes: number; n: number }[]>`
    with l as (select array_agg(lane.id order by lane.id) as ids, array_agg(coalesce(c.seq, 0) order by lane.id) as done
      from lane left join history_cursor c on c.lane_id = lane.id where lane.kind <> 'control')
    select coalesce(sum(greatest(0, h - d)), 0)::float8 as n from l, unnest(log_heads(coalesce(l.ids, '{}')), l.done) u(h, d)`;
  return [
    { name: 'effects', type: 'gauge', help: 'Effects by state, while they are kept.', samples: counted(effects) },
    {
      name: 'effects_dropped_total',
      type: 'counter',
      help: 'Effects that are over and were taken away with the log that they belonged to.',
      samples: [{ value: gone?.n ?? 0 }],
    },
    {
      name: 'effect_oldest_seconds',
      type: 'gauge',
      help: 'Age of the oldest effect that is not done.',
      samples: [{ value: oldest?.age ?? 0 }],
    },
    { name: 'alarms', type: 'gauge', help: 'Alarms by state (ISA-18.2).', samples: counted(alarms) },
    { name: 'runs', type: 'gauge', help: 'Tests on recorded data, backtests and proofs by state.', samples: counted(runs) },
    {
      name: 'historian_behind_entries',
      type: 'gauge',
      help: 'Entries of the log that the historian has not stored yet.',
      samples: [{ value: behind?.n ?? 0 }],
    },
  ];
}
