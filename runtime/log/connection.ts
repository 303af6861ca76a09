import pg from 'pg';
import { pgOptions } from '#drizzle/address.ts';

/** The log is away: the connection broke or cannot be made. Whoever gets this may try again; nothing was decided. */
export class LogUnavailableError extends Error {
  readonly code = 'LOG_UNAVAILABLE';
  constructor(cause: unknown) {
    super(`the log's database does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'LogUnavailableError';
  }
}

// `pg` decodes every binary field as UTF-8 first, which destroys bytea; so results are text, bytea as hex.
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  17: (text) => Buffer.from(text.slice(2), 'hex'),
  20: Number,
  1016: (text) => text.slice(1, -1).split(',').filter(Boolean).map(Number),
};
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => parsers[oid] ?? pg.types.getTypeParser(oid, format as 'text'),
};

/** One session of the log's own driver (multi-row VALUES with binary bytea: 4–5 M records/s, where postgres.js sends hex). */
export async function connectLog(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({
    ...pgOptions(url),
    application_name: `millwright ${name}`,
    types,
    keepAlive: true,
    // a server that hangs must not hang the process: the caller connects anew
    connectionTimeoutMillis: 10_000,
  });
  // without a listener a broken idle connection would end the process; every caller learns of it at its next query or by 'end'
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => {});
    throw new LogUnavailableError(error);
  }
  return client;
}

/** Did the query fail because the session is gone (rather than because the statement was wrong)? Looks through wrapped errors. */
export function sessionLost(error: unknown): boolean {
  if (error instanceof LogUnavailableError) return true;
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  // class 08 connection exception, 57P01..05 shut down or terminated, 53300 too many connections, E… from the socket, CONNECT… from postgres.js
  if (typeof code === 'string' && /^(08|57P|53300|E[A-Z]+$|CONNECT)/.test(code)) return true;
  if (/terminat|not queryable|Connection/i.test(error.message) && code === undefined && error.cause === undefined) return true;
  return error.cause !== undefined && sessionLost(error.cause);
}

export const int8s = (numbers: readonly number[]): string => `{${numbers.join()}}`;
