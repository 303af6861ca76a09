import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const FLAGS = ['--disable-warning=ExperimentalWarning', '--no-node-snapshot', '--no-concurrent-recompilation'];

/** The product's own processes on a database of the bench, without its broker; stopped when the block that holds them ends. */
export function runtimeProcesses(
  kinds: readonly ('gateway' | 'worker' | 'historian')[],
  place: { url: string; dataFolder: string },
) {
  const env = {
    ...process.env,
    DATABASE_URL: place.url,
    MILLWRIGHT_DATA: place.dataFolder,
    MILLWRIGHT_MASTER_KEY: 'a master key of at least thirty-two letters',
    MILLWRIGHT_BROKER_PORT: 'off',
  };
  const children = kinds.map((kind) =>
    spawn(process.execPath, [...FLAGS, fileURLToPath(new URL(`../runtime/${kind}/main.ts`, import.meta.url))], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  return {
    pids: Object.fromEntries(kinds.map((kind, i) => [kind, children[i]?.pid ?? 0])),
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
    },
  };
}
