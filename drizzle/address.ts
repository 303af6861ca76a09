/**
 * Where a database is. Two written forms, used in `DATABASE_URL` and everywhere a database is handed on:
 * a PostgreSQL URL (`postgres://user:password@host:5432/name`), or the folder of the embedded server's unix socket with an
 * optional database name (`/folder?db=name`, name `millwright` when absent).
 */
export type DatabaseAddress = { kind: 'url'; url: string } | { kind: 'socket'; folder: string; user: string; database: string };

export const EMBEDDED_USER = 'millwright';

export function databaseAddress(text: string): DatabaseAddress {
  if (!text.startsWith('/')) return { kind: 'url', url: text };
  const [folder = '', query] = text.split('?');
  const database = new URLSearchParams(query).get('db') ?? 'millwright';
  return { kind: 'socket', folder, user: EMBEDDED_USER, database };
}

/** The same address as options of the `pg` driver (the log and BullMQ use it). */
export function pgOptions(text: string) {
  const address = databaseAddress(text);
  return address.kind === 'url'
    ? { connectionString: address.url }
    : { host: address.folder, user: address.user, database: address.database };
}
