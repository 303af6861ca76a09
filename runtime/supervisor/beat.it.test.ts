import { expect, test } from 'vitest';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { startBeat } from './beat.ts';

const rows = (sql: Awaited<ReturnType<typeof testDatabase>>['sql']) =>
  sql`select name, kind, pid, beat, now() - beat < interval '8 seconds' as fresh, facts from process`;

test('a process shows its pid and facts while it lives, and takes its row away when it stops', async () => {
  await using test = await testDatabase();
  let shards = 3;
  const beat = startBeat({ sql: test.sql, kind: 'worker', name: 'worker-1', facts: () => ({ shards }), warn: () => {} });
  await expect
    .poll(() => rows(test.sql))
    .toMatchObject([{ name: 'worker-1', kind: 'worker', pid: process.pid, fresh: true, facts: { shards: 3 } }]);
  shards = 4;
  await expect.poll(() => rows(test.sql), { timeout: 5_000 }).toMatchObject([{ facts: { shards: 4 } }]);
  await beat.stop();
  expect(await rows(test.sql)).toHaveLength(0);
});

test('a database that is away is told once, not at every beat, and never ends the process', async () => {
  await using test = await testDatabase();
  const told: unknown[] = [];
  await test.sql`alter table process rename to away`;
  const beat = startBeat({ sql: test.sql, kind: 'worker', name: 'w', warn: (error) => told.push(error) });
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  expect(told).toHaveLength(1);
  await test.sql`alter table away rename to process`;
  await expect.poll(() => rows(test.sql), { timeout: 5_000 }).toHaveLength(1);
  await beat.stop();
});
