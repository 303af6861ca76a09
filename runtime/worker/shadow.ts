/** A candidate beside the version that runs, on live data: what it would do otherwise, counted; nothing of it is performed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq, inArray, isNull } from 'drizzle-orm';
import { boundTags } from '#drizzle/bindings.ts';
import { appVersion, checkpoint, shard as shardTable, tag } from '#drizzle/schema/index.ts';
import { computing } from '#runtime/compute/answering.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import { readJournal } from '#runtime/log/journal.ts';
import { modelAnswers } from '#runtime/replay/model-answers.ts';
import type { ShadowRequest } from '#runtime/replay/request.ts';
import { ShadowCount, type ShadowReport } from '#runtime/replay/shadow-count.ts';
import { ShadowStep } from '#runtime/replay/shadow-step.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import { type Carried, type InputPlan, wavesNeeded } from '#runtime/step/build-input.ts';
import type { EffectRequest, Program, StepInput } from '#runtime/step/contract.ts';
import { takeStep } from '#runtime/step/take-step.ts';
import { unpackCheckpoint } from './checkpoint.ts';
import { compileApp } from './compile-app.ts';
import { tableAnswers } from './file-reads.ts';
import { historyAnswers } from './history-reads.ts';
import { InstanceProblem } from './instance-problem.ts';
import { boundTo, type InstanceFacts, keyedRows, prepareInstance, readInstances } from './prepare.ts';
import { Programs } from './programs.ts';
import { carriedInto, skippedEntries } from './recover.ts';
import type { ReplayTools, Watching } from './replay-graph.ts';
import { fetchWaves } from './waves.ts';

const POLL_MS = 200;
/** How often it is looked whether the instance is still the one that was followed. */
const LOOK_MS = 2_000;

/**
 * Both start from the state that the running version last saved, carried over as an upgrade would, and are given the very steps that the running
 * version took: its journal says which. It ends after `forMs`, when the instance is changed or stopped, or at once when cancelled, with what was counted.
 *
 * @throws {InstanceProblem} when the instance does not run, or the candidate cannot run on it.
 */
export async function shadow(tools: ReplayTools, orgId: string, wish: ShadowRequest, watching: Watching): Promise<ShadowReport> {
  const from = Date.now();
  const until = from + wish.forMs;
  const sides = await openSides(tools, orgId, wish);
  const { live, candidate, facts, count, lease, build } = sides;
  try {
    const position: { step: number; cursor: readonly number[] } = { step: lease.step, cursor: lease.cursor };
    let looked = from;
    for (;;) {
      const to = await stepOf(tools, lease.shardId);
      const skip = await skippedEntries(tools.db, lease.shardId);
      const journal = readJournal(tools.reader, {
        outLane: lease.outLane,
        lanes: lease.lanes,
        cursor: position.cursor,
        from: position.step,
        to,
        skip,
      });
      for await (const { step, entries, upto } of journal) {
        const waves = await fetchWaves(tools.db, tools.blobs, orgId, [
          ...wavesNeeded(live.plan, entries),
          ...wavesNeeded(candidate.plan, entries),
        ]);
        const read = { entries, upto, waves };
        const was = await takeStep({
          plan: live.plan,
          carried: live.carried,
          read,
          step,
          at: 0,
          run: (input) => live.stepper.step(input),
        });
        live.carried = was.carried;
        let own: ReadonlySet<EffectRequest> = new Set();
        let unknown = 0;
        let asked: readonly EffectRequest[] = [];
        const run = async (input: StepInput) => {
          const taken = await candidate.beside.take(input, step, was.effects);
          ({ own, unknown } = taken);
          asked = taken.result.effects;
          return taken.result;
        };
        const is = await takeStep({ plan: candidate.plan, carried: candidate.carried, read, step, at: 0, run });
        candidate.carried = is.carried;
        count.take(
          was,
          is,
          is.effects.filter((_effect, i) => own.has(asked[i] as EffectRequest)),
          unknown,
        );
        position.step = step;
        position.cursor = upto;
        if (watching.signal?.aborted) break;
      }
      const now = Date.now();
      watching.onProgress?.(Math.min(1, (now - from) / wish.forMs));
      if (now >= until || watching.signal?.aborted) return build({ from, to: now });
      if (now - looked > LOOK_MS) {
        looked = now;
        const [still] = await readInstances(tools.db, [wish.instanceId]);
        if (still?.signature !== facts.signature || still.wanted !== 'run') return build({ from, to: now });
      }
      await sleep(Math.min(POLL_MS, until - now), undefined, watching.signal ? { signal: watching.signal } : {}).catch(() => {});
    }
  } finally {
    sides.close();
  }
}

async function openSides(tools: ReplayTools, orgId: string, wish: ShadowRequest) {
  const { db } = tools;
  const [facts] = await readInstances(db, [wish.instanceId]);
  if (facts?.orgId !== orgId || facts.status !== 'running')
    throw new InstanceProblem('NOT_RUNNING', {
      en: 'There is no running instance to be beside.',
      zh: '没有正在运行的实例可供对照。',
    });
  const [version] = await db.select({ version: appVersion.version }).from(appVersion).where(eq(appVersion.id, facts.versionId));
  const prepared = await prepareCandidate(tools, facts, wish);
  const { lease, saved } = await savedShard(tools, facts);
  const lanes = prepared.lanes.filter((lane) => !lease.lanes.includes(lane));
  if (lanes.length > 0)
    throw new InstanceProblem('OTHER_LANES', {
      en: 'The candidate reads tags of a scan group that the running version does not follow; try it with a backtest.',
      zh: '候选版本读取了运行版本未跟随的采集组中的测点；请改用回测。',
    });
  const program = await new Programs(db, compileApp).byHash(saved.programHash);
  if (!program) throw new Error(`program ${saved.programHash} of the checkpoint is not stored`);
  const options = { seed: prepared.seed, onFatal: tools.onFatal };
  const make = async (of: Program) => {
    const stepper = await createStepper(of, options);
    await stepper.load(saved.state.state).catch((error: unknown) => {
      stepper.dispose();
      throw error;
    });
    return stepper;
  };
  const running = await make(program);
  const beside = await make(prepared.program).catch((error: unknown) => {
    running.dispose();
    throw error;
  });
  const then: InputPlan = {
    ...prepared.plan,
    shardId: lease.shardId,
    info: program.info,
    key: saved.state.key,
    bindings: saved.state.bindings,
  };
  const count = new ShadowCount([...program.info.outputs, ...prepared.program.info.outputs].map((output) => output.name));
  const { carried } = saved.state;
  const side = {
    shardId: lease.shardId,
    since: lease.step,
    wakeAt: carried.wakeAt,
    answering: tableAnswers(
      tools.db,
      tools.blobs,
      orgId,
      historyAnswers(
        tools,
        orgId,
        { bindings: wish.bindings, beside: wish.instanceId, input: 'arrived', key: facts.key },
        graphDocument.parse(JSON.parse(wish.graph)),
        modelAnswers('none', tools.computer && computing(tools.computer, orgId)),
      ),
    ),
    stepper: beside,
  };
  return {
    facts,
    lease,
    count,
    live: { plan: then, stepper: running, carried },
    candidate: {
      plan: { ...prepared.plan, shardId: lease.shardId },
      beside: new ShadowStep(side),
      carried: carriedInto(prepared.program.info, program.info, carried) as Carried,
    },
    build: (window: ShadowReport['window']) =>
      count.build({
        graphHash: wish.graphHash,
        against: { version: version?.version ?? '', graphHash: facts.graphHash },
        window,
      }),
    close() {
      running.dispose();
      beside.dispose();
    },
  };
}

/** The candidate on the instance's plant. Nothing of it is performed, so it needs no grants. */
async function prepareCandidate({ db }: ReplayTools, facts: InstanceFacts, wish: ShadowRequest) {
  const graph = graphDocument.parse(JSON.parse(wish.graph));
  const { parameters, graphHash } = wish;
  const program = await compileApp({ graph, graphHash, parameters, instrumented: false });
  const grants = program.info.capabilities;
  const ids = boundTags(wish.bindings);
  const rows =
    ids.length > 0
      ? await db
          .select()
          .from(tag)
          .where(and(eq(tag.orgId, facts.orgId), inArray(tag.id, ids)))
      : [];
  const bound = boundTo(keyedRows(wish.bindings, facts.key, facts.orgId, rows), facts.key);
  return prepareInstance({ ...facts, ...bound, graph: wish.graph, graphHash, parameters, grants }, async () => program, false);
}

/** The last checkpoint, and the shard's place in the log at that time. The checkpoint first: the shard is never behind it. */
async function savedShard({ db }: ReplayTools, facts: InstanceFacts) {
  const shards = await db
    .select()
    .from(shardTable)
    .where(and(eq(shardTable.instanceId, facts.id), isNull(shardTable.endedAt)));
  const [one] = shards;
  if (!one || shards.length > 1)
    throw new InstanceProblem('SHARDS', {
      en: 'The instance runs as several shards; a shadow follows one. Try the candidate with a backtest, or run the instance as one shard meanwhile.',
      zh: '该实例以多个分片运行，而影子运行只能跟随一个分片。请改用回测，或暂时以一个分片运行该实例。',
    });
  const [row] = await db.select().from(checkpoint).where(eq(checkpoint.shardId, one.id));
  if (!row)
    throw new InstanceProblem('NO_STATE', {
      en: 'The instance has saved no state yet; try again in a moment.',
      zh: '该实例尚未保存状态，请稍后再试。',
    });
  const lease = { shardId: one.id, outLane: one.outLane, lanes: one.lanes, step: row.step, cursor: row.cursor };
  return { lease, saved: { programHash: row.programHash, state: unpackCheckpoint(row.state) } };
}

async function stepOf({ db }: ReplayTools, shardId: number): Promise<number> {
  const [row] = await db.select({ step: shardTable.step }).from(shardTable).where(eq(shardTable.id, shardId));
  return row?.step ?? 0;
}
