/** What the log, the historian and the outside world must hold after a chaos, from what the source is known to have sent. */
import { and, eq } from 'drizzle-orm';
import { effect, instance, lane, series, shard } from '#drizzle/schema/index.ts';
import { effectKey } from '#runtime/effects/outbox.ts';
import { readAligned } from '#runtime/historian/aligned.ts';
import type { HistoryReader, Window } from '#runtime/historian/query.ts';
import { compileApp } from '../../compile-app.ts';
import { ORG, type WorkerFixture } from '../../fixture.testing.ts';
import { checkShard, type Findings } from '../reference.ts';
import type { Receiver } from './receiver.ts';
import { type Source, sampleOf } from './source.ts';

/** Wrongs of one kind are not told a thousand times. */
const MOST = 5;

export interface Checked extends Findings {
  samples: number;
  /** Rows of outputs that the historian has. */
  stored: number;
  /** Messages to the target that it had had before: the process that sent them did not live to hear the answer. */
  repeated: number;
}

/** Every sample that was sent is in the log once, in order: `tags[k]` carries field `k`. */
export async function checkLog(f: WorkerFixture, tags: readonly number[], source: Source, found: Checked): Promise<void> {
  const next = new Map(tags.map((tag, k) => [tag, { k, n: 1 }]));
  let wrong = 0;
  for (const { id } of await f.db.select({ id: lane.id }).from(lane).where(eq(lane.kind, 'scan')))
    for (let cursor = 0; ; ) {
      const rows = await f.reader.readAfter([id], [cursor], 200);
      if (rows.length === 0) break;
      for (const { seq, entry } of rows) {
        if (seq !== cursor + 1) found.wrong.push(`lane ${id}: nothing stands under ${cursor + 1}`);
        cursor = seq;
        if (entry.kind !== 'samples') continue;
        for (let i = 0; i < entry.n; i++) {
          const at = next.get(entry.tag[i] ?? 0);
          // marks of a link that was down are the gateway's own word, no sample of the source
          if (!at || (entry.quality?.[i] ?? 0) !== 0) continue;
          if (entry.time[i] !== source.timeOf(at.n) || entry.value[i] !== sampleOf(at.k, at.n)) {
            const n = Math.round(((entry.time[i] ?? 0) - source.timeOf(0)) / 10);
            if (wrong++ < MOST) found.wrong.push(`field ${at.k}: message ${n} stands where ${at.n} belongs (lane ${id}, ${seq})`);
            at.n = n;
          }
          at.n++;
          found.samples++;
        }
      }
    }
  for (const { k, n } of next.values())
    if (n - 1 !== source.sent && wrong++ < MOST)
      found.wrong.push(`field ${k}: ${n - 1} of ${source.sent} messages are in the log`);
}

/** The historian has what the log has, each sample once. */
export async function checkHistory(f: WorkerFixture, tags: readonly number[], source: Source, found: Checked): Promise<void> {
  const reader: HistoryReader = { tx: f.db, orgId: ORG, readLog: f.reader.readAfter, dataFolder: f.dataFolder };
  const window = { from: source.timeOf(-1_000_000), to: source.timeOf(source.sent + 1_000_000) };
  for (const [k, tag] of tags.entries()) {
    const good = (await samplesOf(reader, tag, window)).filter((s) => s.quality === 0);
    const as = good.findIndex((s, i) => s.time !== source.timeOf(i + 1) || s.value !== sampleOf(k, i + 1));
    if (good.length !== source.sent || as >= 0)
      found.wrong.push(
        `history of field ${k}: ${good.length} of ${source.sent} samples${as >= 0 ? `, wrong from ${as + 1} on` : ''}`,
      );
  }
  for (const one of await f.db.select().from(series)) {
    const rows = (await f.outputs(one.instanceId)).filter((r) => r.name === one.output && r.key === one.key);
    const stored = await samplesOf(reader, one.id, window);
    found.stored += stored.length;
    const times = (of: readonly { time: number }[]) => of.map((r) => r.time).join();
    if (stored.length !== rows.length || times(stored) !== times([...rows].sort((a, b) => a.time - b.time)))
      found.wrong.push(`history of ${one.output}.${one.column} of ${one.key}: ${stored.length} rows of ${rows.length}`);
  }
}
async function samplesOf(reader: HistoryReader, id: number, window: Window) {
  const all: { time: number; value: number; quality: number }[] = [];
  for await (const rows of readAligned(reader, [id], window, 'arrived'))
    for (let i = 0; i < rows.n; i++)
      all.push({ time: rows.time[i] ?? 0, value: rows.value[i] ?? Number.NaN, quality: rows.quality[i] ?? 0 });
  return all.sort((a, b) => a.time - b.time);
}

/** Every effect was done, under its own key and no other, with one and the same message. */
export async function checkEffects(f: WorkerFixture, receiver: Receiver, found: Checked): Promise<void> {
  const rows = await f.db.select().from(effect);
  const asked = new Set(rows.map(effectKey));
  for (const row of rows) {
    const came = receiver.taken.get(effectKey(row)) ?? [];
    if (row.status !== 'done') found.wrong.push(`effect ${effectKey(row)} is ${row.status}: ${JSON.stringify(row.answer)}`);
    if (came.length === 0) found.wrong.push(`effect ${effectKey(row)} never reached its target`);
    if (new Set(came).size > 1) found.wrong.push(`effect ${effectKey(row)} came with different messages`);
    found.repeated += Math.max(0, came.length - 1);
  }
  for (const key of receiver.taken.keys()) if (!asked.has(key)) found.wrong.push(`the target got ${key}, which nobody asked for`);
}

/** Outputs, effects and cursors of every shard as in an undisturbed run, to the bit. */
export async function checkShards(
  f: WorkerFixture,
  first: ReadonlyMap<number, { cursor: readonly number[]; lanes: readonly number[] }>,
  options: { resplits: number; random: () => number },
  found: Checked,
): Promise<void> {
  for (const [id, start] of first) await checkShard(f.db, f.reader, id, start, { ...options, compile: compileApp }, found);
  for (const one of await f.db.select().from(instance))
    if (one.status !== 'running') found.wrong.push(`instance ${one.key} is ${one.status}: ${JSON.stringify(one.reason)}`);
  const strange = await f.db
    .select()
    .from(shard)
    .innerJoin(instance, and(eq(instance.id, shard.instanceId)));
  if (strange.length !== first.size) found.wrong.push(`${strange.length} shards, ${first.size} were started`);
}
