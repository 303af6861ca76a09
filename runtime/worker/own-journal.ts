import { and, asc, eq, gte, isNull, lte, or } from 'drizzle-orm';
import { tagsOf } from '#drizzle/bindings.ts';
import { type Bindings, effect, instance, program, shard as shardTable } from '#drizzle/schema/index.ts';
import type { OutputsEntry } from '#runtime/log/contract.ts';
import { pack } from '#runtime/log/entry.ts';
import { readJournal } from '#runtime/log/journal.ts';
import { type LogReader, LogTruncatedError } from '#runtime/log/reader.ts';
import type { ModelAnswer } from '#runtime/replay/model-answers.ts';
import type { JournalledStep, JournalStretch, RerunOptions } from '#runtime/replay/rerun.ts';
import { type InputPlan, wavesNeeded } from '#runtime/step/build-input.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import { ENGINE, unpackCheckpoint } from './checkpoint.ts';
import { checkpointsOf, type KeptCheckpoint } from './kept-checkpoint.ts';
import { seedOf } from './prepare.ts';
import { sameRequest, toldAnswer } from './recorded-answers.ts';
import { skippedEntries } from './recover.ts';
import type { ReplayTools, ReplayWish } from './replay-graph.ts';
import type { WaveStore } from './wave-store.ts';

/** What a running version needs to go over its own journal again. */
export interface OwnJournal extends Pick<RerunOptions, 'same'> {
  readonly seed: number;
  stretches(info: ProgramInfo): AsyncIterable<JournalStretch>;
}

/**
 * The journal of the instance that the wish is beside, when the wish is what ran there in the whole window: the same program (`hashes`: as it is and
 * instrumented), the same bindings, this engine, and a state that was kept before the window. Of a split instance the journals of all its shards, one
 * after the other: each has keys of its own. Undefined otherwise.
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
  if (!of || !sameBindings(of.bindings, wish.bindings)) return undefined;
  const shards = await db
    .select()
    .from(shardTable)
    .where(
      and(
        eq(shardTable.instanceId, wish.beside),
        or(isNull(shardTable.endedAt), gte(shardTable.endedAt, new Date(wish.window.from))),
      ),
    )
    .orderBy(asc(shardTable.id));
  const journals: Journal[] = [];
  for (const shard of shards) {
    const kept = await checkpointsOf(db.$client, shard.id, wish.window);
    const [first] = kept;
    // made after the window, or a part of the keys of which nothing came
    if (!first && shards.length > 1) continue;
    if (!first || (first.clock >= wish.window.from && first.step > 0)) return undefined;
    if (kept.some((one) => !hashes.includes(one.programHash) || one.engine !== ENGINE)) return undefined;
    if (shard.step === first.step && shards.length > 1) continue;
    if (!(await stillThere(log, [shard.outLane, ...first.lanes], [first.step, ...first.cursor]))) return undefined;
    const skip = await skippedEntries(db, shard.id);
    journals.push({ shard, kept, first, skip, asked: await askedOf(tools, shard.id, first.step, shard.step) });
  }
  const [begin] = journals;
  if (!begin) return undefined;
  const ended = shards.flatMap((shard) => (shard.endedAt ? [shard.id] : []));

  async function* steps(
    { shard, skip }: Journal,
    of: KeptCheckpoint,
    to: number,
    plan: JournalStretch['plan'],
  ): AsyncGenerator<JournalledStep> {
    const journal = readJournal(log, { outLane: shard.outLane, lanes: of.lanes, cursor: of.cursor, from: of.step, to, skip });
    for await (const { step, entries, upto, committed } of journal) {
      if (committed.entry.kind !== 'outputs') throw new Error(`step ${step} of shard ${of.shardId} is no outputs entry`);
      yield { step, entries, upto, waves: await waves.fetch(wavesNeeded(plan, entries)), committed: committed.entry };
    }
  }
  return {
    seed: seedOf(wish.beside),
    async *stretches(info) {
      for (const journal of journals)
        for (const [i, of] of journal.kept.entries()) {
          const { shard, kept, asked } = journal;
          const saved = unpackCheckpoint(of.state);
          const plan: InputPlan = {
            ...{ shardId: shard.id, instanceId: wish.beside ?? '', key: saved.key, bindings: saved.bindings, info },
            ...(shard.parts > 1 ? { part: { index: shard.part, of: shard.parts } } : {}),
            forebears: ended.filter((id) => id < shard.id),
          };
          const to = kept[i + 1]?.step ?? shard.step;
          const recorded: JournalStretch['recorded'] = (step, effect) =>
            asked.get(step)?.find((one) => one.node === effect.node && one.key === effect.key && sameRequest(one, effect))
              ?.answer;
          if (to > of.step)
            yield {
              plan,
              carried: saved.carried,
              state: saved.state,
              steps: steps(journal, of, to, plan),
              recorded,
              anew: i === 0,
            };
        }
    },
    same: sameOutputs((await programOutputs(tools, begin.first.programHash)) ?? []),
  };
}

interface Journal {
  readonly shard: typeof shardTable.$inferSelect;
  readonly kept: readonly KeptCheckpoint[];
  readonly first: KeptCheckpoint;
  readonly skip: ReadonlySet<string>;
  readonly asked: ReadonlyMap<number, readonly Asked[]>;
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

const sameBindings = (a: Bindings, b: Bindings): boolean => {
  const told = (of: Bindings) =>
    Object.entries(of)
      .flatMap(([role, binding]) => tagsOf(binding, '').map(({ tagId, key }) => `${role} ${tagId} ${key}`))
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
