import { sql } from 'drizzle-orm';
import { process as processTable } from '#drizzle/schema/index.ts';
import { type ToldTrouble, type Trouble, tell, troublesIn } from '#drizzle/troubles.ts';
import { SILENT_AFTER_MS } from '#runtime/supervisor/beat.ts';
import { database } from '../db.ts';
import { env } from '../env.ts';
import { pingQueue } from './ping-queue.ts';

export type PartState = 'ok' | 'degraded' | 'down';
export interface PartHealth {
  readonly state: PartState;
  /** Why it is not `ok`: codes for machines, sentences for people. */
  readonly reasons?: readonly ToldTrouble[];
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
    const unknown = part('degraded', {}, [{ code: 'unknown' }]);
    const parts = {
      database: part('down', {}, [noAnswer(error)]),
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
    workers: kindHealth(rows, now, 'worker'),
    gateways: kindHealth(rows, now, 'gateway'),
    historian: kindHealth(rows, now, 'historian'),
  };
  const status = Object.values(parts).every((one) => one.state === 'ok') ? 'ok' : 'degraded';
  return { status, at, parts };
}

function part(state: PartState, facts: Readonly<Record<string, unknown>>, troubles: readonly Trouble[] = []): PartHealth {
  return { ...facts, state, ...(troubles.length > 0 ? { reasons: troubles.map(tell) } : {}) };
}

/** By its code where the system gave it one: what it says beside that names hosts and paths. */
function noAnswer(error: unknown): Trouble {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { code: 'no-answer', params: { why: String(typeof code === 'string' ? code : message) } };
}

const databaseHealth = (milliseconds: number, readOnly: boolean): PartHealth =>
  readOnly
    ? part('degraded', { milliseconds }, [{ code: 'database-read-only' }, { code: 'nothing-stored' }])
    : part('ok', { milliseconds });

async function queueHealth(): Promise<PartHealth> {
  const url = env().QUEUE_URL;
  if (!url) return part('ok', { in: 'database' });
  try {
    await inTime(() => pingQueue(url));
    return part('ok', { in: 'redis' });
  } catch (error) {
    return part('down', { in: 'redis' }, [noAnswer(error)]);
  }
}

/** Processes of a kind by their heartbeat; a row that fell silent belongs to one that hangs or was killed. */
export function kindHealth(rows: readonly ProcessRow[], now: number, kind: string): PartHealth {
  const mine = rows.filter((row) => row.kind === kind);
  const silent = mine.filter((row) => now - row.beat.getTime() > SILENT_AFTER_MS);
  const alive = mine.length - silent.length;
  const count = { alive, silent: silent.length };
  if (alive === 0) {
    const last = Math.max(...silent.map((row) => row.beat.getTime()));
    const why: Trouble =
      silent.length > 0 ? { code: 'silent', params: { seconds: Math.round((now - last) / 1000) } } : { code: 'none-running' };
    return part('down', count, [why]);
  }
  const troubles: Trouble[] =
    silent.length > 0 ? [{ code: 'some-silent', params: { silent: silent.length, count: mine.length } }] : [];
  // What those that live say that they cannot do; several mostly say the same.
  for (const row of mine)
    if (!silent.includes(row))
      for (const said of troublesIn(row.facts))
        if (!troubles.some((one) => one.code === said.code && one.step === said.step)) troubles.push(said);
  return part(troubles.length > 0 ? 'degraded' : 'ok', count, troubles);
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
