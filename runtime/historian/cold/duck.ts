import type { DuckDBConnection } from '@duckdb/node-api';

/** Enough for files of a million samples; more would be taken from the rest of the product. */
const MEMORY = '160MB';
/** Let go when nobody asked for a while: the library alone holds some 40 MB. */
const IDLE_MS = 60_000;

interface Held {
  readonly connection: Promise<{ connection: DuckDBConnection; close(): void }>;
  users: number;
  timer: NodeJS.Timeout | undefined;
}
let held: Held | undefined;

/**
 * Runs `use` with this process' one DuckDB, which is loaded when it is first needed: most processes never read a file of old samples. It has
 * one thread, a limit of memory, and reaches neither the network nor extensions.
 */
export async function withDuck<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  held ??= { connection: start(), users: 0, timer: undefined };
  const mine = held;
  clearTimeout(mine.timer);
  mine.users++;
  try {
    const { connection } = await mine.connection;
    return await use(connection);
  } catch (error) {
    // A start that failed must not be what everyone gets from now on.
    if (held === mine) await mine.connection.catch(() => (held = undefined));
    throw error;
  } finally {
    if (--mine.users === 0) mine.timer = setTimeout(() => letGo(mine), IDLE_MS).unref();
  }
}

async function start() {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY,
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function letGo(mine: Held): void {
  if (mine.users > 0) return;
  if (held === mine) held = undefined;
  mine.connection.then(
    ({ close }) => close(),
    () => {},
  );
}

/** For tests and the end of a process. */
export async function closeDuck(): Promise<void> {
  const mine = held;
  held = undefined;
  if (!mine) return;
  clearTimeout(mine.timer);
  (await mine.connection.catch(() => undefined))?.close();
}

/** A text as SQL says it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
