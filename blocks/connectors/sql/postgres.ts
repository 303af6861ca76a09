import pg from 'pg';
import { closedBy } from '#blocks/sdk/connection-words.ts';
import { ConnectorError } from '#blocks/sdk/connector.ts';
import { type Database, type DatabaseOptions, databaseError, type TextRow } from './database.ts';

/** Every value as PostgreSQL writes it. */
const asText: pg.CustomTypesConfig = { getTypeParser: () => (value: string) => value };

export async function openPostgres(options: DatabaseOptions): Promise<Database> {
  const where = `${options.host}:${options.port}/${options.database}`;
  const { tls } = options;
  const client = new pg.Client({
    host: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    password: options.password,
    connectionTimeoutMillis: options.timeoutMs,
    statement_timeout: options.timeoutMs,
    query_timeout: options.timeoutMs + 1000,
    application_name: 'millwright',
    keepAlive: true,
    ssl: tls === true ? true : tls === false ? false : { ca: tls.ca },
    types: asText,
  });
  let open = true;
  client.on('error', (error) => {
    if (open) options.lost(databaseError(error, where));
  });
  client.on('end', () => {
    if (open) options.lost(new ConnectorError('network', 'network.reset', closedBy(where)));
  });
  try {
    await client.connect();
    await client.query("set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set bytea_output = 'hex'");
  } catch (error) {
    open = false;
    await client.end().catch(() => {}); // the reason is told below
    throw databaseError(error, where);
  }
  const name = (...parts: readonly string[]) => parts.map((part) => client.escapeIdentifier(part)).join('.');
  const rows = async (text: string, values: readonly (string | number | null)[] = []): Promise<readonly TextRow[]> => {
    try {
      const result = await client.query<Record<string, string | null>>(text, [...values]);
      return result.rows;
    } catch (error) {
      if (error instanceof Error && error.message === 'Query read timeout') {
        // the answer would come to the next question, if it ever came
        const slow = databaseError(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }), where);
        if (open) options.lost(slow);
        open = false;
        throw slow;
      }
      throw databaseError(error, where);
    }
  };
  return {
    where,
    rows,
    mark: (n) => `$${n}`,
    name,
    cast: (mark, type) => `${mark}::text::${type}`,
    async tables() {
      const found = await rows(
        `select table_schema, table_name from information_schema.tables
         where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2 limit 10000`,
      );
      return found.map((row) => ({ schema: row.table_schema ?? '', table: row.table_name ?? '' }));
    },
    async columns(table) {
      const found = await rows(
        `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type from pg_attribute a
         where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped order by a.attnum`,
        [name(...table)],
      );
      return found.map((row) => ({ name: row.name ?? '', type: row.type ?? '' }));
    },
    async close() {
      open = false;
      // a query under way on a dead socket would hold up the goodbye
      const socket = (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream;
      const timer = setTimeout(() => socket?.destroy(), 1000);
      await client.end().catch(() => {}); // it was gone already
      clearTimeout(timer);
    },
  };
}
