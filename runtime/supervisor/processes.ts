import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChildSpec } from './children.ts';
import type { Settings } from './settings.ts';

const exists = (entry: string) => existsSync(fileURLToPath(new URL(`../../${entry}`, import.meta.url)));

/** Code entered through isolated-vm stays in V8's slow tiers for ever in a large share of processes unless these are given. */
const ISOLATE_FLAGS = ['--no-node-snapshot', '--no-concurrent-recompilation'];

/** The processes of one machine, in the order in which they stop: first what brings data, last what people look at. */
export function processesOf(settings: Settings): ChildSpec[] {
  const web = { PORT: String(settings.port), HOST: settings.host, NODE_ENV: settings.dev ? 'development' : 'production' };
  const all: ChildSpec[] = [
    ...(settings.demo ? [{ name: 'plants', entry: 'runtime/plants/main.ts' }] : []),
    { name: 'gateway', entry: 'runtime/gateway/main.ts' },
    { name: 'worker', entry: 'runtime/worker/main.ts', nodeFlags: ISOLATE_FLAGS },
    { name: 'historian', entry: 'runtime/historian/main.ts' },
    { name: 'web', entry: 'server/main.ts', nodeFlags: [], env: web },
  ];
  return all.filter(({ entry }) => exists(entry));
}
