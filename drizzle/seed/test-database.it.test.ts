import { expect, test } from 'vitest';
import { testDatabase } from './test-database.ts';

test('each test has a migrated database of its own, gone after use', async () => {
  let name: string;
  await using other = await testDatabase();
  {
    await using mine = await testDatabase();
    name = mine.name;
    const tables =
      await mine.sql`select table_schema || '.' || table_name as t from information_schema.tables where table_schema in ('public', 'bullmq')`;
    const names = tables.map((row) => row.t);
    expect(names).toContain('public.tag');
    expect(names.some((table) => table.startsWith('bullmq.'))).toBe(true);
    await mine.sql`create table only_here (a int)`;
    const found = await other.sql`select to_regclass('only_here') as t`;
    expect(found[0]?.t).toBeNull();
  }
  const left = await other.sql`select 1 from pg_database where datname = ${name}`;
  expect(left).toHaveLength(0);
});
