/** The undisturbed run: the same program along the journal, never stopped, and cut in other ways; compared to the bit. */
import { eq } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { effect, shard } from '#drizzle/schema/index.ts';
import { encodeValue } from '#runtime/batch/value-codec.ts';
import { createLocalStepper } from '#runtime/compile/local-stepper.ts';
import type { OutputsEntry } from '#runtime/log/contract.ts';
import { readJournal } from '#runtime/log/journal.ts';
import type { LogReader } from '#runtime/log/reader.ts';
import { type Carried, type InputPlan, mergeLanes, type NumberedEntry, startOf } from '#runtime/step/build-input.ts';
import type { StepInput } from '#runtime/step/contract.ts';
import { type StepCommit, takeStep } from '#runtime/step/take-step.ts';
import { type Compile, prepareInstance, readInstances } from '../prepare.ts';
import { skippedEntries } from '../recover.ts';

export interface Findings {
  readonly wrong: string[];
  steps: number;
  rows: number;
  effects: number;
  cuts: number;
}

type Random = () => number;

/** Rows of outputs, one after the other and free of how they were cut. */
function flat(entries: readonly OutputsEntry[]): Map<string, unknown[]> {
  const rows = new Map<string, unknown[]>();
  for (const { outputs } of entries)
    for (const o of outputs) {
      const list = rows.get(o.name) ?? [];
      rows.set(o.name, list);
      for (let i = 0; i < o.n; i++)
        list.push([o.origin, o.time[i], o.key[i], o.columns.map((c) => c[i]), o.quality.map((q) => q?.[i] ?? 0)]);
    }
  return rows;
}
const same = (a: unknown, b: unknown): boolean => Buffer.from(encodeValue(a)).equals(Buffer.from(encodeValue(b)));

export async function checkShard(
  db: Db,
  reader: LogReader,
  shardId: number,
  first: { cursor: readonly number[]; lanes: readonly number[] },
  options: { resplits: number; random: Random; compile: Compile },
  findings: Findings,
): Promise<void> {
  const { wrong } = findings;
  const say = (what: string) => wrong.push(`shard ${shardId}: ${what}`);
  const [row] = await db.select().from(shard).where(eq(shard.id, shardId));
  const [facts] = await readInstances(db, row ? [row.instanceId] : []);
  if (!row || !facts) return void say('is gone');
  const prepared = await prepareInstance(facts, options.compile, false);
  const plan: InputPlan = { ...prepared.plan, shardId };
  const skip = await skippedEntries(db, shardId);
  const stepper = createLocalStepper(prepared.program, { seed: prepared.seed });
  let carried = startOf(plan.info);
  const run = (input: StepInput) => stepper.step(input);
  const steps: { entries: NumberedEntry[]; commit: StepCommit }[] = [];
  let at = 0;
  const journal = readJournal(reader, { outLane: row.outLane, ...first, from: 0, to: row.step, skip });
  for await (const { step, entries, upto, committed } of journal) {
    if (step !== ++at) return void say(`step ${at} is missing`);
    const commit = await takeStep({ plan, carried, read: { entries, upto }, step, at: 0, run });
    carried = commit.carried;
    steps.push({ entries: mergeLanes(entries), commit });
    findings.steps++;
    findings.rows += commit.rows;
    const was = committed.entry as OutputsEntry;
    if (!same(was.outputs, commit.outputs.outputs)) say(`step ${step}: the outputs differ from the undisturbed run`);
  }
  const [ends] = [await reader.ends([row.outLane])];
  if (ends[0] !== row.step) say(`${ends[0]} outputs of ${row.step} steps`);
  row.lanes.forEach((lane, i) => {
    if (steps.length > 0 && steps.at(-1)?.commit.upto[i] !== row.cursor[i])
      say(`the cursor of lane ${lane} is not the journal's`);
  });

  // effects: those of the undisturbed run, each once
  const expected = steps.flatMap(({ commit }) => commit.effects.map((e) => `${commit.step}:${e.ordinal} ${e.node} ${e.key}`));
  const found = (await db.select().from(effect).where(eq(effect.shardId, shardId))).map(
    (e) => `${e.step}:${e.ordinal} ${e.node} ${e.key}`,
  );
  findings.effects += found.length;
  if (found.sort().join() !== expected.sort().join())
    say(`${found.length} effects, the undisturbed run asks for ${expected.length}`);

  // other cuts of the same order, with the state going through bytes at random places, give the same rows
  const whole = flat(steps.map((s) => s.commit.outputs));
  for (let n = 0; n < options.resplits; n++) {
    const outputs = await recut(plan, prepared, steps, options.random);
    findings.cuts++;
    const again = flat(outputs);
    for (const name of new Set([...whole.keys(), ...again.keys()]))
      if (!same(whole.get(name) ?? [], again.get(name) ?? [])) say(`cut ${n}: output '${name}' depends on how the stream is cut`);
  }
}

async function recut(
  plan: InputPlan,
  prepared: Awaited<ReturnType<typeof prepareInstance>>,
  steps: readonly { entries: readonly NumberedEntry[] }[],
  random: Random,
): Promise<OutputsEntry[]> {
  let stepper = createLocalStepper(prepared.program, { seed: prepared.seed });
  let carried: Carried = startOf(plan.info);
  const outputs: OutputsEntry[] = [];
  let step = 0;
  const most = 1 + Math.floor(random() * 12);
  let waiting: NumberedEntry[] = [];
  const flush = async () => {
    if (waiting.length === 0) return;
    const commit = await takeStep({
      plan,
      carried,
      read: { entries: waiting, upto: [] },
      step: ++step,
      at: 0,
      run: (i) => stepper.step(i),
    });
    waiting = [];
    carried = commit.carried;
    outputs.push(commit.outputs);
    if (random() < 0.1) {
      const bytes = await stepper.save();
      stepper = createLocalStepper(prepared.program, { seed: prepared.seed });
      await stepper.load(bytes);
    }
  };
  for (const { entries } of steps)
    for (const e of entries) {
      // a step puts its entries in order itself: what came later in the journal must still be later
      const newest = waiting.at(-1);
      const ordered = !newest || mergeLanes([...waiting, e]).at(-1) === e;
      if (!ordered || waiting.length >= most || random() < 0.15) await flush();
      waiting.push(e);
    }
  await flush();
  return outputs;
}
