import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { process as processTable } from '#drizzle/schema/index.ts';
import { until, workerFixture } from './fixture.testing.ts';

test('the process says what it does, lives through cut sessions, and leaves at once when asked', async () => {
  await using f = await workerFixture();
  const child = fork(fileURLToPath(new URL('./main.ts', import.meta.url)), [], {
    execArgv: ['--no-node-snapshot', '--no-concurrent-recompilation', '--disable-warning=ExperimentalWarning'],
    env: { ...process.env, DATABASE_URL: f.url, MILLWRIGHT_DATA: f.dataFolder },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  try {
    await until(
      'it beats',
      async () => (await f.db.select().from(processTable).where(eq(processTable.kind, 'worker'))).length === 1,
      30_000,
    );
    const [row] = await f.db.select().from(processTable);
    expect(row?.facts).toMatchObject({ shards: 0 });
    await f.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'millwright worker%' and datname = current_database()`;
    const before = row?.beat?.getTime() ?? 0;
    await until(
      'it beats again',
      async () => ((await f.db.select().from(processTable))[0]?.beat?.getTime() ?? 0) > before,
      15_000,
    );
    const t = Date.now();
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(Date.now() - t).toBeLessThan(5_000);
  } finally {
    child.kill('SIGKILL');
  }
});
