import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunningFile } from './lock.ts';
import { LogFile } from './log-file.ts';
import { NODE_FLAGS } from './node-options.ts';
import { say } from './progress.ts';
import { words } from './words.ts';

/** One kind of process the product consists of. */
export interface ChildSpec {
  name: string;
  /** Path from the project's root, run by this very Node. */
  entry: string;
  nodeFlags?: readonly string[];
  env?: Record<string, string>;
}

/** What a child may tell its supervisor over the IPC channel. */
export type ChildMessage = { ready: true };

const root = fileURLToPath(new URL('../..', import.meta.url));
/** A child that lived this long has not failed to start: the next restart is quick again. */
const PROVEN_MS = 60_000;
const LONGEST_WAIT_MS = 30_000;
/** Every process promises to stop within five seconds; a second more and it is killed. */
const STOP_MS = 6_000;

/**
 * A child process kept alive: started again with growing waits when it ends unasked, stopped by SIGTERM and then SIGKILL. Its output
 * goes to `<data>/log/<name>.log`. It runs in a session of its own, so that Ctrl-C reaches the supervisor alone, and leaves by itself
 * when the IPC channel closes because the supervisor was killed.
 */
export class Child {
  readonly name: string;
  readonly #spec: ChildSpec;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: LogFile;
  readonly #running: RunningFile;
  readonly #wake = new AbortController();
  #process: ChildProcess | undefined;
  #stopping = false;
  #announceReady: () => void = () => {};
  /** Resolves when the child first said that it is ready. */
  readonly ready: Promise<void> = new Promise((resolve) => {
    this.#announceReady = resolve;
  });
  readonly #finished: Promise<void>;

  constructor(spec: ChildSpec, options: { dataFolder: string; env: NodeJS.ProcessEnv; running: RunningFile }) {
    this.name = spec.name;
    this.#spec = spec;
    this.#env = { ...options.env, ...spec.env, MILLWRIGHT_PROCESS: spec.name };
    this.#running = options.running;
    const folder = join(options.dataFolder, 'log');
    mkdirSync(folder, { recursive: true });
    this.#log = new LogFile(join(folder, `${spec.name}.log`));
    this.#finished = this.#keepAlive();
  }

  get logPath(): string {
    return this.#log.path;
  }

  get pid(): number | undefined {
    return this.#process?.exitCode === null && this.#process.signalCode === null ? this.#process.pid : undefined;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake.abort();
    const running = this.#process;
    if (this.pid !== undefined) running?.kill('SIGTERM');
    const late = setTimeout(() => running?.kill('SIGKILL'), STOP_MS);
    await this.#finished;
    clearTimeout(late);
    this.#log.close();
  }

  /** At once, nothing asked: for an impatient second Ctrl-C. */
  kill(): void {
    this.#stopping = true;
    this.#process?.kill('SIGKILL');
  }

  async #keepAlive(): Promise<void> {
    for (let failures = 0; !this.#stopping; ) {
      const begun = Date.now();
      const how = await this.#runOnce();
      if (this.#stopping) return;
      failures = Date.now() - begun > PROVEN_MS ? 1 : failures + 1;
      const wait = Math.min(500 * 2 ** (failures - 1), LONGEST_WAIT_MS);
      say(words().ended(this.name, how, wait / 1_000, this.logPath));
      for (const line of this.#log.lastLines(3)) say(`    ${line.slice(0, 400)}`);
      await sleep(wait, undefined, { signal: this.#wake.signal }).catch(() => {}); // aborted: we are stopping
    }
  }

  async #runOnce(): Promise<string> {
    const flags = [...NODE_FLAGS, ...(this.#spec.nodeFlags ?? [])];
    const log = this.#log.open();
    const child = spawn(process.execPath, [...flags, join(root, this.#spec.entry)], {
      cwd: root,
      env: this.#env,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      detached: true,
    });
    this.#process = child;
    this.#running.add(child.pid);
    log.release();
    child.on('message', (message: ChildMessage) => {
      if (message.ready) this.#announceReady();
    });
    const how = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(signal ?? `exit ${code}`));
    });
    this.#running.remove(child.pid);
    return how;
  }
}
