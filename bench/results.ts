import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ratio, reached } from './figure.ts';
import type { Measured } from './over-runs.ts';

/** What `--write` keeps of each set: measuring one again leaves the others as they are. */
export interface SetResult {
  readonly date: string;
  readonly machine: string;
  /** Load average of the last minute before each run: how much else was going on. */
  readonly load: readonly number[];
  readonly figures: readonly Measured[];
  /** Why it has no figures. */
  readonly failure?: string;
}
export type Results = Record<string, SetResult>;

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export function readResults(): Results {
  return existsSync(path('results.json')) ? (JSON.parse(readFileSync(path('results.json'), 'utf8')) as Results) : {};
}

export function writeResults(results: Results): void {
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => a.localeCompare(b)));
  writeFileSync(path('results.json'), `${JSON.stringify(sorted, null, 2)}\n`);
  writeFileSync(path('RESULTS.md'), markdown(sorted));
}

export const numberText = (value: number) =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3)).toString();
export const goalText = ({ goal }: Measured) =>
  goal ? ('atMost' in goal ? `≤ ${numberText(goal.atMost)}` : `≥ ${numberText(goal.atLeast)}`) : '';
export const peerText = (figure: Measured) => {
  const factor = ratio(figure);
  return factor === undefined || !figure.peer ? '' : `${factor.toPrecision(3)} × ${figure.peer.name}`;
};

/** More than this before a run, and other programs had a part in what was measured. */
const BUSY = 1;

export function markdown(results: Results): string {
  const head = `# Figures

Written by \`npm run bench -- --write\`: the median of the runs, with their lowest and highest. Absolute figures belong to the machine and to what else ran on it; ratios against a
peer are of one run. Load is the machine's load average of the minute before a run.
`;
  const sections = Object.entries(results).map(([name, { date, machine, load, figures, failure }]) => {
    const busy = load.some((one) => one > BUSY) ? ' **Other programs were running: read it as a lower mark.**' : '';
    const runs = load.length === 1 ? 'one run' : `${load.length} runs`;
    const about = `${date}, ${machine}; ${runs}, load before ${load.map((one) => one.toFixed(1)).join(', ')}.${busy}`;
    if (failure) return `## ${name}\n\n${about}\n\nCould not be measured: ${cell(failure)}\n`;
    const rows = figures.map((figure) =>
      [
        figure.name,
        `${numberText(figure.value)} ${figure.unit}`,
        figure.runs > 1 ? `${numberText(figure.low)} – ${numberText(figure.high)}` : '',
        goalText(figure),
        { true: 'yes', false: '**no**', undefined: '' }[String(reached(figure)) as 'true' | 'false' | 'undefined'],
        peerText(figure),
        figure.conditions,
      ].map(cell),
    );
    const table = [
      ['figure', 'median', 'range', 'goal', 'reached', 'against', 'conditions'],
      ['---', '---:', '---:', '---:', '---', '---', '---'],
      ...rows,
    ];
    return `## ${name}\n\n${about}\n\n${table.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;
  });
  return [head, ...sections].join('\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
