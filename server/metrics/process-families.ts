import type { process as processTable } from '#drizzle/schema/index.ts';
import type { SelfFacts } from '#runtime/supervisor/beat.ts';
import type { Family, Sample } from './exposition.ts';

export type ProcessRow = Pick<typeof processTable.$inferSelect, 'name' | 'kind' | 'beat' | 'started' | 'facts'>;

/** What processes tell of themselves (`startBeat`), by kind and fact. A fact that is not listed is not exposed. */
const FACTS: readonly { kind: string; fact: string; name: string; type: Family['type']; help: string; label?: string }[] = [
  {
    kind: 'gateway',
    fact: 'connections',
    name: 'gateway_connections',
    type: 'gauge',
    help: 'Connections that the gateway holds.',
  },
  {
    kind: 'gateway',
    fact: 'states',
    name: 'gateway_connection_states',
    type: 'gauge',
    help: 'Connections that the gateway holds, by state.',
    label: 'state',
  },
  {
    kind: 'gateway',
    fact: 'records',
    name: 'gateway_records_total',
    type: 'counter',
    help: 'Samples appended to the log since the gateway started.',
  },
  {
    kind: 'gateway',
    fact: 'spoolBytes',
    name: 'gateway_spool_bytes',
    type: 'gauge',
    help: 'Samples kept on disk because the log did not take them.',
  },
  {
    kind: 'gateway',
    fact: 'waitingEntries',
    name: 'gateway_waiting_entries',
    type: 'gauge',
    help: 'Entries in memory on their way to the log.',
  },
  { kind: 'gateway', fact: 'logAway', name: 'gateway_log_away', type: 'gauge', help: '1 while the log takes nothing.' },
  { kind: 'worker', fact: 'shards', name: 'worker_shards', type: 'gauge', help: 'Shards that the worker holds.' },
  {
    kind: 'worker',
    fact: 'parked',
    name: 'worker_parked_shards',
    type: 'gauge',
    help: 'Held shards whose program is not loaded.',
  },
  {
    kind: 'worker',
    fact: 'nodeTimingSeconds',
    name: 'worker_node_timing_seconds_total',
    type: 'counter',
    help: 'Time in which steps were taken once more to find out what each node costs.',
  },
  {
    kind: 'worker',
    fact: 'nodeTimings',
    name: 'worker_node_timings_total',
    type: 'counter',
    help: 'Apps of which that was found out, each time.',
  },
  {
    kind: 'worker',
    fact: 'nodeTimingsLeftOut',
    name: 'worker_node_timings_left_out_total',
    type: 'counter',
    help: 'Apps of which that could not be found out: too many nodes for the time that it may take, or a step that failed.',
  },
  {
    kind: 'worker',
    fact: 'steps',
    name: 'worker_steps_total',
    type: 'counter',
    help: 'Steps committed since the worker started.',
  },
  {
    kind: 'worker',
    fact: 'rows',
    name: 'worker_output_rows_total',
    type: 'counter',
    help: 'Rows of named outputs committed since the worker started.',
  },
  {
    kind: 'worker',
    fact: 'commits',
    name: 'worker_commits_total',
    type: 'counter',
    help: 'Transactions with steps of one or more shards.',
  },
  { kind: 'worker', fact: 'lost', name: 'worker_lost_shards_total', type: 'counter', help: 'Shards dropped with their state.' },
  {
    kind: 'worker',
    fact: 'tracesKept',
    name: 'worker_traces_kept_total',
    type: 'counter',
    help: 'Steps whose times were kept for traces.',
  },
  {
    kind: 'worker',
    fact: 'tracesLeftOut',
    name: 'worker_traces_left_out_total',
    type: 'counter',
    help: 'Steps whose times were not kept: only some of all are, and those that failed on a row.',
  },
  {
    kind: 'web',
    fact: 'traced',
    name: 'web_traces_kept_total',
    type: 'counter',
    help: 'Steps shown on screens that are among the traced ones.',
  },
  {
    kind: 'web',
    fact: 'tracesLeftOut',
    name: 'web_traces_left_out_total',
    type: 'counter',
    help: 'Steps shown on screens whose time of showing was not kept: only some of all are.',
  },
  {
    kind: 'historian',
    fact: 'active',
    name: 'historian_active',
    type: 'gauge',
    help: '1 for the historian that follows the log; others stand by.',
  },
  {
    kind: 'historian',
    fact: 'samples',
    name: 'historian_samples_total',
    type: 'counter',
    help: 'Samples stored since the historian started.',
  },
  {
    kind: 'historian',
    fact: 'bytes',
    name: 'historian_bytes_total',
    type: 'counter',
    help: 'Bytes of chunks written since the historian started.',
  },
];

/** `now` in epoch ms by the database's clock, as the beats are. */
export function processFamilies(rows: readonly ProcessRow[], now: number): Family[] {
  const each = (value: (row: ProcessRow) => number): Sample[] =>
    rows.map((row) => ({ labels: { kind: row.kind, process: row.name }, value: value(row) }));
  const life: Family[] = [
    {
      name: 'process_beat_age_seconds',
      type: 'gauge',
      help: 'Seconds since the process last said that it lives; it says so every two.',
      samples: each((row) => seconds(now - row.beat.getTime())),
    },
    {
      name: 'process_uptime_seconds',
      type: 'gauge',
      help: 'Seconds since the process started.',
      samples: each((row) => seconds(now - row.started.getTime())),
    },
  ];
  const self: Family[] = [
    {
      name: 'process_resident_bytes',
      type: 'gauge',
      help: 'Memory that the process occupies.',
      samples: ofSelf(rows, 'residentBytes'),
    },
    { name: 'process_cpu_seconds_total', type: 'counter', help: 'CPU time of the process.', samples: ofSelf(rows, 'cpuSeconds') },
    {
      name: 'process_loop_delay_seconds',
      type: 'gauge',
      help: 'Time that the event loop is late, 99th percentile since the last beat.',
      samples: ofSelf(rows, 'loopDelaySeconds'),
    },
  ];
  const told = FACTS.map(({ kind, fact, label, ...family }) => ({
    ...family,
    samples: rows
      .filter((row) => row.kind === kind)
      .flatMap((row) =>
        numbers(row.facts[fact], label).map(({ labels, value }) => ({ labels: { process: row.name, ...labels }, value })),
      ),
  }));
  return [...life, ...self, ...told];
}

/** What every process tells of itself, whatever its kind. */
function ofSelf(rows: readonly ProcessRow[], fact: keyof SelfFacts): Sample[] {
  return rows.flatMap((row) => {
    const value = (row.facts.self as Partial<SelfFacts> | undefined)?.[fact];
    return typeof value === 'number' ? [{ labels: { kind: row.kind, process: row.name }, value }] : [];
  });
}

const seconds = (milliseconds: number) => Math.max(0, Math.round(milliseconds) / 1_000);

/** A number, a yes or no, or numbers by name. */
function numbers(fact: unknown, label: string | undefined): Sample[] {
  if (typeof fact === 'number') return [{ value: fact }];
  if (typeof fact === 'boolean') return [{ value: fact ? 1 : 0 }];
  if (label === undefined || typeof fact !== 'object' || fact === null) return [];
  return Object.entries(fact).flatMap(([name, value]) =>
    typeof value === 'number' ? [{ labels: { [label]: name }, value }] : [],
  );
}
