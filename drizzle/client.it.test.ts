import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { databaseAddress } from './address.ts';
import { openDatabase } from './client.ts';
import { type TestDatabase, testDatabase } from './seed/test-database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

/** A query must end, one way or the other; waiting for ever is what a lost session may not cause. */
const settled = (query: PromiseLike<unknown>) =>
  Promise.resolve(query).then(
    () => 'answered',
    (error: { code?: string }) => error.code,
  );

it('refuses a query on a session that the server has cut, and does not end the process', async () => {
  const cut = openDatabase(database.url, { max: 1 });
  const other = openDatabase(database.url, { max: 1 });
  const session = await cut.sql.reserve();
  const [row] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await other.sql`select pg_terminate_backend(${row?.pid ?? 0}, 5000)`;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await settled(session`select 1`)).toBe('CONNECTION_CLOSED');
  await Promise.all([cut.close(), other.close()]);
});

it('goes on with the next session whatever the lost one still had to say', async () => {
  const cut = openDatabase(database.url, { max: 1 });
  const other = openDatabase(database.url, { max: 1 });
  for (let round = 0; round < 20; round++) {
    const [row] = await cut.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const gone = other.sql`select pg_terminate_backend(${row?.pid ?? 0}, 5000)`;
    const asked: Promise<string | undefined>[] = [];
    for (let ask = 0; ask < 20; ask++) {
      asked.push(settled(cut.sql`select ${ask}::int`));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await gone;
    const outcomes = await Promise.all(asked);
    for (const outcome of outcomes) expect(['answered', 'CONNECTION_CLOSED', '57P01', 'ECONNRESET', 'EPIPE']).toContain(outcome);
    // the first asker may still be the one who learns of the loss
    await expect.poll(() => settled(cut.sql`select 7`), { timeout: 10_000 }).toBe('answered');
  }
  await Promise.all([cut.close(), other.close()]);
});

/** Passes bytes on to the server until the client asks for the types of arrays, the first thing a session does; then cuts it. */
async function cuttingServer(socketDir: string, cuts: number) {
  const server = createServer((client) => {
    const upstream = connect(`${socketDir}/.s.PGSQL.5432`);
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (bytes) => {
      if (cuts > 0 && bytes.includes('typarray')) {
        cuts -= 1;
        client.resetAndDestroy();
        upstream.destroy();
      } else upstream.write(bytes);
    });
    upstream.on('data', (bytes) => client.write(bytes));
    for (const side of [client, upstream]) side.on('error', end).on('close', end);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close(), left: () => cuts };
}

it('a session that is reset while it asks for the types of arrays ends no process, and the next one reads arrays', async () => {
  const { folder, database: name, user } = databaseAddress(database.url) as { folder: string; database: string; user: string };
  const server = await cuttingServer(folder, 3);
  const lost: unknown[] = [];
  const note = (reason: unknown) => lost.push(reason);
  process.on('unhandledRejection', note);
  const cut = openDatabase(`postgres://${user}@127.0.0.1:${server.port}/${name}`, { max: 1 });
  await expect
    .poll(
      () =>
        cut.sql`select array[1, 2] as numbers`.then(
          ([row]) => row?.numbers,
          () => 'lost',
        ),
      { timeout: 10_000 },
    )
    .toEqual([1, 2]);
  expect(server.left()).toBe(0);
  process.off('unhandledRejection', note);
  expect(lost).toEqual([]);
  await cut.close();
  server.close();
});
