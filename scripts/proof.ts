/**
 * `npm run proof [-- <name> …] [-- --rounds <n>] [-- --fresh]`: the long checks. Each is a row of rounds with fresh seeds; a round that is done is kept, so a proof that was
 * interrupted goes on where it stopped. Results are written to bench/PROOF.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { KillReport } from '#runtime/worker/proof/kills.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const FLAGS = ['--disable-warning=ExperimentalWarning', '--no-node-snapshot', '--no-concurrent-recompilation'];

interface Proof {
  /** What it claims, one sentence. */
  readonly claim: string;
  readonly rounds: number;
  /** Module whose default export runs one round: `(seed) => Promise<report>`. */
  readonly module: string;
  /** Sums the rounds up for a person; `wrong` must be empty. */
  sum(reports: readonly KillReport[]): { text: string; wrong: readonly string[] };
}
const quantile = (values: number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;

const PROOFS: Readonly<Record<string, Proof>> = {
  kills: {
    claim:
      'Workers killed with -9 and frozen at random under load: every output as in an undisturbed run, to the bit, however the stream is cut; every effect once.',
    // 40 rounds × 60 s, about 50 minutes
    rounds: 40,
    module: 'scripts/proofs/kills.ts',
    sum(reports) {
      const all = (pick: (r: KillReport) => number) => reports.reduce((sum, r) => sum + pick(r), 0);
      const still = (of: 'killed' | 'frozen') => {
        const all = reports.flatMap((r) => r.standstill[of]);
        return `p50 ${quantile(all, 0.5)} ms, p90 ${quantile(all, 0.9)} ms, most ${quantile(all, 1)} ms (${all.length} shards)`;
      };
      return {
        text: `${all((r) => r.kills)} kills, ${all((r) => r.freezes)} freezes, sessions cut ${all((r) => r.cutSessions)} times, ${all((r) => r.steps)} steps, ${all((r) => r.rows)} rows, ${all((r) => r.effects)} effects, ${all((r) => r.cuts)} other cuts; until a peer that was ready went on, shards stood still after a kill for ${still('killed')}, after a freeze for ${still('frozen')}`,
        wrong: reports.flatMap((r) => r.wrong),
      };
    },
  },
};

const args = process.argv.slice(2);
const at = args.indexOf('--rounds');
const wanted = at >= 0 ? Number(args[at + 1]) : undefined;
const names = args.filter((arg, i) => !arg.startsWith('-') && (at < 0 || i !== at + 1));
const unknown = names.filter((name) => !(name in PROOFS));
if (unknown.length > 0 || (wanted !== undefined && !(wanted > 0))) {
  console.error(
    unknown.length > 0
      ? `No proof ${unknown.join(', ')}; there are ${Object.keys(PROOFS).join(', ')}.`
      : '--rounds needs a number.',
  );
  process.exit(2);
}
const folder = `${root}.millwright/proof`;
mkdirSync(folder, { recursive: true });
const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
const lines: string[] = [];
let failed = 0;
for (const name of names.length > 0 ? names : Object.keys(PROOFS)) {
  const proof = PROOFS[name];
  if (!proof) continue;
  const file = `${folder}/${name}.json`;
  if (args.includes('--fresh')) rmSync(file, { force: true });
  const done = readDone(file);
  const rounds = wanted ?? proof.rounds;
  while (done.length < rounds) {
    const seed = done.length + 1;
    // a process of its own: what a round leaves behind must not help the next
    const run = spawnSync(process.execPath, [...FLAGS, `${root}${proof.module}`, String(seed)], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const report = run.stdout.trim().split('\n').at(-1) ?? '';
    done.push(run.status === 0 ? JSON.parse(report) : broken(seed, run.status));
    writeFileSync(file, JSON.stringify(done));
    console.log(
      `${name} round ${seed} of ${rounds}: ${done.at(-1)?.wrong.length === 0 ? 'right' : done.at(-1)?.wrong.slice(0, 3).join('; ')}`,
    );
  }
  const { text, wrong } = proof.sum(done);
  failed += wrong.length;
  lines.push(
    `## ${name}\n\n${proof.claim}\n\n${done.length} rounds: ${text}.\n\n**${wrong.length === 0 ? 'Nothing wrong.' : `${wrong.length} WRONG`}**\n`,
  );
  for (const one of wrong.slice(0, 20)) lines.push(`- ${one}`);
}
writeFileSync(
  `${root}bench/PROOF.md`,
  `# Proofs\n\nWritten by \`npm run proof\`, ${new Date().toISOString().slice(0, 10)}, on ${machine}.\n\n${lines.join('\n').trimEnd()}\n`,
);
console.log(lines.join('\n'));
process.exitCode = failed === 0 ? 0 : 1;

function readDone(file: string): KillReport[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as KillReport[];
  } catch {
    return []; // nothing was done yet
  }
}
function broken(seed: number, status: number | null): KillReport {
  return {
    wrong: [`round ${seed} ended with ${status}`],
    steps: 0,
    rows: 0,
    effects: 0,
    cuts: 0,
    kills: 0,
    freezes: 0,
    cutSessions: 0,
    standstill: { killed: [], frozen: [] },
  };
}
