import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 120_000;

/** A product beside the journeys' common one: on a port and a data folder of its own, from the same web build. */
export class OwnProduct {
  readonly #args: readonly string[];
  #home = '';
  #port = 0;
  #supervisor: ChildProcess | undefined;

  constructor(...args: readonly string[]) {
    this.#args = args;
  }

  get data() {
    return join(this.#home, 'data');
  }

  get address() {
    return `http://localhost:${this.#port}`;
  }

  /** Waits for the address in the terminal; gives what the terminal said until then. */
  async start(): Promise<string> {
    this.#port ||= await freePort();
    // Not before: the file of a journey is loaded by processes that only list its tests.
    this.#home ||= mkdtempSync(join(tmpdir(), 'mw-own-'));
    chmodSync(this.#home, 0o711);
    const entry = join(root, 'runtime/supervisor/start.ts');
    const supervisor = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...this.#args], {
      cwd: root,
      env: { ...process.env, LANG: 'C.UTF-8', MILLWRIGHT_DATA: this.data, PORT: String(this.#port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#supervisor = supervisor;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`not started in ${START_MS / 1000} s:\n${said}`)), START_MS);
      supervisor.stdout.on('data', (part: Buffer) => {
        said += part;
        if (said.includes(this.address)) resolve(clearTimeout(late));
      });
      supervisor.once('exit', () => reject(new Error(`the product ended:\n${said}`)));
    });
    return said;
  }

  /** Every process but the supervisor with -9, all at once. Gives what they were, by pid. */
  killChildren(): number[] {
    const pids = this.#children();
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    return pids;
  }

  /** Every process of it with -9, the supervisor first, the database's too. Gives how many there were. */
  async killAll(): Promise<number> {
    const pids = [this.#running().supervisor.pid, ...this.#children()];
    const gone = this.#supervisor && once(this.#supervisor, 'exit');
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await gone;
    this.#supervisor = undefined;
    return pids.length;
  }

  /** How many of these processes have a successor: none of them is there any more, and as many others are. */
  replaced(pids: readonly number[]): number {
    try {
      const now = this.#children();
      return now.some((pid) => pids.includes(pid)) ? 0 : now.length;
    } catch {
      return 0; // a file that is being written just now
    }
  }

  #running() {
    return JSON.parse(readFileSync(join(this.data, 'running.json'), 'utf8')) as {
      supervisor: { pid: number };
      children: { pid: number }[];
    };
  }

  #children(): number[] {
    const postmaster = readFileSync(join(this.data, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0];
    return [...this.#running().children.map(({ pid }) => pid), Number(postmaster)];
  }

  async remove() {
    if (this.#supervisor && this.#supervisor.exitCode === null) {
      this.#supervisor.kill('SIGTERM');
      await once(this.#supervisor, 'exit');
    }
    if (this.#home) rmSync(this.#home, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
