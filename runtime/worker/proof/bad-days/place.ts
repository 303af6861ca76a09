import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '#drizzle/client.ts';
import { migrateDatabase } from '#drizzle/migrate.ts';
import { openDatabaseOfStart } from '#runtime/supervisor/database.ts';
import type { Day } from '../chaos/chaos.ts';

/** A folder that the server's user, who is not root, can walk into. */
export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mw-day-'));
  chmodSync(folder, 0o711);
  return folder;
}

/** The embedded database as the product keeps it: brought back as often as it ends. */
export async function keptServer(
  folder: string,
  settings: Readonly<Record<string, string>>,
  after: () => void,
): Promise<Day['server']> {
  const kept = await openDatabaseOfStart({
    dataFolder: folder,
    databaseUrl: undefined,
    postgres: { quickInit: true, settings: { shared_buffers: '128MB', ...settings } },
  });
  await migrateDatabase(kept.url);
  return {
    url: kept.url,
    ...openDatabase(kept.url, { max: 6, name: 'proof' }),
    async stop() {
      await kept.stop();
      after();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
