import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** With a web build before it, on a busy machine. */
const START_MS = 10 * 60_000;

/** The whole product, started as a user starts it, on a free port. */
export interface Product {
  url: string;
  pid: number;
  /** Wall time from the command to the address on the screen, in seconds. */
  seconds: number;
  /** Time of each stage as the terminal told it, in seconds. */
  stages: Map<string, number>;
  stop(): Promise<void>;
}

/** A data folder that is thrown away at the end. */
export function productFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'mw-bench-'));
  chmodSync(folder, 0o711);
  return { folder: join(folder, 'data'), [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function startProduct(dataFolder: string, ...args: string[]): Promise<Product> {
  const port = await freePort();
  const begun = performance.now();
  const entry = join(root, 'runtime/supervisor/start.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    cwd: root,
    env: { ...process.env, LANG: 'C.UTF-8', MILLWRIGHT_DATA: dataFolder, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A figure that is ended from outside, or fails, leaves no product behind.
  const leave = () => void child.kill('SIGTERM');
  const leaveNow = () => process.exit(143);
  process.once('exit', leave);
  process.once('SIGTERM', leaveNow);
  child.once('exit', () => {
    process.off('exit', leave);
    process.off('SIGTERM', leaveNow);
  });
  let said = '';
  child.stdout.on('data', (part: Buffer) => {
    said += part;
  });
  const url = `http://localhost:${port}`;
  while (!said.includes(url)) {
    if (child.exitCode !== null) throw new Error(`The product did not start:\n${said}`);
    if (performance.now() - begun > START_MS) {
      await end(child);
      throw new Error(`The product did not start in ${START_MS / 1_000} s:\n${said}`);
    }
    await sleep(20);
  }
  const seconds = (performance.now() - begun) / 1_000;
  const stages = new Map([...said.matchAll(/✓ (.+) ([\d.]+) s/g)].map((m) => [m[1] ?? '', Number(m[2])]));
  return { url, pid: child.pid ?? 0, seconds, stages, stop: () => end(child) };
}

async function end(child: ChildProcess) {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
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
