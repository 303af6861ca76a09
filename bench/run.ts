import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, ratio, reached } from './figure.ts';
import { type Measured, overRuns } from './over-runs.ts';
import { goalText, numberText, peerText, readResults, writeResults } from './results.ts';

/**
 * `npm run bench [-- <name> …] [-- --json] [-- --write] [-- --runs <n>]`: the figures of `figures/<name>.ts`, each set in a process of its own so that
 * none warms or fills another's memory; `--runs` of them, of which the median is told at the end. `--json` prints one object per figure. `--write` needs nobody: it runs every set up to three times
 * within twenty minutes, each once before any twice, and renews results.json and RESULTS.md.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const json = args.includes('--json');
const write = args.includes('--write');
const runsAt = args.indexOf('--runs');
const runs = runsAt < 0 ? 1 : Number(args[runsAt + 1]);
const names = args.filter((arg, i) => !arg.startsWith('-') && (runsAt < 0 || i !== runsAt + 1));
const known = globSync('bench/figures/*.ts', { cwd: root, exclude: ['**/*.test.ts'] })
  .map((file) => basename(file, '.ts'))
  .sort();
const unknown = [
  ...names.filter((name) => !known.includes(name)),
  ...args.filter((arg) => arg.startsWith('-') && !['--json', '--write', '--runs'].includes(arg)),
];
if (unknown.length > 0) {
  console.error(`No figure ${unknown.join(', ')}; there are ${known.join(', ')}, --json, --write and --runs.`);
  process.exit(2);
}
if (!(runs >= 1)) {
  console.error('--runs needs a number.');
  process.exit(2);
}

/** Isolates need these for their full speed; the others do not notice. */
const FLAGS = ['--disable-warning=ExperimentalWarning', '--no-node-snapshot', '--no-concurrent-recompilation', '--expose-gc'];
const BUDGET_MS = 20 * 60_000;
const MOST_RUNS = 3;
/** A set that hangs must not hold up the others. */
const RUN_MS = 20 * 60_000;

async function measure(name: string): Promise<Figure[]> {
  const child = spawn(process.execPath, [...FLAGS, `${root}bench/measure.ts`, name], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let figures: Figure[] | undefined;
  child.on('message', (message) => {
    figures = message as Figure[];
  });
  const late = setTimeout(() => child.kill('SIGTERM'), RUN_MS);
  const how = await new Promise<string>((resolve) => child.once('close', (code, signal) => resolve(signal ?? `exit ${code}`)));
  clearTimeout(late);
  if (how !== 'exit 0' || !figures) throw new Error(`The figure ${name} could not be measured (${how}).`);
  return figures;
}

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}, ${process.platform}`;

function tell(figures: readonly Measured[]) {
  for (const figure of figures) {
    if (json) console.log(JSON.stringify({ ...figure, ...(figure.peer ? { ratio: ratio(figure) } : {}), machine }));
    else {
      const goal = figure.goal ? `  (goal ${goalText(figure)}: ${reached(figure) ? 'reached' : 'MISSED'})` : '';
      console.log(
        `${figure.name.padEnd(52)} ${numberText(figure.value).padStart(10)} ${figure.unit.padEnd(6)} ${peerText(figure)}${goal}`,
      );
    }
  }
}

const began = performance.now();
const rest = () => BUDGET_MS - (performance.now() - began);
let failures = 0;
const taken = (names.length > 0 ? names : known).map((name) => ({
  name,
  load: [] as number[],
  runs: [] as Figure[][],
  longest: 0,
  failure: undefined as string | undefined,
}));
for (let pass = 0; pass < (runsAt >= 0 ? runs : write ? MOST_RUNS : 1); pass++)
  for (const set of taken) {
    // the first time always; again only what has worked and still fits
    if (set.failure || (pass > 0 && runsAt < 0 && set.longest > rest())) continue;
    const begun = performance.now();
    set.load.push(loadavg()[0] ?? 0);
    try {
      const figures = await measure(set.name);
      set.runs.push(figures);
      set.longest = Math.max(set.longest, performance.now() - begun);
      tell(overRuns([figures]));
    } catch (error) {
      if (!write) throw error;
      failures++;
      set.failure = error instanceof Error ? error.message : String(error);
      console.error(set.failure);
    }
    if (write) keep(set);
  }
if (runs > 1)
  for (const set of taken) {
    if (!json) console.log(`\n${set.name}: median of ${set.runs.length} runs`);
    tell(overRuns(set.runs));
  }
if (!json) console.log(`\n${machine}`);
process.exit(failures > 0 ? 1 : 0);

/** After every run, so that an interrupted bench leaves what it has. */
function keep({ name, load, runs, failure }: (typeof taken)[number]) {
  const date = new Date().toISOString().slice(0, 10);
  // a set that failed later keeps the runs that worked
  const why = failure && runs.length === 0 ? { failure } : {};
  writeResults({ ...readResults(), [name]: { date, machine, load, figures: overRuns(runs), ...why } });
}
