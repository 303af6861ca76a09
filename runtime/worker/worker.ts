import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isPassing } from '#drizzle/refusal.ts';
import { type Computer, startComputeRunner } from '#runtime/effects/compute-runner.ts';
import { performReport } from '#runtime/effects/perform-report.ts';
import { performHistoryRead } from '#runtime/effects/read-history.ts';
import { performFileRead } from '#runtime/effects/read-tables.ts';
import { startEffectRunner } from '#runtime/effects/runner.ts';
import { forwardEvents } from '#runtime/events/forward.ts';
import { lanesOf, openListener } from '#runtime/log/notify.ts';
import { steadyClock } from '#runtime/log/steady-clock.ts';
import { openQueue, startWorker as startQueueWorker } from '#runtime/queue/queue.ts';
import type { Limits } from '#runtime/sandbox/limits.ts';
import { startScheduler } from '#runtime/schedule/scheduler.ts';
import { appendTicks, nextTimer, setAside, tellProbes } from './after-round.ts';
import { Attention } from './attention.ts';
import { compareWithWanted, swapPrograms } from './control.ts';
import { Dealing } from './dealing.ts';
import { fileReads } from './file-reads.ts';
import { historyReads } from './history-reads.ts';
import { Holdings } from './holdings.ts';
import { LEASE_MS } from './lease.ts';
import { openContext } from './open-context.ts';
import { PARK_MS, parkIdle } from './parking.ts';
import type { Compile } from './prepare.ts';
import { every } from './repeat.ts';
import { giveBack } from './resplit.ts';
import { commitReady, readAndStart, settle, startSuspect, waiting } from './round.ts';

export interface WorkerOptions {
  readonly databaseUrl: string;
  readonly queueUrl?: string | undefined;
  readonly dataFolder: string;
  readonly compile: Compile;
  readonly log: Logger;
  readonly limits?: Partial<Limits>;
  /** Opens the passwords of channels; without it what needs one fails and says so. */
  readonly masterKey?: string | undefined;
  /** Computes for blocks; without it their requests wait for a worker that has one. */
  readonly computer?: Computer;
  /** A shard without a step for this long gives its isolate back, ms. */
  readonly parkMs?: number;
  /** What its nodes cost is looked at when a shard has run for so long, ms. */
  readonly timeNodesAfterMs?: number;
  /** Ends the process, as it must when a program cannot be interrupted. */
  readonly exit: () => void;
}
/** Dead peers' shards are taken over within this (and the time of the recovery). */
const SWEEP_MS = 200;
/** A wake-up that got lost costs this much. */
const POLL_MS = 250;
/** Changes of instances that nobody told of are seen within this. */
const CONTROL_MS = 1_000;
/** What happened to an alarm is told to the apps that take it within this. */
const EVENTS_MS = 250;
/** A round that failed as a whole is not repeated at full speed. */
const AGAIN_MS = 150;

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
  const context = await openContext(options);
  const { db, session } = context;
  const attention = new Attention();
  const holdings = new Holdings(context, attention);
  const { held, stats } = holdings;
  const address = { databaseUrl, queueUrl: options.queueUrl };
  const queueErrors = (error: Error) => log.debug({ err: error }, 'queue');
  const turns = openQueue(address, 'turn', queueErrors);
  const dealing = new Dealing(context, holdings, turns);
  let stopping = false;
  let stopped: Promise<void> | undefined;

  // ---- the loop --------------------------------------------------------------------------------------------------------------------------
  async function round(): Promise<boolean> {
    swapPrograms(context, holdings, attention);
    const all = holdings.all;
    const looking = attention.take();
    // A suspect runs alone, so that a process that goes down again names it and nobody else; while it has nothing to do it holds up nobody.
    const suspects = all.filter((s) => s.suspect);
    const alone = suspects.length > 0 && (all.some((s) => s.busy) || (await startSuspect(context, suspects, holdings)));
    const others = alone ? [] : all.filter((s) => !s.suspect);
    const { found, more } = await readAndStart(context, others, looking, holdings);
    if (suspects.length > 0) attention.markAll();
    else attention.mark(more);
    await settle(all);
    const on = await commitReady(context, all, holdings);
    if (on.length > 0) stats.commits++;
    for (const s of on) {
      if (s.missed) attention.mark(s.lanes);
      s.missed = false;
      if (s.suspect) s.cleared = true;
    }
    giveBack(holdings, (s) => context.notifier.tell('control', s.lease.instanceId));
    const aside = await setAside(context, all);
    for (const s of aside.lost) holdings.drop(s);
    attention.mark(aside.lanes);
    await tellProbes(context, held.values(), holdings.probes);
    attention.mark(await appendTicks(context, held.values()));
    stats.rounds++;
    return found || alone || on.length > 0;
  }
  let lastPoll = Number.NEGATIVE_INFINITY;
  async function loop(): Promise<void> {
    while (!stopping || held.size > 0) {
      try {
        if (!session.open) {
          await session.connect();
          attention.markAll();
          holdings.onFree();
        }
        if (performance.now() - lastPoll >= POLL_MS) {
          lastPoll = performance.now();
          attention.markAll();
        }
        if (held.size > 0 && (await round())) continue;
        // without a shard there is nothing to read, however much has news: taking one wakes the loop
        if (held.size > 0 && !attention.nothing) continue;
        const wait = Math.min(POLL_MS, nextTimer(held.values()) - steadyClock.now(), lastPoll + POLL_MS - performance.now());
        await attention.wait(
          Math.max(1, wait),
          holdings.all.map((s) => s.busy),
        );
      } catch (error) {
        if (isPassing(error)) waiting(context, error);
        else {
          log.warn({ err: error }, 'round');
          holdings.dropAll();
        }
        await sleep(AGAIN_MS);
      }
    }
  }

  // ---- what happens beside it ---------------------------------------------------------------------------------------------------------------
  const when = {
    may: () => !stopping && !holdings.closed && session.open,
    warn: (what: string, error: unknown) => log.warn({ err: error }, what),
  };
  const sweep = every(SWEEP_MS, 'sweep', () => dealing.sweep(), when);
  const control = every(CONTROL_MS, 'control', () => compareWithWanted(context, holdings, attention), when);
  const timers = [
    sweep,
    control,
    every(CONTROL_MS, 'balance', () => dealing.balance(), when),
    every(CONTROL_MS, 'parking', async () => parkIdle(context, held.values(), options.parkMs ?? PARK_MS), when),
    every(EVENTS_MS, 'events', async () => void (await forwardEvents(db)), when),
    every(CONTROL_MS, 'step times', () => holdings.times.flush(db), when),
    every(CONTROL_MS, 'figures of nodes', () => holdings.figures.flush(db), when),
    every(
      LEASE_MS / 3,
      'renew',
      async () => {
        // also without a lease: a session that is silent counts as frozen
        const { leases } = holdings;
        const still = await session.renew(leases);
        for (const lease of leases) if (!still.has(lease.shardId)) holdings.lost(lease);
      },
      when,
    ),
  ];
  const problems = () => [...(context.trouble.now ?? []), ...context.reader.problems, ...steadyClock.problems];
  const look = () => void control.go().then(() => sweep.go());
  holdings.onFree = () => void sweep.go();
  session.onLost = () => {
    holdings.dropAll();
    attention.wake();
  };
  const warn = (what: string, error: unknown) => log.warn({ err: error }, what);
  const effects = startEffectRunner({ db, masterKey: options.masterKey, warn });
  const read = historyReads({ tx: db, readLog: context.recoveryReader.readAfter, dataFolder: options.dataFolder });
  const readFile = performFileRead(fileReads(db, context.blobs));
  const reads = { 'history.read': performHistoryRead(read), 'file.read': readFile };
  const aside = { ...reads, 'report.make': performReport(context.blobs) };
  const histories = startEffectRunner({ db, performers: aside, masterKey: options.masterKey, warn });
  const computations = options.computer && startComputeRunner({ db, computer: options.computer, warn });
  const scheduler = startScheduler({ db, warn: when.warn });
  const listener = openListener(databaseUrl, ['log', 'control', 'effects'], (channel, payload) => {
    if (channel === 'effects') {
      effects.wake();
      histories.wake();
      computations?.wake();
    } else if (channel === 'control') look();
    else {
      const lanes = lanesOf(payload);
      if (lanes) attention.mark(lanes);
      else attention.markAll();
      attention.wake();
    }
  });
  // away at the moment: the loop goes on trying
  await session.connect().catch((error) => log.warn({ err: error }, 'the database is away'));
  const turnWorker = startQueueWorker(address, 'turn', ({ shardId }, signal) => dealing.turn(shardId, signal), {
    onError: queueErrors,
  });
  const running = loop();
  void dealing.balance().catch((error) => log.warn({ err: error }, 'balance'));
  look();

  return {
    get held() {
      return held.size;
    },
    holder: session.holder,
    facts: () => ({
      shards: held.size,
      parked: holdings.all.filter((s) => !s.stepper).length,
      ...stats,
      tracesKept: holdings.times.kept,
      tracesLeftOut: holdings.times.leftOut,
      ...context.costs.stats,
      holder: session.holder,
      problems: problems(),
    }),
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };

  async function stop(): Promise<void> {
    holdings.closed = true;
    for (const timer of timers) timer.stop();
    await Promise.all(holdings.all.map((s) => (s.leaving ? undefined : holdings.leave(s))));
    stopping = true;
    attention.wake();
    await running;
    await Promise.allSettled([
      turnWorker.close(),
      effects.stop(),
      histories.stop(),
      computations?.stop(),
      scheduler.stop(),
      listener.close(),
    ]);
    await turns.close().catch(queueErrors);
    await context.close();
  }
}
