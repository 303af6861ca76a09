import { eq } from 'drizzle-orm';
import { isPassing } from '#drizzle/refusal.ts';
import { instance, shard as shardTable } from '#drizzle/schema/index.ts';
import { sessionLost } from '#runtime/log/connection.ts';
import type { Attention } from './attention.ts';
import type { WorkerContext } from './context.ts';
import type { HeldShard, ReadyStep } from './held-shard.ts';
import { holdShard, saveCheckpoint, stopInstance } from './hold.ts';
import { type InstanceProblem, unforeseen } from './instance-problem.ts';
import type { Lease } from './lease.ts';
import type { NewestProbes } from './newest-probes.ts';
import { NodeFigures } from './node-figures.ts';
import { showReason } from './prepare.ts';
import type { RoundHooks } from './round.ts';
import { StepTimes } from './step-times.ts';

/** Errors that nobody foresaw, one after the other, after which the instance stops and says why. */
const MOST_FAILURES = 5;
const PAUSE_MS = 100;
const MOST_PAUSE_MS = 2_000;

interface Trouble {
  drops: number;
  errors: number;
  /** Not taken again before. */
  until: number;
}

/** The shards of this worker: taking, giving back, dropping. */
export class Holdings implements RoundHooks {
  readonly held = new Map<number, HeldShard>();
  /**
   * Shards that are being taken, with their leases. They must not be taken again by the next sweep, which would raise their own token; and they are renewed
   * as held ones are: a recovery that outlasts the lease would be taken away by a peer, whose own is taken away in turn, and so on for ever.
   */
  readonly taking = new Map<number, Lease | undefined>();
  readonly stats = { steps: 0, rows: 0, rounds: 0, commits: 0, lost: 0 };
  readonly times = new StepTimes();
  readonly figures = new NodeFigures();
  readonly probes = new WeakMap<HeldShard, NewestProbes>();
  /** Nothing more is taken: the worker is leaving. */
  closed = false;
  /** A shard was dropped and may be taken again, by us or a peer. */
  onFree: () => void = () => {};
  private readonly context: WorkerContext;
  private readonly attention: Attention;
  private readonly troubles = new Map<number, Trouble>();

  constructor(context: WorkerContext, attention: Attention) {
    this.context = context;
    this.attention = attention;
  }
  get all(): HeldShard[] {
    return [...this.held.values()];
  }
  /** Held, or about to be. */
  get size(): number {
    return this.held.size + this.taking.size;
  }
  /** All that must be renewed. */
  get leases(): Lease[] {
    return [...this.all.map((s) => s.lease), ...[...this.taking.values()].filter((lease) => lease !== undefined)];
  }
  /** Another took what this lease was for: whatever is here of it is of no use. */
  lost({ shardId, token }: Lease): void {
    const s = this.held.get(shardId);
    if (s?.lease.token === token) this.drop(s);
    if (this.taking.get(shardId)?.token === token) this.taking.set(shardId, undefined);
  }
  mine(shardId: number): boolean {
    return this.held.has(shardId) || this.taking.has(shardId);
  }
  /** It has just failed here. */
  resting(shardId: number): boolean {
    return (this.troubles.get(shardId)?.until ?? 0) > performance.now();
  }

  async take(shardId: number): Promise<HeldShard | undefined> {
    const { session, log } = this.context;
    if (this.closed || this.mine(shardId) || !session.open) return undefined;
    this.taking.set(shardId, undefined);
    let lease: Lease | undefined;
    try {
      lease = await session.take(shardId);
      if (!lease) return undefined;
      this.taking.set(shardId, lease);
      const begun = performance.now();
      const s = await holdShard(this.context, lease);
      if (!s) return undefined;
      if (!this.taking.get(shardId) || this.closed) {
        s.stepper?.dispose();
        await session.release(shardId, lease.token);
        return undefined;
      }
      log.debug({ shard: shardId, step: lease.step, ms: Math.round(performance.now() - begun) }, 'shard taken');
      this.held.set(shardId, s);
      this.attention.markAll();
      this.attention.wake();
      return s;
    } catch (error) {
      log.warn({ err: error, shard: shardId }, 'shard could not be taken');
      await this.troubled(shardId, error);
      // for whoever is luckier
      if (lease) await session.release(shardId, lease.token).catch(() => {});
      return undefined;
    } finally {
      this.taking.delete(shardId);
    }
  }

  /** An error that nobody foresaw must not be tried for ever in silence: the instance says it at once, and stops after a few. */
  private async troubled(shardId: number, error: unknown): Promise<void> {
    const lost = sessionLost(error) || !this.context.session.open;
    const t = this.trouble(shardId);
    if (isPassing(error)) t.until = performance.now() + MOST_PAUSE_MS;
    if (lost || isPassing(error)) return;
    t.errors++;
    t.until = performance.now() + Math.min(MOST_PAUSE_MS, PAUSE_MS * 2 ** t.errors);
    const stops = t.errors >= MOST_FAILURES;
    if (stops) this.troubles.delete(shardId);
    try {
      const [row] = await this.context.db
        .select({ id: instance.id })
        .from(shardTable)
        .innerJoin(instance, eq(instance.id, shardTable.instanceId))
        .where(eq(shardTable.id, shardId));
      if (!row) return;
      if (stops) await stopInstance(this.context, row.id, unforeseen(error));
      else await showReason(this.context.db, row.id, unforeseen(error));
    } catch (later) {
      this.context.log.warn({ err: later }, 'status of a failed instance');
    }
  }
  private trouble(shardId: number): Trouble {
    let t = this.troubles.get(shardId);
    if (!t) {
      t = { drops: 0, errors: 0, until: 0 };
      this.troubles.set(shardId, t);
    }
    return t;
  }

  /** The step under way is finished and committed by the loop; then the state is saved at the cursor and the lease given back. */
  async leave(s: HeldShard): Promise<void> {
    const { session, log } = this.context;
    s.leaving = true;
    while ((s.busy || s.ready || s.decision) && !s.gone) {
      await (s.busy ?? new Promise((r) => setTimeout(r, 5)));
      this.attention.wake();
    }
    if (s.gone) return;
    try {
      await saveCheckpoint(this.context, s);
      this.forget(s);
      await session.release(s.lease.shardId, s.lease.token);
    } catch (error) {
      log.warn({ err: error, shard: s.lease.shardId }, 'state could not be saved while leaving');
      this.drop(s);
    }
  }

  /** What was sent may or may not be committed: the state in memory may be ahead of the cursor. */
  dropAll(): void {
    for (const s of this.all) this.drop(s);
  }
  drop(s: HeldShard, error?: unknown): void {
    if (s.gone) return;
    this.stats.lost++;
    this.forget(s);
    const t = this.trouble(s.lease.shardId);
    // once is an accident and taken again at once
    if (++t.drops > 1) t.until = performance.now() + Math.min(MOST_PAUSE_MS, PAUSE_MS * 2 ** t.drops);
    if (error === undefined) this.onFree();
    else void this.troubled(s.lease.shardId, error).finally(() => this.onFree());
  }
  private forget(s: HeldShard): void {
    if (s.gone) return;
    s.gone = true;
    this.held.delete(s.lease.shardId);
    this.times.forget(s.lease.shardId);
    this.figures.forget(s);
    s.stepper?.dispose();
    s.onGone();
  }
  committed(s: HeldShard, ready: ReadyStep): void {
    const { rows } = ready.commit;
    this.times.note(s.lease.orgId, ready);
    this.figures.note(s, ready);
    this.stats.steps++;
    this.stats.rows += rows;
    this.troubles.delete(s.lease.shardId);
  }
  fail(s: HeldShard, problem: InstanceProblem): void {
    this.forget(s);
    void (async () => {
      try {
        await stopInstance(this.context, s.lease.instanceId, problem);
        await this.context.session.release(s.lease.shardId, s.lease.token);
      } catch (error) {
        this.context.log.warn({ err: error }, 'status of a failed instance');
      }
    })();
  }
}
