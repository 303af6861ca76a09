import { setTimeout as sleep } from 'node:timers/promises';
import { checkOutsideDatabase } from './outside-database.ts';
import { type PostgresOptions, type PostgresServer, startPostgres } from './postgres.ts';
import { say, stage } from './progress.ts';
import type { Settings } from './settings.ts';
import { words } from './words.ts';

/** The database of a start: its address and how to let go of it. */
export interface DatabaseOfStart {
  url: string;
  stop(): Promise<void>;
}

/** The outside server at `DATABASE_URL`, or the embedded one, kept running. */
export async function openDatabaseOfStart(settings: Wanted): Promise<DatabaseOfStart> {
  return settings.databaseUrl
    ? outside(settings.databaseUrl)
    : embedded({ ...settings.postgres, dataFolder: settings.dataFolder });
}

type Wanted = Pick<Settings, 'dataFolder' | 'databaseUrl'> & {
  /** Tests make small servers. */
  postgres?: Pick<PostgresOptions, 'quickInit' | 'settings'>;
};

async function outside(url: string): Promise<DatabaseOfStart> {
  await stage(words().stage.database, () => checkOutsideDatabase(url));
  return { url, stop: async () => {} };
}

async function embedded(options: PostgresOptions): Promise<DatabaseOfStart> {
  let server = await stage(words().stage.postgres, async ({ detail, rename }) => {
    const say: NonNullable<PostgresOptions['say']> = (event) => detail(words()[event]);
    const started = await startPostgres({ ...options, say });
    if (started.adopted) rename(words().stage.adopted);
    return started;
  });
  let stopping = false;
  const keepAlive = async (): Promise<void> => {
    for (;;) {
      await server.ended;
      if (stopping) return;
      say(words().postgresEnded);
      server = await restart(options, () => stopping);
      if (stopping) return server.stop();
      say(words().postgresBack);
    }
  };
  const kept = keepAlive();
  return {
    url: server.socketDir,
    async stop() {
      stopping = true;
      await server.stop();
      await kept;
    },
  };
}

/** Tried for ever: a full disk or a missing file is repaired by a person while the product waits. */
async function restart(options: PostgresOptions, stopping: () => boolean): Promise<PostgresServer> {
  for (let wait = 1_000; ; wait = Math.min(wait * 2, 30_000)) {
    try {
      return await startPostgres(options);
    } catch (error) {
      if (stopping()) throw error;
      say(String(error));
      await sleep(wait);
    }
  }
}
