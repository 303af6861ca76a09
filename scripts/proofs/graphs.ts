import { spawnSync } from 'node:child_process';

/** The property tests of the compiler, far longer than `npm test` has them. */
const FILES = ['runtime/compile/property.it.test.ts', 'runtime/compile/catalogue-property.it.test.ts'];
const GRAPHS = 75;

const seed = Number(process.argv[2]);
const run = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'integration', ...FILES], {
  env: { ...process.env, PROPERTY_GRAPHS: String(GRAPHS), PROPERTY_SEED: String(seed) },
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
const sums = [...run.stdout.matchAll(/(\d+) graphs(?: of (\d+) blocks)?, (\d+) runs, (\d+) rows/g)];
const add = (group: number) => sums.reduce((sum, found) => sum + Number(found[group] ?? 0), 0);
const wrong = run.status === 0 && sums.length === FILES.length ? [] : [run.stdout.slice(-4000)];
console.log(JSON.stringify({ wrong, graphs: add(1), blocks: add(2), runs: add(3), rows: add(4) }));
