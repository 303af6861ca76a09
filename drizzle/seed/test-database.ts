import { randomBytes } from 'node:crypto';
import { openDatabase } from '#drizzle/client.ts';
import type { startTestServer } from './test-server.ts';

type Server = Awaited<ReturnType<typeof startTestServer>>;

/**
 * A fresh, migrated database of its own on the run's one embedded server:
 *
 *     await using test = await testDatabase();
 *     await test.db.insert(tag)…          // drizzle; `test.sql` is postgres.js
 *     startWorker({ DATABASE_URL: test.url })
 *
 * `url` is the form that `openDatabase`, `pgOptions` and `DATABASE_URL` take. Dropped when disposed, also with sessions still open.
 * Outside vitest (a bench, a script) the first call starts a server and the last dispose stops it.
 */
export async function testDatabase(options: { max?: number } = {}) {
  const socketDir = process.env.MILLWRIGHT_TEST_SERVER ?? (await ownServer()).socketDir;
  const name = `t_${process.pid}_${randomBytes(4).toString('hex')}`;
  await administer(socketDir, `create database ${name} template millwright`);
  const url = `${socketDir}?db=${name}`;
  const database = openDatabase(url, { max: options.max ?? 10, name: 'test' });
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await database.close();
    await administer(socketDir, `drop database if exists ${name} with (force)`);
    await leaveOwnServer();
  };
  return { url, name, socketDir, db: database.db, sql: database.sql, close, [Symbol.asyncDispose]: close };
}
export type TestDatabase = Awaited<ReturnType<typeof testDatabase>>;

async function administer(socketDir: string, statement: string) {
  const { sql, close } = openDatabase(`${socketDir}?db=postgres`, { max: 1, name: 'test administration' });
  try {
    await sql.unsafe(statement);
  } finally {
    await close();
  }
}

let own: Promise<Server> | undefined;
let users = 0;

async function ownServer(): Promise<Server> {
  users++;
  own ??= import('./test-server.ts').then((module) => module.startTestServer());
  return own;
}

async function leaveOwnServer() {
  if (!own || --users > 0) return;
  const server = await own;
  own = undefined;
  await server.stop();
}
