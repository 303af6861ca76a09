import { sql } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import type { StepCommit } from '#runtime/step/take-step.ts';

/** Of each shard, the first step of every so many milliseconds is kept, and one in which a row was set aside. What is not is counted. */
const HEAD_MS = 5_000;
const FAILURE_MS = 1_000;
const KEEP_MS = 3_600_000;
const TIDY_MS = 60_000;
/** A database that is away must not let these grow. */
const MOST_WAITING = 2_000;

interface Times {
  shard: number;
  step: number;
  org: string;
  kept: 'head' | 'failure';
  read: number;
  committed: number;
}

/** Head and failure sampling of when steps were read and committed. Beside the commit, never in its way. */
export class StepTimes {
  kept = 0;
  leftOut = 0;
  private waiting: Times[] = [];
  private readonly last = new Map<string, number>();
  private tidied = 0;

  note(shard: number, org: string, commit: Pick<StepCommit, 'step' | 'dead' | 'outputs'>, now = Date.now()): void {
    const kept = commit.dead.length > 0 ? 'failure' : 'head';
    const name = `${kept} ${shard}`;
    const due = now - (this.last.get(name) ?? Number.NEGATIVE_INFINITY) >= (kept === 'head' ? HEAD_MS : FAILURE_MS);
    if (!due || this.waiting.length >= MOST_WAITING) {
      this.leftOut++;
      return;
    }
    this.last.set(name, now);
    this.kept++;
    this.waiting.push({ shard, step: commit.step, org, kept, read: commit.outputs.at, committed: now });
  }

  /** Another worker goes on with it. */
  forget(shard: number): void {
    this.last.delete(`head ${shard}`);
    this.last.delete(`failure ${shard}`);
  }

  async flush(db: Db, now = Date.now()): Promise<void> {
    const rows = this.waiting;
    if (rows.length > 0) {
      this.waiting = [];
      await db.execute(sql`
        insert into step_time (shard_id, step, org_id, kept, read_at, committed_at)
        select shard, step, org, kept, read, committed from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
          r(shard int4, step int8, org text, kept text, read float8, committed float8) on conflict do nothing`);
    }
    if (now - this.tidied < TIDY_MS) return;
    this.tidied = now;
    await db.execute(sql`delete from step_time where committed_at < ${now - KEEP_MS}`);
  }
}
