import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Sql } from 'postgres';
import { log } from '../log.ts';
import { CONTENT_TYPE, expose } from './exposition.ts';
import { logFamilies } from './log-families.ts';
import { nodeFamilies } from './node-families.ts';
import { plantFamilies } from './plant-families.ts';
import { type ProcessRow, processFamilies } from './process-families.ts';
import { type QueueCounts, queueFamilies } from './queue-families.ts';

/**
 * `GET /metrics`, for a Prometheus. It shows all tenants' numbers, so it is for the operator of the platform alone: with `MILLWRIGHT_METRICS_TOKEN`
 * it wants `Authorization: Bearer <token>`; without one it answers this computer only, and nobody who comes through a proxy.
 */
export async function serveMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  source: MetricsSource | undefined,
): Promise<void> {
  const answer = (status: number, text: string, type = 'text/plain; charset=utf-8') => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(text);
  };
  const refusal = refuse(request, process.env.MILLWRIGHT_METRICS_TOKEN);
  if (refusal) return answer(refusal.status, `${refusal.text}\n`);
  try {
    if (!source) throw new Error('DATABASE_URL is not set');
    answer(200, await readMetrics(source), CONTENT_TYPE);
  } catch (error) {
    log.warn({ err: error }, 'metrics could not be read');
    answer(503, 'The database does not answer.\n');
  }
}

export interface MetricsSource {
  /** The owner's: the operator of the platform reads all tenants. */
  readonly sql: Sql;
  /** Jobs by state of each queue; absent or failing = not known. */
  readonly queues?: () => Promise<Readonly<Record<string, QueueCounts>>>;
}

export async function readMetrics({ sql, queues }: MetricsSource): Promise<string> {
  const rows = await sql<(Omit<ProcessRow, 'beat' | 'started'> & { beat: number; started: number; now: number })[]>`
    select name, kind, facts, extract(epoch from beat)::float8 * 1000 as beat, extract(epoch from started)::float8 * 1000 as started,
      extract(epoch from clock_timestamp())::float8 * 1000 as now from process order by name`;
  const processes = rows.map((row) => ({ ...row, beat: new Date(row.beat), started: new Date(row.started) }));
  return expose([
    ...processFamilies(processes, rows[0]?.now ?? 0),
    ...(await plantFamilies(sql)),
    ...(await nodeFamilies(sql)),
    ...(await logFamilies(sql)),
    ...queueFamilies((await queues?.().catch(() => undefined)) ?? {}),
  ]);
}

/** Why this caller gets nothing; undefined when it does. */
export function refuse(
  request: Pick<IncomingMessage, 'method' | 'headers'> & { socket: { remoteAddress?: string | undefined } },
  token: string | undefined,
): { status: number; text: string } | undefined {
  if (request.method !== 'GET') return { status: 405, text: 'Only GET.' };
  const { headers, socket } = request;
  if (token) {
    const given = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    if (same(given, token)) return undefined;
    return { status: 401, text: 'Send the token of MILLWRIGHT_METRICS_TOKEN: "Authorization: Bearer …".' };
  }
  const proxied = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined);
  const local = /^(127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? '');
  if (local && !proxied) return undefined;
  return { status: 403, text: 'Set MILLWRIGHT_METRICS_TOKEN to read metrics from another computer or through a proxy.' };
}

function same(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
