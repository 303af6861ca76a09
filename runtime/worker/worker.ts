import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import { type Database, openDatabase } from '#drizzle/client.ts';
import { shard as shardTable } from '#drizzle/schema/index.ts';
import { startEffectRunner } from '#runtime/effects/runner.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { sessionLost } from '#runtime/log/connection.ts';
import { lanesOf, openListener, openNotifier } from '#runtime/log/notify.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { openQueue, startWorker as startQueueWorker } from '#runtime/queue/queue.ts';
import { openCodeCache } from '#runtime/sandbox/code-cache.ts';
import type { Limits } from '#runtime/sandbox/limits.ts';
import type { ProbeValue } from '#runtime/step/contract.ts';
import { appendTicks, nextTimer, setAside, tellProbes } from './after-round.ts';
import type { WorkerContext } from './context.ts';
import { FlightRecorder, readCrashed } from './flight.ts';
import type { HeldShard } from './held-shard.ts';
import { asProblem, createShards, holdShard, saveCheckpoint, stopInstance, swapProgram } from './hold.ts';
import { CommitSession, LEASE_MS, OVER } from './lease.ts';
import { type Compile, InstanceProblem, readInstances, setStatus } from './prepare.ts';
import { Programs } from './programs.ts';
import { commitReady, type RoundHooks, readAndStart, settle } from './round.ts';
import { noteCrashes, noteStuck } from './strikes.ts';

export interface WorkerOptions {
  readonly databaseUrl: string;
  readonly queueUrl?: string | undefined;
  readonly dataFolder: string;
  readonly compile: Compile;
  readonly log: Logger;
  readonly limits?: Partial<Limits>;
  /** Ends the process, as it must when a program cannot be interrupted. */
  readonly exit: () => void;
}
/** Dead peers' shards are taken over within this (and the time of the recovery). */
const SWEEP_MS = 200;
/** A wake-up that got lost costs this much. */
const POLL_MS = 250;
/** Changes of instances that nobody told of are seen within this. */
const CONTROL_MS = 1_000;
/** A turn that the queue has not dealt in this time is taken without it. */
const UNDEALT_MS = 3_000;
/** Starts of many shards at once would stop those that run. */
const TAKES_AT_ONCE = 4;
const MOST_FAILURES = 5;

export interface RunningWorker {
  readonly held: number;
  /** Who it is in `shard.holder` and `run.holder`. */
  readonly holder: string;
  readonly facts: () => Record<string, unknown>;
  /** Finishes the steps under way, saves every state at its cursor, gives the leases back. */
  stop(): Promise<void>;
}

export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { databaseUrl, log } = options;
  const database: Database = openDatabase(databaseUrl, { max: 6, name: 'millwright worker' });
  const { db } = database;
  const session = new CommitSession(databaseUrl);
  const flightFolder = join(options.dataFolder, 'worker');
  const crashed = readCrashed(flightFolder);
  const flight = new FlightRecorder(flightFolder);
  const notifier = openNotifier(databaseUrl, { name: 'worker notify' });
  let fatal = false;
  const context: WorkerContext = {
    db,
    session,
    notifier,
    flight,
    log,
    reader: await openLogReader(databaseUrl, { name: 'worker reader' }),
    recoveryReader: await openLogReader(databaseUrl, { name: 'worker recovery' }),
    blobs: openBlobStore(options.dataFolder),
    programs: new Programs(db, options.compile),
    codeCache: openCodeCache(join(options.dataFolder, 'code-cache')),
    limits: options.limits ?? {},
    onFatal(shardId, step, error) {
      if (fatal) return;
      fatal = true;
      log.fatal(
        { shard: shardId, step, code: error.code, node: error.node, line: error.line, reason: error.message },
        'program cannot be stopped; this process ends',
      );
      const end = () => {
        // the strike is written: the flight recorder need not tell it again
        flight.close();
        options.exit();
      };
      // whatever keeps the database from answering must not keep this process alive
      const late = setTimeout(() => options.exit(), 2_000);
      noteStuck(db, shardId, step, error).then(
        () => {
          clearTimeout(late);
          end();
        },
        () => {},
      );
    },
  };
  await noteCrashes(db, crashed);

  const held = new Map<number, HeldShard>();
  const taking = new Set<number>();
  const seen = new Map<number, number>();
  const failures = new Map<number, number>();
  const lastProbes = new WeakMap<HeldShard, readonly ProbeValue[]>();
  const stats = { steps: 0, rows: 0, rounds: 0, commits: 0, lost: 0 };
  let stopping = false;
  let stopped: Promise<void> | undefined;
  let dirty: Set<number> | 'all' = 'all';
  let wake: () => void = () => {};

  const poke = () => wake();
  /** Lanes that have, or may have, entries that were not read yet. */
  const markDirty = (lanes: Iterable<number>) => {
    if (dirty !== 'all') for (const lane of lanes) dirty.add(lane);
  };
  const hooks: RoundHooks = {
    drop(s) {
      if (s.gone) return;
      s.gone = true;
      stats.lost++;
      held.delete(s.lease.shardId);
      s.stepper.dispose();
      s.onGone();
    },
    committed(s, { rows, probes }) {
      stats.steps++;
      stats.rows += rows;
      if (probes) lastProbes.set(s, probes);
    },
    fail(s, problem) {
      void giveUp(s, problem);
    },
  };
  async function giveUp(s: HeldShard, problem: InstanceProblem): Promise<void> {
    hooks.drop(s);
    try {
      await stopInstance(context, s.lease.instanceId, problem);
      await session.release(s.lease.shardId, s.lease.token);
    } catch (error) {
      log.warn({ err: error }, 'status of a failed instance');
    }
  }
  session.onLost = () => {
    // what was sent may or may not be committed: the state in memory may be ahead of the cursor
    for (const s of [...held.values()]) hooks.drop(s);
    poke();
  };

  // ---- taking and giving back ----------------------------------------------------------------------------------------------------------
  async function take(shardId: number): Promise<HeldShard | undefined> {
    // a shard that is being taken must not be taken again by the next sweep: that would raise its own token
    if (stopping || fatal || taking.has(shardId) || held.has(shardId) || !session.open) return undefined;
    taking.add(shardId);
    try {
      const lease = await session.take(shardId);
      if (!lease) return undefined;
      const s = await holdShard(context, lease);
      if (!s) return undefined;
      held.set(shardId, s);
      seen.delete(shardId);
      failures.delete(shardId);
      dirty = 'all';
      poke();
      return s;
    } catch (error) {
      log.warn({ err: error, shard: shardId }, 'shard could not be taken');
      await countFailure(shardId, error);
      return undefined;
    } finally {
      taking.delete(shardId);
    }
  }
  /** An error that nobody foresaw must not be tried for ever in silence: after a few times the instance says it. */
  async function countFailure(shardId: number, error: unknown): Promise<void> {
    if (sessionLost(error) || !session.open) return;
    const times = (failures.get(shardId) ?? 0) + 1;
    failures.set(shardId, times);
    if (times < MOST_FAILURES) return;
    failures.delete(shardId);
    const [row] = await db
      .select({ id: shardTable.instanceId })
      .from(shardTable)
      .where(eq(shardTable.id, shardId))
      .catch(() => []);
    if (row)
      await stopInstance(
        context,
        row.id,
        new InstanceProblem('INTERNAL', error instanceof Error ? error.message : String(error)),
      ).catch((later) => log.warn({ err: later }, 'status of a failed instance'));
  }
  /** The step under way is finished and committed by the loop; then the state is saved at the cursor and the lease given back. */
  async function leave(s: HeldShard): Promise<void> {
    s.leaving = true;
    while ((s.busy || s.ready || s.decision) && !s.gone) {
      await (s.busy ?? new Promise((r) => setTimeout(r, 5)));
      poke();
    }
    if (s.gone) return;
    try {
      await saveCheckpoint(context, s);
      hooks.drop(s);
      await session.release(s.lease.shardId, s.lease.token);
    } catch (error) {
      log.warn({ err: error, shard: s.lease.shardId }, 'state could not be saved while leaving');
      hooks.drop(s);
    }
  }

  const queueErrors = (error: Error) => log.debug({ err: error }, 'queue');
  const address = { databaseUrl, queueUrl: options.queueUrl };
  const turns = openQueue(address, 'turn', queueErrors);
  const turnWorker = startQueueWorker(
    address,
    'turn',
    async ({ shardId }, signal) => {
      const s = held.get(shardId) ?? (await take(shardId));
      if (!s) return;
      await new Promise<void>((done) => {
        s.onGone = done;
        if (s.gone) done();
        signal.addEventListener('abort', () => done());
      });
    },
    { onError: queueErrors },
  );

  /** Shards without a living holder: new ones are dealt by the queue, those of a dead peer are taken at once. */
  async function sweep(): Promise<void> {
    const rows = await db.execute<{ id: number; fresh: boolean }>(sql`
      select s.id, s.holder is null as fresh from shard s join instance i on i.id = s.instance_id
      where i.wanted = 'run' and i.status in ('starting', 'running') and ${sql.raw(OVER)} order by s.lease_until limit 200`);
    const now = Date.now();
    const free = rows.filter((r) => !held.has(r.id) && !taking.has(r.id));
    const orphans = free.filter((r) => !r.fresh || now - (seen.get(r.id) ?? now) > UNDEALT_MS);
    const fresh = free.filter((r) => r.fresh && !seen.has(r.id));
    for (const r of free) if (!seen.has(r.id)) seen.set(r.id, now);
    if (fresh.length > 0)
      await turns.add(fresh.map((r) => ({ id: `shard-${r.id}`, data: { shardId: r.id } }))).catch(queueErrors);
    for (let i = 0; i < orphans.length; i += TAKES_AT_ONCE)
      await Promise.all(orphans.slice(i, i + TAKES_AT_ONCE).map((r) => take(r.id)));
  }

  /** Wanted against is: new instances, stops, changes, watched wires. */
  async function control(): Promise<void> {
    await createShards(context);
    await db.execute(sql`
      update instance set status = 'stopped', updated_at = now() where wanted = 'stop' and status in ('starting', 'running')
        and not exists (select 1 from shard s where s.instance_id = instance.id and s.holder is not null)`);
    const mine = [...held.values()];
    const facts = new Map((await readInstances(db, [...new Set(mine.map((s) => s.lease.instanceId))])).map((f) => [f.id, f]));
    for (const s of mine) {
      if (s.gone || s.leaving) continue;
      const now = facts.get(s.lease.instanceId);
      if (!now) hooks.drop(s);
      else if (now.wanted === 'stop')
        void leave(s).then(() => setStatus(db, now.id, 'stopped').catch((error) => log.warn({ err: error }, 'stop')));
      // another version, other bindings, other grants: its next holder (perhaps we) starts with them
      else if (now.signature !== s.facts.signature || (now.status !== 'running' && now.status !== 'starting')) void leave(s);
      else {
        s.facts = now;
        // put on again as it was
        if (now.status === 'starting') await setStatus(db, now.id, 'running');
        const instrumented = now.watchUntil > Date.now();
        if (instrumented !== s.instrumented && !s.busy && !s.ready && !s.decision) swap(s, instrumented);
      }
    }
  }
  function swap(s: HeldShard, instrumented: boolean): void {
    s.busy = swapProgram(context, s, { instrumented })
      .catch((error) => {
        const problem = asProblem(error);
        if (problem) hooks.fail(s, problem);
        else hooks.drop(s);
      })
      .finally(() => {
        s.busy = undefined;
        poke();
      });
  }

  // ---- the loop --------------------------------------------------------------------------------------------------------------------------
  async function round(): Promise<boolean> {
    const all = [...held.values()];
    // a suspect runs alone, so that a process that goes down again names it and nobody else
    const suspects = all.filter((s) => s.suspect);
    const inAir = all.some((s) => s.busy);
    const candidates = suspects.length === 0 ? all : inAir ? [] : suspects.slice(0, 1);
    const looking = dirty;
    dirty = new Set<number>();
    const { found, more } = await readAndStart(
      context,
      candidates,
      looking === 'all' ? undefined : (lane) => looking.has(lane),
      hooks,
    );
    if (suspects.length > 0) dirty = 'all';
    else markDirty(more);
    await settle(all);
    const on = await commitReady(context, all, hooks);
    if (on.length > 0) stats.commits++;
    for (const lane of on.flatMap((s) => (s.missed ? s.lanes : []))) markDirty([lane]);
    for (const s of on) {
      s.missed = false;
      if (s.suspect && !s.busy) swap(s, s.instrumented);
    }
    const aside = await setAside(context, all);
    for (const s of aside.lost) hooks.drop(s);
    markDirty(aside.lanes);
    await tellProbes(context, held.values(), lastProbes);
    markDirty(await appendTicks(context, held.values()));
    stats.rounds++;
    return found || on.length > 0;
  }
  let lastPoll = 0;
  async function loop(): Promise<void> {
    while (!stopping || held.size > 0) {
      try {
        if (!session.open) {
          await session.connect();
          dirty = 'all';
          await sweepOwn();
        }
        if (Date.now() - lastPoll >= POLL_MS) {
          lastPoll = Date.now();
          dirty = 'all';
        }
        const did = held.size > 0 ? await round() : false;
        if (!did) {
          const wait = Math.max(1, Math.min(POLL_MS, nextTimer(held.values()) - Date.now(), lastPoll + POLL_MS - Date.now()));
          // without a shard there is nothing to read, however much is dirty: taking one wakes the loop
          if (held.size === 0 || (dirty !== 'all' && dirty.size === 0))
            await new Promise<void>((r) => {
              const timer = setTimeout(r, wait);
              wake = () => {
                clearTimeout(timer);
                r();
              };
              for (const s of held.values()) s.busy?.finally(wake);
            });
          wake = () => {};
        }
      } catch (error) {
        log.warn({ err: error }, 'round');
        for (const s of [...held.values()]) hooks.drop(s);
        await new Promise((r) => setTimeout(r, 150));
      }
    }
  }
  /** After a lost session: our own leases may be taken back at once, the token makes it safe. */
  async function sweepOwn(): Promise<void> {
    const rows = await db.select({ id: shardTable.id }).from(shardTable).where(eq(shardTable.holder, session.holder));
    for (const r of rows) await take(r.id);
  }

  const every = (ms: number, what: string, run: () => Promise<void>) => {
    let running = false;
    const go = async () => {
      if (running || stopping || !session.open) return;
      running = true;
      try {
        await run();
      } catch (error) {
        log.warn({ err: error }, what);
      } finally {
        running = false;
      }
    };
    const timer = setInterval(go, ms);
    return { go, stop: () => clearInterval(timer) };
  };
  const timers = [
    every(SWEEP_MS, 'sweep', sweep),
    every(CONTROL_MS, 'control', control),
    every(LEASE_MS / 3, 'renew', async () => {
      const leases = [...held.values()].map((s) => ({ shardId: s.lease.shardId, token: s.lease.token }));
      if (leases.length === 0) return;
      const still = await session.renew(leases);
      for (const { shardId, token } of leases) {
        const s = held.get(shardId);
        if (s && s.lease.token === token && !still.has(shardId)) hooks.drop(s);
      }
    }),
  ];
  const effects = startEffectRunner({ db, warn: (what, error) => log.warn({ err: error }, what) });
  const listener = openListener(databaseUrl, ['log', 'control', 'effects'], (channel, payload) => {
    if (channel === 'effects') effects.wake();
    else if (channel === 'control') void timers[1]?.go().then(() => timers[0]?.go());
    else {
      const lanes = lanesOf(payload);
      if (!lanes) dirty = 'all';
      else markDirty(lanes);
      poke();
    }
  });
  await session.connect();
  const running = loop();
  void timers[1]?.go().then(() => timers[0]?.go());

  return {
    get held() {
      return held.size;
    },
    holder: session.holder,
    facts: () => ({ shards: held.size, ...stats, holder: session.holder }),
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };

  async function stop(): Promise<void> {
    for (const t of timers) t.stop();
    await Promise.all([...held.values()].map((s) => (s.leaving ? undefined : leave(s))));
    stopping = true;
    poke();
    await running;
    await Promise.allSettled([turnWorker.close(), effects.stop(), listener.close()]);
    await Promise.allSettled([turns.close(), notifier.close(), context.reader.close(), context.recoveryReader.close()]);
    await session.close();
    await database.close();
    flight.close();
  }
}
