import type { Sql } from 'postgres';
import { SUBGRAPH } from '#runtime/graph/subgraph.ts';
import type { Family } from './exposition.ts';

/** Kinds of block that are listed, busiest first. Single nodes are on the screens: there are too many of them for a monitoring system. */
const MOST_BLOCKS = 200;

interface BlockRow {
  block: string;
  nodes: number;
  rate: number;
  rows: number;
  failed: number;
  latency: number | null;
  age: number | null;
  cores: number | null;
  of: number;
}

/** What the nodes of running apps do, of all nodes of one kind of block together. */
export async function nodeFamilies(sql: Sql): Promise<Family[]> {
  const rows = await sql<BlockRow[]>`
    with recursive now as (select extract(epoch from clock_timestamp()) * 1000 as ms),
    running as (select v.id, v.graph::jsonb as graph from (select distinct i.version_id from instance i where i.status = 'running') r
      join app_version v on v.id = r.version_id),
    g as (select r.id, n->>'id' as node, n->>'block' as block, n->'params'->>'graph' as inner_graph, r.graph->'subgraphs' as subgraphs
        from running r cross join lateral jsonb_array_elements(r.graph->'nodes') n
      union all
      select g.id, g.node || '/' || (n->>'id'), n->>'block', n->'params'->>'graph', g.subgraphs
        from g cross join lateral jsonb_array_elements(g.subgraphs->g.inner_graph->'nodes') n where g.block = ${SUBGRAPH}),
    f as (select g.block, (x.value->>'rows')::float8 as rows, (x.value->>'failed')::float8 as failed,
        case when now.ms - f.at > 15000 then 0 else (x.value->>'rate')::float8 end as rate,
        (x.value->>'latency')::float8 as latency, (now.ms - (x.value->>'last')::float8) / 1000 as age,
        case when now.ms - f.at > 15000 then 0 else (x.value->'cpu'->>'cores')::float8 end as cores
      from node_figures f join instance i on i.id = f.instance_id cross join now cross join lateral jsonb_each(f.nodes) x
        join g on g.id = i.version_id and g.node = x.key)
    select block, count(*)::float8 as nodes, sum(rate) as rate, sum(rows) as rows, sum(failed) as failed,
      sum(latency * rate) / nullif(sum(rate) filter (where latency is not null), 0) / 1000 as latency, min(age) as age, sum(cores) as cores, (count(*) over ())::float8 as of
    from f group by block order by sum(rate) desc, block limit ${MOST_BLOCKS}`;
  const each = (value: (row: BlockRow) => number | null) =>
    rows.flatMap((row) => {
      const found = value(row);
      return found === null ? [] : [{ labels: { block: row.block }, value: found }];
    });
  return [
    { name: 'block_nodes', type: 'gauge', help: 'Nodes in running apps, by block.', samples: each((row) => row.nodes) },
    {
      name: 'block_rows_per_second',
      type: 'gauge',
      help: 'Rows that reach nodes of this block.',
      samples: each((row) => row.rate),
    },
    {
      name: 'block_rows',
      type: 'gauge',
      help: 'Rows that reached nodes of this block since their shards were loaded.',
      samples: each((row) => row.rows),
    },
    {
      name: 'block_failed_rows',
      type: 'gauge',
      help: 'Rows that nodes of this block failed on since their shards were loaded.',
      samples: each((row) => row.failed),
    },
    {
      name: 'block_latency_seconds',
      type: 'gauge',
      help: 'From the append of a sample to the commit of the step that brought nodes of this block rows: mean of the last seconds.',
      samples: each((row) => row.latency),
    },
    {
      name: 'block_last_record_age_seconds',
      type: 'gauge',
      help: 'Seconds since the newest row reached a node of this block.',
      samples: each((row) => row.age),
    },
    {
      name: 'block_cpu_cores',
      type: 'gauge',
      help: 'CPU that nodes of this block take, in cores, by samples of what a row costs them: a coarse guide.',
      samples: each((row) => row.cores),
    },
    {
      name: 'blocks_left_out',
      type: 'gauge',
      help: 'Kinds of block that are not listed above, because the list is bounded.',
      samples: [{ value: Math.max(0, (rows[0]?.of ?? 0) - rows.length) }],
    },
  ];
}
