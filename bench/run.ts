import { spawn } from 'node:child_process';
import { globSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, ratio, reached } from './figure.ts';

/**
 * `npm run bench [-- <name> …] [-- --json] [-- --write]`: the figures of `figures/<name>.ts`, each set in a process of its own so that
 * none warms or fills another's memory. `--json` prints one object per figure, `--write` renews RESULTS.md.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const json = args.includes('--json');
const names = args.filter((arg) => !arg.startsWith('-'));
const known = globSync('bench/figures/*.ts', { cwd: root, exclude: ['**/*.test.ts'] })
  .map((file) => basename(file, '.ts'))
  .sort();
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No figure ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  process.exit(2);
}

/** Isolates need these for their full speed; the others do not notice. */
const FLAGS = ['--disable-warning=ExperimentalWarning', '--no-node-snapshot', '--no-concurrent-recompilation', '--expose-gc'];

async function measure(name: string): Promise<Figure[]> {
  const child = spawn(process.execPath, [...FLAGS, `${root}bench/measure.ts`, name], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let figures: Figure[] | undefined;
  child.on('message', (message) => {
    figures = message as Figure[];
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0 || !figures) throw new Error(`The figure ${name} could not be measured (exit ${code}).`);
  return figures;
}

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}, ${process.platform}`;
const number = (value: number) => (Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));
const goalOf = ({ goal }: Figure) => (goal ? ('atMost' in goal ? `≤ ${number(goal.atMost)}` : `≥ ${number(goal.atLeast)}`) : '');
const verdict = (figure: Figure) =>
  ({ true: 'yes', false: '**no**', undefined: '' })[String(reached(figure)) as 'true' | 'false' | 'undefined'];
const against = (figure: Figure) => {
  const factor = ratio(figure);
  return factor === undefined || !figure.peer ? '' : `${factor.toPrecision(3)} × ${figure.peer.name}`;
};

const all: Figure[] = [];
for (const name of names.length > 0 ? names : known) {
  const figures = await measure(name);
  all.push(...figures);
  for (const figure of figures) {
    if (json) console.log(JSON.stringify({ ...figure, ...(figure.peer ? { ratio: ratio(figure) } : {}), machine }));
    else {
      const goal = figure.goal ? `  (goal ${goalOf(figure)}: ${reached(figure) ? 'reached' : 'MISSED'})` : '';
      console.log(
        `${figure.name.padEnd(52)} ${number(figure.value).padStart(10)} ${figure.unit.padEnd(6)} ${against(figure)}${goal}`,
      );
    }
  }
}
if (!json) console.log(`\n${machine}`);

if (args.includes('--write')) {
  const rows = all.map(
    (figure) =>
      `| ${figure.name} | ${number(figure.value)} ${figure.unit} | ${goalOf(figure)} | ${verdict(figure)} | ${against(figure)} | ${figure.conditions} |`,
  );
  const table = ['| figure | value | goal | reached | against | conditions |', '|---|---:|---:|---|---|---|', ...rows].join('\n');
  const head = `# Figures\n\nWritten by \`npm run bench -- --write\`, ${new Date().toISOString().slice(0, 10)}, on ${machine}.`;
  writeFileSync(`${root}bench/RESULTS.md`, `${head}\n\n${table}\n`);
}
