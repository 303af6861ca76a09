import postgres from 'postgres';
import { databaseAddress } from '#drizzle/address.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { sqlSuite } from './suite.testing.ts';

sqlSuite('sql: PostgreSQL', async () => {
  const database = await testDatabase();
  const address = databaseAddress(database.url);
  if (address.kind !== 'socket') throw new Error('the test database is reached by its socket');
  const path = `${address.folder}/.s.PGSQL.5432`;
  const own = postgres({ path, user: address.user, database: address.database, onnotice: () => {}, max: 1 });
  return {
    at: { path },
    settings: { dialect: 'postgresql', database: address.database, username: address.user },
    password: '',
    schema: 'public',
    stamp: 'timestamp(6)',
    query: async (sql) => own.unsafe(sql),
    close: async () => {
      await own.end();
      await database.close();
    },
  };
});
