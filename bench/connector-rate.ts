/** From a machine's own process through a connector into committed entries of the log: every value is numbered, and each must be there once and in order. */
import { type ChildProcess, fork } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { asc, eq } from 'drizzle-orm';
import { openDatabase } from '#drizzle/client.ts';
import { migrateDatabase } from '#drizzle/migrate.ts';
import { connection, tag } from '#drizzle/schema/index.ts';
import { startPostgres } from '#runtime/supervisor/postgres.ts';
import { ORG, until, type WorkerFixture, workerFixture } from '#runtime/worker/fixture.testing.ts';
import type { Figure } from './figure.ts';
import { usageOf } from './process-tree.ts';
import { runtimeProcesses } from './runtime-processes.ts';
import type { FromMachine, ToMachine } from './sources/values.ts';

export interface RateOptions {
  readonly protocol: string;
  readonly connector: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly port: number;
  readonly address: (variable: number) => string;
  /** Program that plays the machines, beside this file. */
  readonly machine: string;
  /** What stands between machine and gateway, by process id. */
  readonly between?: Readonly<Record<string, number>>;
  /** Does a subscription begin with the values as they are? */
  readonly tellsState: boolean;
  readonly how: string;
  /** Highest rate that is tried, samples/s: it sets how many variables are subscribed. */
  readonly most: number;
}
const PERIOD_MS = 250;
const GOAL = 10_000;
/** The goal's ten minutes are BENCH_SECONDS=600. */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const STEP_S = Number(process.env.BENCH_STEP_SECONDS ?? 20);
const STEPS = [12_000, 14_000, 16_000, 20_000, 25_000, 30_000, 40_000, 50_000];
/** Every variable once in this time, until the gateway is heard to serve each of them. */
const TRIAL_MS = 2_000;
/** What is not committed this long after the last value was given is lost. */
const SETTLE_MS = 60_000;
/** A rate at which more than this is on its way does not hold. */
const ON_ITS_WAY_S = 2;

export async function connectorRate(options: RateOptions): Promise<Figure[]> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'mw-bench-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o711);
  const server = await startPostgres({ dataFolder: folder, quickInit: true });
  stack.defer(() => server.stop());
  await migrateDatabase(server.socketDir);
  const f = stack.use(
    await workerFixture({ url: server.socketDir, ...openDatabase(server.socketDir, { max: 6, name: 'bench' }) }),
  );
  const variables = (options.most * PERIOD_MS) / 1000;
  const child: ChildProcess = fork(fileURLToPath(new URL(`./sources/${options.machine}.ts`, import.meta.url)), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  stack.defer(() => void child.kill('SIGKILL'));
  let told: FromMachine = { newest: [], sent: 0 };
  let ended: number | null = null;
  child.on('message', (message: FromMachine) => {
    told = message;
  });
  child.on('exit', (code) => {
    ended = code ?? 1;
  });
  child.send({ start: { port: options.port, variables } } satisfies ToMachine);
  await until('the machine is there', () => told.newest.length === variables, 120_000);
  const [row] = await f.db
    .insert(connection)
    .values({ orgId: ORG, name: 'machines', connector: options.connector, settings: { ...options.settings } })
    .returning();
  const id = row?.id ?? '';
  for (let from = 0; from < variables; from += 2_000)
    await f.db.insert(tag).values(
      Array.from({ length: Math.min(2_000, variables - from) }, (_, k) => ({
        orgId: ORG,
        assetId: f.siteId,
        name: `v${from + k}`,
        connectionId: id,
        address: options.address(from + k),
        samplePeriodMs: 100,
        // those that stand still must not be asked for during the measurement
        staleAfterMs: 7_200_000,
      })),
    );
  const processes = stack.use(runtimeProcesses(['gateway'], f));
  await until('every variable has a lane', async () => (await tagsOf(f, id)).every(({ lane }) => lane !== null), 300_000);
  const seen = await watcher(f, id);
  const pids = { machine: child.pid ?? 0, ...options.between, ...processes.pids, postgres: server.pid };
  const cpu = () => Object.entries(pids).map(([name, pid]) => [name, usageOf(pid).total.cpu] as const);
  const give = (active: number, periodMs: number) => child.send({ spread: { active, periodMs } } satisfies ToMachine);
  const spread = (rate: number) => give((rate * PERIOD_MS) / 1000, PERIOD_MS);
  const heard = async () => {
    await seen.read();
    return seen.heard() === variables;
  };
  // what was given before a gateway asks is nobody's loss; a subscription that begins with the values as they are needs no trial
  if (!options.tellsState) give(variables, TRIAL_MS);
  await until('every variable is served', heard, 300_000);
  spread(0);

  /** Waits until the log has what was given; how many values it does not have after a long while. */
  async function settled(): Promise<number> {
    const all = told.newest;
    const missing = () => all.reduce((sum, newest, i) => sum + Math.max(0, newest - seen.newest(i)), 0);
    const end = performance.now() + SETTLE_MS;
    for (;;) {
      await seen.read();
      if (missing() === 0 || performance.now() > end) return missing();
      await sleep(100);
    }
  }

  async function hold(rate: number, seconds: number, giveUpAt = Number.POSITIVE_INFINITY) {
    await until('the machine rests', async () => {
      const { sent } = told;
      await sleep(600);
      return sent === told.sent;
    });
    await settled();
    const from = { at: performance.now(), sent: told.sent, cpu: cpu() };
    const before = seen.counts();
    spread(rate);
    let most = 0;
    while (performance.now() - from.at < seconds * 1000 && most < giveUpAt) {
      await sleep(500);
      if (ended !== null) throw new Error(`the machine ended with ${ended}`);
      await seen.read();
      most = Math.max(most, (told.sent - from.sent - (seen.counts().taken - before.taken)) / rate);
    }
    const took = (performance.now() - from.at) / 1000;
    const sent = told.sent - from.sent;
    const used = new Map(cpu());
    spread(0);
    await sleep(600);
    const missing = await settled();
    const after = seen.counts();
    return {
      rate: sent / took,
      most,
      lost: after.lost - before.lost + missing,
      doubled: after.doubled - before.doubled,
      cores: from.cpu.map(([name, was]) => `${name} ${(((used.get(name) ?? 0) - was) / took).toFixed(2)}`).join(', '),
    };
  }

  await hold(GOAL / 2, 5);
  const held = await hold(GOAL * 1.02, SECONDS);
  const right = held.lost === 0 && held.doubled === 0;
  let highest = right && held.most <= ON_ITS_WAY_S ? held.rate : 0;
  let limit = 'no rate was too high';
  for (const rate of right ? STEPS.filter((step) => step <= options.most) : []) {
    const more = await hold(rate, STEP_S, 4 * ON_ITS_WAY_S);
    if (more.most > ON_ITS_WAY_S || more.lost > 0 || more.doubled > 0 || more.rate < 0.97 * rate) {
      const why =
        more.lost > 0
          ? `${more.lost} values lost`
          : more.rate < 0.97 * rate && more.most <= ON_ITS_WAY_S
            ? `the machine itself gave ${Math.round(more.rate)}/s`
            : `${more.most.toFixed(1)} s piled up`;
      limit = `at ${rate.toLocaleString('en')}/s ${why}; cores ${more.cores}`;
      break;
    }
    highest = more.rate;
  }
  const { protocol } = options;
  const conditions = `${options.how}, each of ${(1.02 * GOAL * PERIOD_MS) / 1000} variables a new number every ${PERIOD_MS} ms, ${variables.toLocaleString('en')} subscribed; machine, gateway and embedded database as processes of one machine, synchronous commits, ${SECONDS} s; cores ${held.cores}`;
  return [
    { name: `${protocol}: samples committed`, value: right ? held.rate : 0, unit: '1/s', conditions, goal: { atLeast: GOAL } },
    {
      name: `${protocol}: lost`,
      value: held.lost,
      unit: '1',
      conditions: 'of the same run, by the numbers in the log',
      goal: { atMost: 0 },
    },
    { name: `${protocol}: twice`, value: held.doubled, unit: '1', conditions: 'of the same run', goal: { atMost: 0 } },
    {
      name: `${protocol}: most that was on its way`,
      value: held.most,
      unit: 's',
      conditions: 'of the same run',
      goal: { atMost: ON_ITS_WAY_S },
    },
    {
      name: `${protocol}: highest rate held for ${STEP_S} s`,
      value: highest,
      unit: '1/s',
      conditions: `the same, faster; ${limit}`,
    },
  ];
}

const tagsOf = (f: WorkerFixture, id: string) =>
  f.db.select({ id: tag.id, lane: tag.laneId }).from(tag).where(eq(tag.connectionId, id)).orderBy(asc(tag.id));

/** Reads the log behind the gateway and holds each variable to its numbers. */
async function watcher(f: WorkerFixture, id: string) {
  const tags = await tagsOf(f, id);
  const place = new Map(tags.map((one, i) => [one.id, i]));
  const newest = new Float64Array(tags.length).fill(-1);
  let heard = 0;
  const lanes = [...new Set(tags.flatMap(({ lane }) => lane ?? []))];
  const cursors = new Map(lanes.map((lane) => [lane, 0]));
  let taken = 0;
  let lost = 0;
  let doubled = 0;
  return {
    counts: () => ({ taken, lost, doubled }),
    heard: () => heard,
    newest: (variable: number) => newest[variable] ?? 0,
    async read() {
      for (;;) {
        const rows = await f.reader.readAfter(
          lanes,
          lanes.map((lane) => cursors.get(lane) ?? 0),
          50,
        );
        for (const { lane, seq, entry } of rows) {
          cursors.set(lane, seq);
          if (entry.kind !== 'samples') continue;
          for (let i = 0; i < entry.n; i++) {
            const value = entry.value[i] as number;
            const at = place.get(entry.tag[i] as number);
            if (at === undefined || !(value >= 0) || (entry.quality?.[i] ?? 0) >= 0x80) continue;
            if (newest[at] === -1) heard++;
            if (value === 0) {
              newest[at] = 0;
              continue;
            }
            const step = value - Math.max(0, newest[at] as number);
            if (step <= 0) doubled++;
            else {
              lost += step - 1;
              taken += 1;
              newest[at] = value;
            }
          }
        }
        if (rows.length === 0) return;
      }
    },
  };
}
