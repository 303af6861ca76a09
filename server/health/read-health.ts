import { sql } from 'drizzle-orm';
import { process as processTable } from '#drizzle/schema/index.ts';
import { SILENT_AFTER_MS } from '#runtime/supervisor/beat.ts';
import { database } from '../db.ts';
import { env } from '../env.ts';
import { pingQueue } from './ping-queue.ts';

export type PartState = 'ok' | 'degraded' | 'down';
export interface PartHealth {
  readonly state: PartState;
  /** Why it is not `ok`, and what that means for the user. */
  readonly reason?: string;
  readonly [fact: string]: unknown;
}
export interface Health {
  /** `down`: this process cannot serve. `degraded`: screens work, but something behind them does not. */
  readonly status: PartState;
  readonly at: string;
  readonly parts: {
    readonly database: PartHealth;
    readonly queue: PartHealth;
    readonly workers: PartHealth;
    readonly gateways: PartHealth;
    readonly historian: PartHealth;
  };
}
type ProcessRow = Pick<typeof processTable.$inferSelect, 'kind' | 'name' | 'beat' | 'facts'>;

/** A database that hangs must not make the health page hang. */
const PATIENCE_MS = 2_000;

/** State of everything behind the screens, with reasons. Told to anyone who can reach the address: no names, hosts or versions in it. */
export async function readHealth(): Promise<Health> {
  const started = Date.now();
  const at = new Date(started).toISOString();
  let rows: ProcessRow[];
  let now: number;
  let readOnly: boolean;
  try {
    const answer = await inTime(async () => {
      const found = await database().db.select().from(processTable);
      const [clock] = await database().db.execute<{ now: string; read_only: string }>(
        sql`select extract(epoch from clock_timestamp()) * 1000 as now, current_setting('transaction_read_only') as read_only`,
      );
      return { found, now: Number(clock?.now), readOnly: clock?.read_only === 'on' };
    });
    rows = answer.found;
    now = answer.now;
    readOnly = answer.readOnly;
  } catch (error) {
    const unknown: PartHealth = { state: 'degraded', reason: 'unknown while the database does not answer' };
    const reason = `the database does not answer: ${error instanceof Error ? error.message : String(error)}`;
    const parts = {
      database: { state: 'down' as const, reason },
      queue: unknown,
      workers: unknown,
      gateways: unknown,
      historian: unknown,
    };
    return { status: 'down', at, parts };
  }
  const parts = {
    database: databaseHealth(Date.now() - started, readOnly),
    queue: await queueHealth(),
    workers: kindHealth(rows, now, 'worker', 'apps do not run; nothing is lost, they go on where they stopped'),
    gateways: kindHealth(rows, now, 'gateway', 'no values arrive from machines'),
    historian: kindHealth(rows, now, 'historian', 'trends end now; they are filled up from the log when it is back'),
  };
  const status = Object.values(parts).every((part) => part.state === 'ok') ? 'ok' : 'degraded';
  return { status, at, parts };
}

function databaseHealth(milliseconds: number, readOnly: boolean): PartHealth {
  if (!readOnly) return { state: 'ok', milliseconds };
  return {
    state: 'degraded',
    milliseconds,
    reason: 'the database is read-only: what happened can be looked at, nothing new is stored',
  };
}

async function queueHealth(): Promise<PartHealth> {
  const url = env().QUEUE_URL;
  if (!url) return { state: 'ok', in: 'database' };
  try {
    await inTime(() => pingQueue(url));
    return { state: 'ok', in: 'redis' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      state: 'down',
      in: 'redis',
      reason: `the queue does not answer (${why}): running apps keep running, new ones start some seconds later, tests on recorded data wait`,
    };
  }
}

/** Processes of a kind by their heartbeat; a row that fell silent belongs to one that hangs or was killed. */
export function kindHealth(rows: readonly ProcessRow[], now: number, kind: string, meaning: string): PartHealth {
  const mine = rows.filter((row) => row.kind === kind);
  const silent = mine.filter((row) => now - row.beat.getTime() > SILENT_AFTER_MS);
  const alive = mine.length - silent.length;
  const count = { alive, silent: silent.length };
  if (alive === 0) {
    const last = Math.max(...silent.map((row) => row.beat.getTime()));
    const since = silent.length > 0 ? `silent for ${Math.round((now - last) / 1000)} s` : 'none is running';
    return { state: 'down', ...count, reason: `${since}: ${meaning}` };
  }
  if (silent.length > 0) return { state: 'degraded', ...count, reason: `${silent.length} of ${mine.length} silent` };
  // What a process says that it cannot do.
  const problem = mine.map((row) => row.facts.problem).find((said) => typeof said === 'string');
  return problem === undefined ? { state: 'ok', ...count } : { state: 'degraded', ...count, reason: String(problem) };
}

async function inTime<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
