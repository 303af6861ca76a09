/** The product's own processes and a database of their own, to be killed and brought back as its supervisor would. */
import { type ChildProcess, fork } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '#drizzle/client.ts';
import { migrateDatabase } from '#drizzle/migrate.ts';
import { sessionLost } from '#runtime/log/connection.ts';
import { startPostgres } from '#runtime/supervisor/postgres.ts';

export type Kind = 'worker' | 'gateway' | 'historian';
const FLAGS = ['--no-node-snapshot', '--no-concurrent-recompilation', '--disable-warning=ExperimentalWarning'];
/** A database that comes back takes some seconds of recovery. */
const PATIENCE_MS = 90_000;

/** Repeats what failed because the database was away. */
export async function steady<T>(ask: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; ; )
    try {
      return await ask();
    } catch (error) {
      if (!sessionLost(error) || Date.now() > end) throw error;
      await sleep(100);
    }
}

export async function openServer() {
  const folder = mkdtempSync(join(tmpdir(), 'mw-chaos-'));
  chmodSync(folder, 0o711);
  const start = () => startPostgres({ dataFolder: folder, quickInit: true, settings: { shared_buffers: '128MB' } });
  let server = await start();
  const url = server.socketDir;
  await migrateDatabase(url);
  let restarting: Promise<void> | undefined;
  return {
    url,
    ...openDatabase(url, { max: 6, name: 'proof' }),
    /** `kill -9` of the postmaster; comes back by itself. */
    kill(): void {
      process.kill(server.pid, 'SIGKILL');
      restarting ??= (async () => {
        await server.ended;
        server = await start();
        restarting = undefined;
      })();
    },
    async stop(): Promise<void> {
      await restarting;
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Processes of the product; one that ends is started again at once. */
export class Fleet {
  private readonly env: Readonly<Record<string, string>>;
  private readonly running = new Map<Kind, ChildProcess[]>();
  private over = false;

  constructor(env: Readonly<Record<string, string>>) {
    this.env = env;
  }
  /** `more` is said to this one and to those that come after it. */
  start(kind: Kind, more: Readonly<Record<string, string>> = {}): void {
    const child = fork(fileURLToPath(new URL(`../../../${kind}/main.ts`, import.meta.url)), [], {
      execArgv: FLAGS,
      env: { ...process.env, ...this.env, ...more },
      stdio: ['ignore', process.env.CHAOS_LOG ? 'inherit' : 'ignore', 'inherit', 'ipc'],
    });
    const all = this.running.get(kind) ?? [];
    this.running.set(kind, all);
    all.push(child);
    child.once('exit', () => {
      all.splice(all.indexOf(child), 1);
      if (!this.over) this.start(kind, more);
    });
  }
  private one(kind: Kind, random: () => number): ChildProcess | undefined {
    const all = this.running.get(kind) ?? [];
    return all[Math.floor(random() * all.length)];
  }
  kill(kind: Kind, random: () => number): void {
    this.one(kind, random)?.kill('SIGKILL');
  }
  killAll(kind: Kind): void {
    for (const child of this.running.get(kind) ?? []) child.kill('SIGKILL');
  }
  async freeze(kind: Kind, ms: number, random: () => number): Promise<void> {
    const child = this.one(kind, random);
    child?.kill('SIGSTOP');
    await sleep(ms);
    child?.kill('SIGCONT');
  }
  end(): void {
    this.over = true;
    for (const all of this.running.values()) for (const child of all) child.kill('SIGKILL');
  }
}
