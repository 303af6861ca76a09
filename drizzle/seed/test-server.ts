import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase } from '#drizzle/migrate.ts';
import { startPostgres } from '#runtime/supervisor/postgres.ts';

/** One embedded server for a run of tests, with the migrated database `millwright` as the template of every test's own. */
export async function startTestServer() {
  const folder = mkdtempSync(join(tmpdir(), 'mw-'));
  chmodSync(folder, 0o711); // the server's user must be able to walk in; its own folders inside are closed
  const server = await startPostgres({ dataFolder: folder, quickInit: true, settings: { shared_buffers: '128MB' } });
  await migrateDatabase(server.socketDir);
  return {
    socketDir: server.socketDir,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What vitest runs before and after all integration tests. */
export default async function setup() {
  const server = await startTestServer();
  process.env.MILLWRIGHT_TEST_SERVER = server.socketDir;
  return () => server.stop();
}
