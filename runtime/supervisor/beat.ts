import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Sql } from 'postgres';

/** A process is counted as silent after this long: two beats missed and one more for a slow machine. */
export const SILENT_AFTER_MS = 8_000;
const BEAT_MS = 2_000;
/** Looks at the event loop this often. */
const LOOP_MS = 20;

/** What a process kind says of itself; asked at every beat, so keep it cheap. */
export type Facts = () => Record<string, unknown>;

/** What every process tells of itself, under the name `self`. */
export interface SelfFacts {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  /** How late the event loop is, 99th percentile since the last beat. */
  readonly loopDelaySeconds: number;
}

export interface Beat {
  readonly name: string;
  /** Takes the row away: a process that stopped on purpose is not a process that fell silent. */
  stop(): Promise<void>;
}

/**
 * Upserts this process' row in table `process` every two seconds. A database that is away is not an error here (every process lives
 * through it): the failure is told once to `warn`, and again only after a beat has worked in between.
 */
export function startBeat(options: {
  sql: Sql;
  kind: string;
  facts?: Facts;
  warn: (error: unknown) => void;
  /** Defaults to `MILLWRIGHT_PROCESS`, which the supervisor sets, or the kind and pid. */
  name?: string;
}): Beat {
  const { sql, kind, warn } = options;
  const host = hostname();
  const name = options.name ?? `${process.env.MILLWRIGHT_PROCESS ?? `${kind}-${process.pid}`}@${host}`;
  const started = new Date(Date.now() - process.uptime() * 1_000).toISOString();
  const delay = monitorEventLoopDelay({ resolution: LOOP_MS });
  delay.enable();
  const self = (): SelfFacts => {
    const { user, system } = process.cpuUsage();
    const late = delay.percentile(99) / 1e9 - LOOP_MS / 1e3;
    delay.reset();
    return {
      residentBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
      loopDelaySeconds: Number.isFinite(late) ? Math.max(0, Math.round(late * 1e4) / 1e4) : 0,
    };
  };
  let failing = false;
  let running: Promise<void> | undefined;
  const beat = async () => {
    try {
      // As text: a postgres.js pool that drizzle has taken over no longer writes dates and JSON by itself, a plain one does.
      const facts = JSON.stringify({ ...options.facts?.(), self: self() });
      await sql`
        insert into process (name, kind, host, pid, started, beat, facts)
        values (${name}, ${kind}, ${host}, ${process.pid}, ${started}::text::timestamptz, now(), ${facts}::text::jsonb)
        on conflict (name) do update set pid = excluded.pid, started = excluded.started, beat = now(), facts = excluded.facts`;
      failing = false;
    } catch (error) {
      if (!failing) warn(error);
      failing = true;
    }
  };
  const tick = () => {
    running ??= beat().finally(() => {
      running = undefined;
    });
  };
  tick();
  const timer = setInterval(tick, BEAT_MS);
  return {
    name,
    async stop() {
      clearInterval(timer);
      delay.disable();
      await running;
      // Never hold up a stop for the sake of a row: the database may be the one that is gone.
      await sql`delete from process where name = ${name} and pid = ${process.pid}`.catch(warn);
    },
  };
}
