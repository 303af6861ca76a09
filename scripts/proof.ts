/**
 * `npm run proof [-- <name> …] [-- --rounds <n>] [-- --fresh]`: the long checks. Each is a row of rounds with fresh seeds; a round that is done is kept, so a proof that was
 * interrupted goes on where it stopped. Results are written to bench/PROOF.md; proofs that were not asked for keep their section there.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ChaosReport } from '#runtime/worker/proof/chaos/chaos.ts';
import type { KillReport } from '#runtime/worker/proof/kills.ts';
import { NAMES } from './proofs/reconnects/names.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const FLAGS = ['--disable-warning=ExperimentalWarning', '--no-node-snapshot', '--no-concurrent-recompilation'];

interface Report {
  readonly wrong: readonly string[];
}
interface Proof<R extends Report = Report> {
  /** What it claims, one sentence. */
  readonly claim: string;
  readonly rounds: number;
  /** Module that runs one round with the seed that it is given and prints its report. */
  readonly module: string;
  /** Sums the rounds up for a person. */
  sum(reports: readonly R[]): string;
}
interface Done extends Report {
  readonly seed: number;
  /** The round did not come to its end. */
  readonly lost?: boolean;
}
const quantile = (values: number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;
const total = <R>(reports: readonly R[], pick: (r: R) => number) => reports.reduce((sum, r) => sum + pick(r), 0);

const kills: Proof<KillReport> = {
  claim:
    'Workers killed with -9 and frozen at random under load: every output as in an undisturbed run, to the bit, however the stream is cut; every effect once.',
  // 40 rounds × 60 s, about 50 minutes
  rounds: 40,
  module: 'scripts/proofs/kills.ts',
  sum(reports) {
    const all = (pick: (r: KillReport) => number) => total(reports, pick);
    const still = (of: keyof KillReport['standstill']) => {
      const each = reports.flatMap((r) => r.standstill[of]);
      return `p50 ${quantile(each, 0.5)} ms, p90 ${quantile(each, 0.9)} ms, most ${quantile(each, 1)} ms (${each.length} shards)`;
    };
    return `${all((r) => r.kills)} kills, ${all((r) => r.freezes)} freezes, sessions cut ${all((r) => r.cutSessions)} times, ${all((r) => r.steps)} steps, ${all((r) => r.rows)} rows, ${all((r) => r.effects)} effects, ${all((r) => r.cuts)} other cuts; until a peer that was ready went on, shards stood still after a kill for ${still('killed')}, after a freeze for ${still('frozen')}; where every such peer was hit as well, until a process that was starting went on, for ${still('again')}`;
  },
};
const chaos: Proof<ChaosReport> = {
  claim:
    'Gateway, worker, effect runner, historian, queue and PostgreSQL killed with -9 at random under 5,000 samples/s from a device at the platform’s own broker that sends again what was not acknowledged: each sample in log and history once and in order, every output as in an undisturbed run, to the bit, no effect missing, each done once by its idempotency key.',
  // 5 minutes each
  rounds: 6,
  module: 'scripts/proofs/chaos.ts',
  sum(reports) {
    const all = (pick: (r: ChaosReport) => number) => total(reports, pick);
    const names = [...new Set(reports.flatMap((r) => Object.keys(r.blows)))].sort();
    const blows = names.map((name) => `${name} ${all((r) => r.blows[name] ?? 0)} times`).join(', ');
    return `${blows}; ${all((r) => r.sent)} numbered messages in ${Math.round(all((r) => r.seconds))} s, ${all((r) => r.samples)} samples, ${all((r) => r.steps)} steps, ${all((r) => r.stored)} rows of outputs in the history, ${all((r) => r.effects)} effects, of which the target heard ${all((r) => r.repeated)} again under the same key`;
  },
};
interface ReconnectReport extends Report {
  readonly name: string;
  readonly sessions: number;
  readonly grown: number;
}
const reconnects: Proof<ReconnectReport> = {
  claim:
    'Sessions of each connector opened and closed 10,000 times against its real source (of a server: clients that come and go): no socket stays, and the heap grows by 1 MiB at most.',
  // one for each connector, half a minute to ten minutes
  rounds: NAMES.length,
  module: 'scripts/proofs/reconnects/reconnects.ts',
  sum(reports) {
    const each = reports.map((r) => `${r.name} ${Math.round(r.grown / 1024)} KiB of ${r.sessions.toLocaleString('en')}`);
    return `heap after a collection against the first 500: ${each.join(', ')}`;
  },
};
interface AddressSpaceReport extends Report {
  readonly nodes: number;
  readonly pages: number;
  readonly firstMs: number;
  readonly seconds: number;
  readonly most: number;
}
const addressSpace: Proof<AddressSpaceReport> = {
  claim: 'An OPC UA folder of 100,000 variables listed page by page: each once, the first page at once, memory as before.',
  rounds: 1,
  module: 'scripts/proofs/address-space.ts',
  sum: (reports) =>
    `${total(reports, (r) => r.nodes)} nodes in ${total(reports, (r) => r.pages)} pages; first page after ${Math.round(Math.max(...reports.map((r) => r.firstMs)))} ms, all after ${Math.round(total(reports, (r) => r.seconds))} s; heap ${Math.round(Math.max(...reports.map((r) => r.most)) / 1024)} KiB more at most`,
};
interface GraphsReport extends Report {
  readonly graphs: number;
  readonly blocks: number;
  readonly runs: number;
  readonly rows: number;
}
const graphs: Proof<GraphsReport> = {
  claim:
    'Random graphs, of blocks of every kind and of the blocks of the catalogue: the same outputs, effects, alarms and failures to the bit, however the stream is cut, wherever the state goes through bytes, however long the loops are, whichever of them share their text, however keys are mingled, with other ticks, watched or not.',
  // 2 minutes each
  rounds: 12,
  module: 'scripts/proofs/graphs.ts',
  sum: (reports) =>
    `${total(reports, (r) => r.graphs)} graphs of all ${Math.max(...reports.map((r) => r.blocks))} blocks that compute by themselves, ${total(reports, (r) => r.runs)} runs, ${total(reports, (r) => r.rows)} rows`,
};
interface DayReport extends ChaosReport {
  readonly day: string;
  readonly told: readonly string[];
}
interface BadDaysReport extends Report {
  readonly days: readonly DayReport[];
}
const badDays: Proof<BadDaysReport> = {
  claim:
    'The disk of the database filled to its last byte by something else, until room is made; the clock of the whole machine (database, workers, gateways, historian) set back by an hour over midnight, and set right a minute later. Both under 5,000 samples/s from a device that sends again what was not acknowledged: each sample in log and history once and in order, every output as in an undisturbed run, to the bit, each effect once by its key. Needs root for a disk of its own, and libfaketime.',
  // 2 and 4 minutes
  rounds: 1,
  module: 'scripts/proofs/bad-days.ts',
  sum: (reports) =>
    reports
      .flatMap((r) => r.days)
      .map(
        (d) =>
          `${d.day}: ${d.sent} numbered messages in ${Math.round(d.seconds)} s, ${d.samples} samples, ${d.steps} steps, ${d.stored} rows of outputs in the history, ${d.effects} effects; said meanwhile: ${d.told.map((one) => `“${one}”`).join(', ')}`,
      )
      .join('. '),
};
const PROOFS: Readonly<Record<string, Proof<never>>> = {
  kills,
  chaos,
  'bad-days': badDays,
  reconnects,
  'address-space': addressSpace,
  graphs,
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
/** Wrongs of one proof in its section. */
const MOST_TOLD = 20;
const folder = `${root}.millwright/proof`;
mkdirSync(folder, { recursive: true });
const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
const sections = readSections();
const today = new Date().toISOString().slice(0, 10);
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
    done.push(
      run.status === 0
        ? { seed, ...JSON.parse(report) }
        : { seed, wrong: [`round ${seed} ended with ${run.status}`], lost: true },
    );
    writeFileSync(file, JSON.stringify(done));
    console.log(
      `${name} round ${seed} of ${rounds}: ${done.at(-1)?.wrong.length === 0 ? 'right' : done.at(-1)?.wrong.slice(0, 3).join('; ')}`,
    );
  }
  const wrong = done.flatMap((r) => r.wrong);
  const text = proof.sum(done.filter((r) => !r.lost) as never);
  failed += wrong.length;
  const told = wrong.slice(0, MOST_TOLD).map((one) => `- ${one}\n`);
  const section = `## ${name}\n\n${proof.claim}\n\n${today}, ${machine}. ${done.length === 1 ? `One round, seed ${done[0]?.seed}` : `${done.length} rounds, seeds ${done[0]?.seed} to ${done.at(-1)?.seed}`}: ${text}.\n\n**${wrong.length === 0 ? 'Nothing wrong.' : `${wrong.length} WRONG`}**\n${told.length > 0 ? `\n${told.join('')}` : ''}`;
  sections.set(name, section);
  console.log(section);
}
writeFileSync(
  `${root}bench/PROOF.md`,
  `# Proofs\n\nWritten by \`npm run proof\`.\n\n${[...sections.values()].map((one) => one.trimEnd()).join('\n\n')}\n`,
);
process.exitCode = failed === 0 ? 0 : 1;

function readDone(file: string): Done[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Done[];
  } catch {
    return []; // nothing was done yet
  }
}

/** Sections of the report as it stands, by name; those of proofs that are no more are left out. */
function readSections(): Map<string, string> {
  try {
    const parts = readFileSync(`${root}bench/PROOF.md`, 'utf8')
      .split(/^(?=## )/m)
      .slice(1);
    return new Map(parts.map((text) => [text.slice(3, text.indexOf('\n')), text] as const).filter(([name]) => name in PROOFS));
  } catch {
    return new Map(); // the first report
  }
}
