import { afterAll, beforeAll, expect, it } from 'vitest';
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
