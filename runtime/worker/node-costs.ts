import type { Logger } from 'pino';
import { graphDocument } from '#runtime/graph/document.ts';
import type { CodeCache } from '#runtime/sandbox/code-cache.ts';
import type { Limits } from '#runtime/sandbox/limits.ts';
import type { SandboxError } from '#runtime/sandbox/sandbox-error.ts';
import { timeNodes } from '#runtime/sandbox/time-nodes.ts';
import type { Program, StepInput } from '#runtime/step/contract.ts';
import type { HeldShard } from './held-shard.ts';
import type { Compile } from './prepare.ts';

/** A shard is looked at when it has run for so long, and again after so long. */
const FIRST_MS = 60_000;
const AGAIN_MS = 600_000;
/** A look takes so many steps and rows at most, and does not wait longer for them. */
const MOST_STEPS = 8;
const MOST_ROWS = 2_000;
const WAIT_MS = 30_000;
/** Calls into the twin: one a part, step and round, of some 50 µs each. A program with more parts than that is not timed. */
const MOST_CALLS = 10_000;
const FEWEST_ROUNDS = 6;
const MOST_ROUNDS = 45;
/** Of one core, for all looks of a worker together. */
const SHARE = 0.01;
const MOST_TWINS = 100;

export interface NodeCostsOptions {
  readonly compile: Compile;
  readonly codeCache: CodeCache;
  readonly limits: Partial<Limits>;
  readonly log: Logger;
  readonly onFatal: (shardId: number, step: number, error: SandboxError) => void;
  /** For tests: times of a look, ms. */
  readonly firstMs?: number;
}

interface Look {
  readonly shard: HeldShard;
  readonly program: Program;
  readonly state: Uint8Array;
  readonly inputs: StepInput[];
  readonly most: number;
  readonly begun: number;
  rows: number;
}

/**
 * What each node of a running app costs: now and then some of its steps are taken once more by the timed twin of its program, in an isolate of its own,
 * when they are done. Nothing of the running program is touched, and nothing that the twin gives is used; replays and recoveries never come here.
 */
export class NodeCosts {
  readonly stats = { nodeTimings: 0, nodeTimingSeconds: 0, nodeTimingsLeftOut: 0 };
  private readonly options: NodeCostsOptions;
  private readonly due = new WeakMap<HeldShard, number>();
  private readonly twins = new Map<string, Promise<Program>>();
  private look: Look | undefined;
  private busy = false;
  private next = 0;

  constructor(options: NodeCostsOptions) {
    this.options = options;
  }

  /** A step was taken; `state` after it, where it was saved. */
  took(shard: HeldShard, input: StepInput, state: Uint8Array | undefined, now = performance.now()): void {
    if (this.busy) return;
    const { look } = this;
    if (look && (look.shard.gone || look.shard.program !== look.program || now - look.begun > WAIT_MS)) this.end();
    else if (look) {
      if (look.shard !== shard || input.n === 0) return;
      look.inputs.push(input);
      look.rows += input.n;
      if (look.inputs.length >= look.most || look.rows >= MOST_ROWS) void this.measure(look);
      return;
    }
    if (state === undefined || now < this.next || shard.instrumented || shard.suspect) return;
    const due = this.due.get(shard);
    if (due === undefined) this.due.set(shard, now + (this.options.firstMs ?? FIRST_MS));
    if (due === undefined || now < due) return;
    this.due.set(shard, now + AGAIN_MS);
    const { nodes, sources } = shard.program.info;
    const most = Math.min(MOST_STEPS, Math.floor(MOST_CALLS / (FEWEST_ROUNDS * Math.max(1, nodes.length - sources.length))));
    if (most < 1) {
      this.stats.nodeTimingsLeftOut++;
      return;
    }
    this.look = { shard, program: shard.program, state, inputs: [], most, begun: now, rows: 0 };
  }

  private end(): void {
    // not enough came; what was begun is as good as not begun
    this.look = undefined;
  }

  private async measure(look: Look): Promise<void> {
    this.busy = true;
    const begun = performance.now();
    const { shard, program, state, inputs } = look;
    try {
      const twin = await this.twin(shard);
      const parts = twin.info.parts?.length ?? 0;
      if (parts === 0) return;
      const rounds = Math.min(MOST_ROUNDS, Math.max(FEWEST_ROUNDS, Math.floor(MOST_CALLS / (parts * inputs.length))));
      const costs = await timeNodes(
        twin,
        { state, inputs, rounds },
        {
          ...this.options.limits,
          codeCache: this.options.codeCache,
          seed: shard.prepared.seed,
          onFatal: (error) => this.options.onFatal(shard.lease.shardId, shard.step, error),
        },
      );
      if (shard.program === program) shard.costs = costs;
      this.stats.nodeTimings++;
    } catch (error) {
      this.stats.nodeTimingsLeftOut++;
      this.options.log.debug({ err: error, shard: shard.lease.shardId }, 'nodes could not be timed');
    } finally {
      const took = performance.now() - begun;
      this.stats.nodeTimingSeconds += took / 1_000;
      this.next = performance.now() + took / SHARE;
      this.look = undefined;
      this.busy = false;
    }
  }

  private twin({ facts }: HeldShard): Promise<Program> {
    const key = `${facts.graphHash} ${JSON.stringify(facts.parameters)}`;
    let twin = this.twins.get(key);
    if (!twin) {
      const graph = graphDocument.parse(JSON.parse(facts.graph));
      twin = this.options.compile({
        graph,
        graphHash: facts.graphHash,
        parameters: facts.parameters,
        instrumented: false,
        timed: true,
      });
      this.twins.set(key, twin);
      twin.catch(() => this.twins.delete(key));
      for (const oldest of this.twins.keys()) {
        if (this.twins.size <= MOST_TWINS) break;
        this.twins.delete(oldest);
      }
    }
    return twin;
  }
}
