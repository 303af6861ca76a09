import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { EMBEDDED_USER } from '#drizzle/address.ts';
import { findPrograms, type Programs, privateFolder, type Runner, runner, serverHome } from './postgres-files.ts';
import { StartError, words } from './words.ts';

/**
 * The embedded PostgreSQL: made once (`initdb`), started, adopted when one still runs on the same data, stopped. Unix socket only:
 * no port to clash, no password to keep; the socket's folder can be entered by this user alone.
 */
export interface PostgresServer {
  /** Folder of the socket: the embedded form of `DATABASE_URL`. */
  readonly socketDir: string;
  readonly dataDir: string;
  readonly pid: number;
  /** It was already running (an earlier supervisor was killed). */
  readonly adopted: boolean;
  /** Resolves when the server's process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Fast shutdown: sessions are cut, everything committed is on disk. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** The product's data folder; the server lives in its folder `postgres`. */
  dataFolder: string;
  settings?: Record<string, string | number>;
  /** Tests make and throw away many; initdb without flushing to disk is twice as fast. */
  quickInit?: boolean;
  /** Told of what takes long. */
  say?: (event: 'initdb' | 'recovering') => void;
}

const defaults: Record<string, string | number> = {
  listen_addresses: '',
  // Measured with 256-512 MB: the log is append-only and read at its end, so a larger cache gains nothing.
  shared_buffers: '256MB',
  // Each worker, historian and gateway holds a few connections and BullMQ one per queue worker; 200 leaves room for tools.
  max_connections: 200,
  // Few, long checkpoints: a checkpoint makes the next write of each page a whole page in the WAL.
  max_wal_size: '2GB',
  checkpoint_timeout: '10min',
  wal_buffers: '16MB',
  // Batches arrive compressed; this build knows only pglz, which costs four times the CPU of an insert.
  wal_compression: 'off',
  jit: 'off',
  // A query over all day partitions of the log locks each of them and its index.
  max_locks_per_transaction: 256,
  log_min_messages: 'warning',
  log_checkpoints: 'off',
};

/** initdb as `nobody` on a slow disk takes some seconds; recovery after a crash with 2 GB of WAL can take a minute. */
const READY_MS = 120_000;

export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const run = runner();
  const say = options.say ?? (() => {});
  const home = realpathSync(serverHome(options.dataFolder, run));
  const dataDir = join(home, 'data');
  const programs = findPrograms(home, run);
  await initialise(programs, dataDir, run, options.quickInit ?? false, say);
  const socketDir = privateFolder(socketFolder(home), run);
  const logFile = join(home, 'postgres.log');
  const settings = { ...defaults, ...options.settings, unix_socket_directories: socketDir };
  const until = Date.now() + READY_MS;
  for (let attempt = 0; ; attempt++) {
    const adopted = await adopt(dataDir);
    if (adopted) {
      await ensureDatabase(adopted.socketDir);
      return adopted;
    }
    const started = await launch(programs, dataDir, socketDir, logFile, settings, run, until);
    if (started) {
      await ensureDatabase(socketDir);
      return started;
    }
    const reason = lastWords(logFile);
    const leaving = /lock file|shared memory block/.test(reason);
    if (Date.now() > until || (!leaving && attempt >= 2)) throw new StartError(words().noServer(dataDir, reason, logFile));
    // The lock of a killed server stays until its last child has left; PostgreSQL then takes it over by itself. Never delete it.
    if (attempt === 0) say('recovering');
    await sleep(Math.min(250 * 2 ** attempt, 3_000));
  }
}

/** Short enough for the 107 bytes of a socket path, wherever the data folder lies. */
function socketFolder(home: string): string {
  const beside = join(home, 's');
  if (beside.length <= 80) return beside;
  return join(tmpdir(), `millwright-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
}

async function initialise(
  programs: Programs,
  dataDir: string,
  run: Runner,
  quick: boolean,
  say: NonNullable<PostgresOptions['say']>,
) {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return;
  say('initdb');
  // Made beside and renamed, so that an interrupted first start leaves nothing half-made behind.
  const fresh = `${dataDir}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  privateFolder(fresh, run);
  const locale = ['--locale-provider=builtin', '--locale=C.UTF-8', '-E', 'UTF8'];
  const args = ['-D', fresh, '-U', EMBEDDED_USER, '--auth=trust', ...locale, ...(quick ? ['--no-sync'] : [])];
  const child = spawn(programs.initdb, args, { ...run, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (part) => {
    said += part;
  });
  child.stderr.on('data', (part) => {
    said += part;
  });
  const code = await exitCode(child);
  if (code !== 0) throw new StartError(words().initdbFailed(dataDir, said.trim().split('\n').slice(-3).join(' ')));
  renameSync(fresh, dataDir);
}

const exitCode = (child: ChildProcess) =>
  new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });

/** Lines of postmaster.pid: 1 pid, 2 data folder, 3 start, 4 port, 5 socket folder, 6 address, 7 shared memory, 8 state. */
function readLock(dataDir: string): { pid: number; socketDir: string; state: string } | null {
  let lines: string[];
  try {
    lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, socketDir: lines[4] ?? '', state: (lines[7] ?? '').trim() } : null;
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** A server that still runs on this very data folder; a connection that works does not prove that by itself. */
async function adopt(dataDir: string): Promise<PostgresServer | null> {
  const lock = readLock(dataDir);
  if (!lock?.socketDir || !alive(lock.pid)) return null;
  const sql = connect(lock.socketDir);
  try {
    const [row] = await sql`select current_setting('data_directory') as folder`;
    if (row?.folder !== dataDir) return null;
  } catch {
    return null; // starting, stopping or another program with that pid: the next attempt sees which
  } finally {
    await sql.end({ timeout: 1 });
  }
  const { pid, socketDir } = lock;
  return { socketDir, dataDir, pid, adopted: true, ...lifeByPid(pid) };
}

/** Socket folder of the server that runs on this data folder now, for tools beside the product. Starts and changes nothing. */
export async function findRunning(dataFolder: string): Promise<string | undefined> {
  const home = join(dataFolder, 'postgres');
  return existsSync(home) ? (await adopt(join(realpathSync(home), 'data')))?.socketDir : undefined;
}

/** A process that is not our child tells nobody when it ends; it is looked at instead. */
function lifeByPid(pid: number) {
  const ended = (async () => {
    while (alive(pid)) await sleep(200, undefined, { ref: false });
  })();
  return { ended, stop: () => stop(pid, ended) };
}

async function stop(pid: number, ended: Promise<void>) {
  const signal = (name: NodeJS.Signals) => alive(pid) && process.kill(pid, name);
  signal('SIGINT'); // "fast": roll back open transactions, checkpoint, leave
  const late = setTimeout(() => signal('SIGQUIT'), 20_000); // "immediate": recovers from the WAL at the next start
  // A timer that holds the event loop open while `ended` looks at a pid with timers that do not.
  const hold = setInterval(() => {}, 1_000);
  await ended;
  clearTimeout(late);
  clearInterval(hold);
}

async function launch(
  programs: Programs,
  dataDir: string,
  socketDir: string,
  logFile: string,
  settings: Record<string, string | number>,
  run: Runner,
  until: number,
): Promise<PostgresServer | null> {
  if (existsSync(logFile) && statSync(logFile).size > 16_000_000) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a');
  const args = ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  // Its own session: Ctrl-C in the terminal must reach the supervisor alone, which stops the others first.
  const child = spawn(programs.postgres, args, { ...run, cwd: '/', stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  let over = false;
  const ended = exitCode(child).then(
    () => {
      over = true;
    },
    (error: Error) => {
      over = true;
      throw error;
    },
  );
  while (!over && Date.now() < until) {
    await Promise.race([ended, sleep(25)]);
    const lock = readLock(dataDir);
    if (lock?.pid !== child.pid || lock?.state !== 'ready') continue;
    const pid = lock.pid;
    return { socketDir, dataDir, pid, adopted: false, ended, stop: () => stop(pid, ended) };
  }
  if (!over) child.kill('SIGINT');
  await ended;
  return null;
}

const connect = (socketDir: string) =>
  postgres({
    path: `${socketDir}/.s.PGSQL.5432`,
    user: EMBEDDED_USER,
    database: 'postgres',
    max: 1,
    connect_timeout: 3,
    onnotice: () => {},
  });

async function ensureDatabase(socketDir: string) {
  for (let attempt = 0; ; attempt++) {
    const sql = connect(socketDir);
    try {
      const found = await sql`select 1 from pg_database where datname = 'millwright'`;
      if (found.length === 0) await sql`create database millwright`;
      return;
    } catch (error) {
      // 57P03: it answers but is still recovering. ECONNREFUSED: the pid file says ready a moment before the socket listens.
      const { code } = error as { code?: string };
      if (attempt > 200 || !['57P03', 'ECONNREFUSED', 'ENOENT', 'CONNECTION_CLOSED'].includes(code ?? '')) throw error;
      await sleep(100);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}

function lastWords(logFile: string): string {
  if (!existsSync(logFile)) return '(none)';
  return readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join(' ');
}
