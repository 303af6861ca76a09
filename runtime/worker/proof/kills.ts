/** Real workers under load, killed with -9 (and frozen) at random moments; then everything they committed is compared with an undisturbed run. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { effect, instance, shard } from '#drizzle/schema/index.ts';
import { ORG, until, workerFixture } from '../fixture.testing.ts';
import { compileProof, proofGraph } from './graph.ts';
import { checkShard, type Findings } from './reference.ts';

export interface KillOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly instances: number;
  /** Pause between kills, ms; each is drawn from half to one and a half of it. */
  readonly everyMs: number;
  /** Other cuts tried per shard. */
  readonly resplits: number;
  /** Also freeze workers (SIGSTOP) beyond their lease: zombies must not commit. */
  readonly freeze?: boolean;
}
export interface KillReport extends Findings {
  readonly kills: number;
  readonly freezes: number;
  /** Times that all database sessions of the workers were cut. */
  readonly cutSessions: number;
  /**
   * How long shards stood still until another worker committed their next step, ms: after a kill, after a freeze, and after several blows, where every
   * peer that was ready met its own end before it could go on and a process that was still starting had to.
   */
  readonly standstill: Readonly<Record<'killed' | 'frozen' | 'again', readonly number[]>>;
}

/** Longer than a lease: a peer has gone on when the frozen one comes back. */
const FREEZE_MS = 6_000;
const WATCH_MS = 20_000;
/** Share of the blows that wait for nobody: mostly another worker is ready when one is hit, now and then none is. */
const RUTHLESS = 0.2;
/** What kills in a row left unread, on a machine that has other work too. */
const CONSUME_MS = 60_000;

/** mulberry32: the same seed kills at the same places of the plan. */
export function generator(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export async function proveKills(options: KillOptions): Promise<KillReport> {
  const random = generator(options.seed);
  await using f = await workerFixture();
  const lanes = await Promise.all(['a', 'b', 'c'].map(() => f.lane([{}])));
  const [a = 0, b = 0, c = 0] = lanes.map((l) => l.tags[0]);
  const ids: string[] = [];
  for (let i = 0; i < options.instances; i++) ids.push(await f.instance(proofGraph, { a, b, c }, { key: `K${i}` }));

  const children: ChildProcess[] = [];
  const holders = new WeakMap<ChildProcess, string>();
  const start = async () => {
    const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [], {
      execArgv: ['--no-node-snapshot', '--no-concurrent-recompilation', '--disable-warning=ExperimentalWarning'],
      env: { ...process.env, DATABASE_URL: f.url, MILLWRIGHT_DATA: f.dataFolder },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(child);
    child.on('message', (holder) => holders.set(child, String(holder)));
    return child;
  };
  const running: ChildProcess[] = [];
  try {
    for (let i = 0; i < options.workers; i++) running.push(await start());
    await until(
      'all instances run',
      async () => {
        const rows = await f.db.select().from(instance);
        for (const r of rows) if (r.reason) throw new Error(JSON.stringify(r.reason));
        return rows.every((r) => r.status === 'running');
      },
      60_000,
    );
    const shapes = new Map(
      (await f.db.select().from(shard)).map((s) => [s.id, { lanes: s.lanes, cursor: s.cursor, step: s.step }]),
    );
    for (const [id, s] of shapes) if (s.step !== 0) throw new Error(`shard ${id} stepped before the source began`);

    // the source: three lanes with their own rhythms; equal times meet in the join, some rows come late
    let feeding = true;
    const feed = (async () => {
      let tick = 0;
      while (feeding) {
        const time = Date.now();
        for (const [i, lane] of lanes.entries()) {
          if (random() < 0.1) continue;
          const rows = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, k) => ({
            at: Date.now(),
            time: Math.floor(time / 40) * 40 - k * 40 - (random() < 0.05 ? 2_000 : 0),
            values: [5 + 4 * Math.sin(tick / 9 + i) + random()],
          }));
          await lane.write(rows);
        }
        tick++;
        await sleep(15);
      }
    })();

    const frozenNow = new Set<ChildProcess>();
    const watchTakeover = async (
      tokens: Map<number, number>,
      peers: readonly ChildProcess[],
      since: number,
      standstill: number[],
    ) => {
      const taken = new Map<number, number>();
      const still = () => performance.now() - since;
      let alone = false;
      while (tokens.size > 0 && still() < WATCH_MS) {
        alone ||= !peers.some((w) => running.includes(w) && !frozenNow.has(w));
        for (const s of await f.db.select().from(shard)) {
          const token = tokens.get(s.id);
          if (token === undefined || s.token === token) continue;
          // the step at which the new holder found it
          const from = taken.get(s.id) ?? s.step;
          taken.set(s.id, from);
          if (s.step > from && tokens.delete(s.id)) (alone ? again : standstill).push(Math.round(still()));
        }
        await sleep(10);
      }
      // none is left out: the worst of all must not be what is missing
      for (const _ of tokens) (alone ? again : standstill).push(WATCH_MS);
    };
    let kills = 0;
    let freezes = 0;
    let cutSessions = 0;
    const killed: number[] = [];
    const frozen: number[] = [];
    const again: number[] = [];
    const watches: Promise<void>[] = [];
    const end = Date.now() + options.seconds * 1000;
    while (Date.now() < end) {
      await sleep(options.everyMs * (0.5 + random()));
      // what is still starting holds nothing: its end would show nothing, and on a busy machine nothing else would ever happen
      const fewest = random() < RUTHLESS ? 1 : 2;
      await until('workers are ready', () => running.filter((w) => holders.has(w)).length >= fewest);
      const ready = running.filter((w) => holders.has(w));
      const victim = ready[Math.floor(random() * ready.length)];
      if (!victim) continue;
      const at = running.indexOf(victim);
      const peers = ready.filter((w) => w !== victim);
      const holder = holders.get(victim);
      const before = (await f.db.select().from(shard)).filter((s) => s.holder === holder);
      const watch = (standstill: number[]) => {
        // Only where a peer was there to take over: what a new process needs to start is another figure.
        if (peers.length > 0)
          watches.push(watchTakeover(new Map(before.map((row) => [row.id, row.token])), peers, performance.now(), standstill));
      };
      const what = random();
      if (what < 0.2) {
        // what a restart of the server does to them: nobody knows whether the commit under way was made
        cutSessions++;
        await f.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'millwright worker%' and datname = current_database()`;
      } else if (options.freeze && what < 0.4) {
        freezes++;
        victim.kill('SIGSTOP');
        frozenNow.add(victim);
        watch(frozen);
        await sleep(FREEZE_MS);
        victim.kill('SIGCONT');
        frozenNow.delete(victim);
      } else {
        kills++;
        victim.kill('SIGKILL');
        watch(killed);
        running[at] = await start();
      }
    }
    // who takes over shows it by a step, so there must be something to do
    await Promise.all(watches);
    feeding = false;
    await feed;
    const ends = await f.reader.ends(lanes.map((l) => l.id));
    await until(
      'everything is consumed',
      async () =>
        (await f.db.select().from(shard)).every((s) =>
          lanes.every((l, i) => (s.cursor[s.lanes.indexOf(l.id)] ?? 0) >= (ends[i] ?? 0)),
        ),
      CONSUME_MS,
    );
    // timers that are still due, and answers on their way
    await sleep(1_500);
    for (const child of running) child.kill('SIGKILL');
    await sleep(300);

    const findings: Findings = { wrong: [], steps: 0, rows: 0, effects: 0, cuts: 0 };
    for (const [id, first] of shapes)
      await checkShard(f.db, f.reader, id, first, { resplits: options.resplits, random, compile: compileProof }, findings);
    const strange = (await f.db.select().from(instance)).filter((i) => i.status !== 'running');
    for (const i of strange) findings.wrong.push(`instance ${i.id} is ${i.status}: ${JSON.stringify(i.reason)}`);
    if ((await f.db.select().from(effect)).some((e) => e.orgId !== ORG)) findings.wrong.push('an effect of another tenant');
    return { ...findings, kills, freezes, cutSessions, standstill: { killed, frozen, again } };
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}
