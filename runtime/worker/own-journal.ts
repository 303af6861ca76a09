import { and, asc, eq, gte, lte } from 'drizzle-orm';
import { effect, instance, program, shard as shardTable } from '#drizzle/schema/index.ts';
import type { OutputsEntry } from '#runtime/log/contract.ts';
import { pack } from '#runtime/log/entry.ts';
import { readJournal } from '#runtime/log/journal.ts';
import { type LogReader, LogTruncatedError } from '#runtime/log/reader.ts';
import type { ModelAnswer } from '#runtime/replay/model-answers.ts';
import type { JournalStretch, RerunOptions } from '#runtime/replay/rerun.ts';
import { wavesNeeded } from '#runtime/step/build-input.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import { ENGINE, unpackCheckpoint } from './checkpoint.ts';
import { checkpointsOf, type KeptCheckpoint } from './kept-checkpoint.ts';
import { seedOf } from './prepare.ts';
import { sameRequest, toldAnswer } from './recorded-answers.ts';
import { skippedEntries } from './recover.ts';
import type { ReplayTools, ReplayWish } from './replay-graph.ts';
import type { WaveStore } from './wave-store.ts';

/** What a running version needs to go over its own journal again. */
export interface OwnJournal extends Pick<RerunOptions, 'recorded' | 'same'> {
  readonly seed: number;
  stretches(info: ProgramInfo): AsyncIterable<JournalStretch>;
}

/**
 * The journal of the instance that the wish is beside, when the wish is what ran there in the whole window: the same program (`hashes`: as it is and
 * instrumented), the same bindings, one shard, this engine, and a state that was kept before the window. Undefined otherwise.
 */
export async function ownJournal(
  tools: ReplayTools,
  log: LogReader,
  orgId: string,
  wish: ReplayWish,
  hashes: readonly string[],
  waves: WaveStore,
): Promise<OwnJournal | undefined> {
  const { db } = tools;
  if (wish.beside === undefined) return undefined;
  const [of] = await db
    .select({ bindings: instance.bindings })
    .from(instance)
    .where(and(eq(instance.id, wish.beside), eq(instance.orgId, orgId)));
  const [shard, more] = await db.select().from(shardTable).where(eq(shardTable.instanceId, wish.beside));
  if (!of || !shard || more || !sameBindings(of.bindings, wish.bindings)) return undefined;
  const kept = await checkpointsOf(db.$client, shard.id, wish.window);
  const [first] = kept;
  if (!first || (first.clock >= wish.window.from && first.step > 0)) return undefined;
  if (kept.some((one) => !hashes.includes(one.programHash) || one.engine !== ENGINE)) return undefined;
  if (!(await stillThere(log, [shard.outLane, ...first.lanes], [first.step, ...first.cursor]))) return undefined;
  const skip = await skippedEntries(db, shard.id);
  const asked = await askedOf(tools, shard.id, first.step, shard.step);

  async function* steps(of: KeptCheckpoint, to: number, plan: JournalStretch['plan']): JournalStretch['steps'] & AsyncGenerator {
    const journal = readJournal(log, {
      outLane: shard?.outLane ?? 0,
      lanes: of.lanes,
      cursor: of.cursor,
      from: of.step,
      to,
      skip,
    });
    for await (const { step, entries, upto, committed } of journal) {
      if (committed.entry.kind !== 'outputs') throw new Error(`step ${step} of shard ${of.shardId} is no outputs entry`);
      yield { step, entries, upto, waves: await waves.fetch(wavesNeeded(plan, entries)), committed: committed.entry };
    }
  }
  return {
    seed: seedOf(wish.beside),
    async *stretches(info) {
      for (const [i, of] of kept.entries()) {
        const saved = unpackCheckpoint(of.state);
        const plan = { shardId: of.shardId, instanceId: wish.beside ?? '', key: saved.key, bindings: saved.bindings, info };
        const to = kept[i + 1]?.step ?? shard.step;
        if (to > of.step) yield { plan, carried: saved.carried, state: saved.state, steps: steps(of, to, plan) };
      }
    },
    recorded(step, effect) {
      const answer = asked
        .get(step)
        ?.find((one) => one.node === effect.node && one.key === effect.key && sameRequest(one, effect));
      return answer?.answer;
    },
    same: sameOutputs((await programOutputs(tools, first.programHash)) ?? []),
  };
}

/** Is what comes after these numbers still in the log or its archives? A lane of which nothing is left may have been longer. */
async function stillThere(log: LogReader, lanes: readonly number[], after: readonly number[]): Promise<boolean> {
  try {
    const ends = await log.ends(lanes);
    for (const [i, lane] of lanes.entries()) {
      const from = after[i] ?? 0;
      if ((ends[i] ?? 0) < from || (i === 0 && ends[i] === from)) return false;
      if ((ends[i] ?? 0) > from) await log.readAfter([lane], [from], 1);
    }
    return true;
  } catch (error) {
    if (error instanceof LogTruncatedError) return false;
    throw error;
  }
}

const sameBindings = (a: ReplayWish['bindings'], b: ReplayWish['bindings']): boolean => {
  const told = (of: ReplayWish['bindings']) =>
    Object.entries(of)
      .flatMap(([role, binding]) => (binding ? [`${role} ${binding.tagId}`] : []))
      .sort()
      .join('\n');
  return told(a) === told(b);
};

async function programOutputs({ db }: ReplayTools, hash: string): Promise<string[] | undefined> {
  const [row] = await db.select({ info: program.info }).from(program).where(eq(program.hash, hash));
  return row?.info.outputs.map((output) => output.name);
}

/** Outputs that a replay adds to see a wire are no part of it. */
const sameOutputs =
  (names: readonly string[]) =>
  (now: OutputsEntry, then: OutputsEntry): boolean =>
    pack({ ...now, at: then.at, outputs: now.outputs.filter((output) => names.includes(output.name)) }).equals(pack(then));

interface Asked {
  readonly node: string;
  readonly key: string;
  readonly kind: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly answer?: ModelAnswer;
}
async function askedOf({ db }: ReplayTools, shardId: number, from: number, to: number): Promise<Map<number, Asked[]>> {
  const rows = await db
    .select({
      step: effect.step,
      node: effect.node,
      key: effect.key,
      kind: effect.kind,
      request: effect.request,
      answer: effect.answer,
    })
    .from(effect)
    .where(and(eq(effect.shardId, shardId), gte(effect.step, from), lte(effect.step, to)))
    .orderBy(asc(effect.step), asc(effect.ordinal));
  const byStep = new Map<number, Asked[]>();
  for (const { step, answer, ...rest } of rows) {
    const list = byStep.get(step) ?? [];
    byStep.set(step, list);
    list.push({ ...rest, ...(answer ? { answer: toldAnswer(answer) } : {}) });
  }
  return byStep;
}
