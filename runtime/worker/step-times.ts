import { sql } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { HeadSampler } from '#runtime/log/head-sampler.ts';
import type { ReadyStep } from './held-shard.ts';

/** A step that failed on a row or asked for an action is kept too, of each shard one in so many milliseconds. */
const SPECIAL_MS = 1_000;
const KEEP_MS = 3_600_000;
const TIDY_MS = 60_000;
/** A database that is away must not let these grow. */
const MOST_WAITING = 2_000;
/** Of the reason of a row that was set aside. */
const MOST_LETTERS = 500;

interface Times {
  shard: number;
  step: number;
  org: string;
  kept: 'head' | 'action' | 'failure';
  lane: number | undefined;
  seq: number | undefined;
  measured: number | undefined;
  received: number | undefined;
  appended: number | undefined;
  read: number;
  stepped: number | undefined;
  committed: number;
  rows: number;
  failed: { node: string; message: string } | undefined;
}
type Noted = Omit<ReadyStep, 'checkpoint' | 'commit'> & {
  readonly commit: Pick<ReadyStep['commit'], 'shardId' | 'step' | 'outputs' | 'rows' | 'effects' | 'dead'>;
};

/** Head and failure sampling of when steps were read and committed. Beside the commit, never in its way. */
export class StepTimes {
  kept = 0;
  leftOut = 0;
  private waiting: Times[] = [];
  private readonly heads = new HeadSampler();
  private readonly last = new Map<string, number>();
  private tidied = 0;

  note(org: string, { commit, cause, steppedAt }: Noted, now = Date.now()): void {
    const { shardId: shard, step, outputs, rows, effects, dead } = commit;
    const head = this.heads.take(outputs);
    const special = dead.length > 0 ? 'failure' : effects.length > 0 ? 'action' : undefined;
    const kept = special && this.due(`${special} ${shard}`, now) ? special : head ? 'head' : undefined;
    if (!kept || this.waiting.length >= MOST_WAITING) {
      this.leftOut++;
      return;
    }
    this.kept++;
    const samples = cause?.entry.kind === 'samples' ? cause.entry : undefined;
    const [first] = dead;
    this.waiting.push({
      shard,
      step,
      org,
      kept,
      lane: cause?.lane,
      seq: cause?.seq,
      measured: samples && newest(samples.time),
      received: samples?.received,
      appended: samples?.at,
      read: outputs.at,
      stepped: steppedAt,
      committed: now,
      rows,
      failed: first && { node: first.node, message: first.message.slice(0, MOST_LETTERS).toWellFormed() },
    });
  }

  private due(name: string, now: number): boolean {
    if (now - (this.last.get(name) ?? Number.NEGATIVE_INFINITY) < SPECIAL_MS) return false;
    this.last.set(name, now);
    return true;
  }

  /** Another worker goes on with it. */
  forget(shard: number): void {
    this.heads.forget(shard);
    this.last.delete(`action ${shard}`);
    this.last.delete(`failure ${shard}`);
  }

  async flush(db: Db, now = Date.now()): Promise<void> {
    const rows = this.waiting;
    if (rows.length > 0) {
      this.waiting = [];
      const text = JSON.stringify(rows).replaceAll('\\u0000', '\\ufffd');
      await db
        .execute(sql`
        insert into step_time (shard_id, step, org_id, kept, lane, seq, measured_at, received_at, appended_at, read_at, stepped_at, committed_at, rows, failed)
        select shard, step, org, kept, lane, seq, measured, received, appended, read, stepped, committed, rows, failed
        from jsonb_to_recordset(${text}::text::jsonb) r(shard int4, step int8, org text, kept text, lane int4, seq int8, measured float8,
          received float8, appended float8, read float8, stepped float8, committed float8, rows int4, failed jsonb) on conflict do nothing`)
        .catch((error) => {
          this.kept -= rows.length;
          this.leftOut += rows.length;
          throw error;
        });
    }
    if (now - this.tidied < TIDY_MS) return;
    this.tidied = now;
    await db.execute(sql`delete from step_time where committed_at < ${now - KEEP_MS}`);
    await db.execute(sql`delete from hop_time where at < ${now - KEEP_MS}`);
  }
}

const newest = (times: Float64Array): number | undefined =>
  times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
