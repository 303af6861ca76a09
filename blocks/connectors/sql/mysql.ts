import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { closedBy } from '#blocks/sdk/connection-words.ts';
import { ConnectorError } from '#blocks/sdk/connector.ts';
import { type Database, type DatabaseOptions, databaseError, type TextRow } from './database.ts';

/** MySQL and MariaDB. */
export async function openMysql(options: DatabaseOptions): Promise<Database> {
  const where = `${options.host}:${options.port}/${options.database}`;
  const { tls } = options;
  let connection: Connection;
  try {
    connection = await createConnection({
      host: options.host,
      port: options.port,
      database: options.database,
      user: options.user,
      password: options.password,
      connectTimeout: options.timeoutMs,
      charset: 'utf8mb4',
      multipleStatements: false,
      enableKeepAlive: true,
      ...(tls === false ? {} : { ssl: tls === true ? {} : { ca: tls.ca } }),
      // every value as the server writes it
      typeCast: (field) => field.string(),
    });
  } catch (error) {
    throw databaseError(error, where);
  }
  let open = true;
  // what the driver has queued on a destroyed connection it never settles
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => {}); // told to whoever waits for an answer
  const lost = (error?: unknown) => {
    const reason = error ? databaseError(error, where) : new ConnectorError('network', 'network.reset', closedBy(where));
    gone.reject(reason);
    if (!open) return;
    open = false;
    options.lost(reason);
  };
  connection.on('error', lost);
  connection.on('end', () => lost());
  const name = (...parts: readonly string[]) => parts.map((part) => connection.escapeId(part)).join('.');
  const rows = async (sql: string, values: readonly (string | number | null)[] = []): Promise<readonly TextRow[]> => {
    try {
      const asked = connection.query<RowDataPacket[]>({ sql, values: [...values], timeout: options.timeoutMs });
      const [found] = await Promise.race([asked, gone.promise]);
      return Array.isArray(found) ? (found as unknown as TextRow[]) : [];
    } catch (error) {
      if ((error as { code?: string }).code === 'PROTOCOL_SEQUENCE_TIMEOUT') {
        // the answer would come to the next question
        connection.destroy();
        lost(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' }));
      }
      throw databaseError(error, where);
    }
  };
  try {
    await rows("set time_zone = '+00:00'");
  } catch (error) {
    open = false;
    connection.destroy();
    throw error;
  }
  return {
    where,
    rows,
    mark: () => '?',
    name,
    cast: (mark) => mark,
    async tables() {
      const found = await rows(
        `select table_schema as s, table_name as t from information_schema.tables
         where table_schema not in ('mysql', 'information_schema', 'performance_schema', 'sys') order by 1, 2 limit 10000`,
      );
      return found.map((row) => ({ schema: row.s ?? '', table: row.t ?? '' }));
    },
    async columns(table) {
      const [first = '', second] = table;
      const found = await rows(
        `select column_name as name, column_type as type from information_schema.columns
         where table_schema = ${second === undefined ? 'database()' : '?'} and table_name = ? order by ordinal_position`,
        second === undefined ? [first] : [first, second],
      );
      return found.map((row) => ({ name: row.name ?? '', type: row.type ?? '' }));
    },
    async close() {
      open = false;
      const farewell = connection.end().catch(() => {}); // it was gone already
      await Promise.race([farewell, gone.promise.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1000))]);
      connection.destroy();
      lost();
    },
  };
}
