import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '#drizzle/client.ts';
import type { EffectOutcome } from '#drizzle/schema/effect.ts';
import { effect, instance } from '#drizzle/schema/index.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { auditAct, lockOpen } from './audit-acts.ts';
import { type Rate, takeTokens } from './rates.ts';
import { type Reason, reason } from './reasons.ts';
import { MACHINE_KINDS } from './requests.ts';

export type Effect = typeof effect.$inferSelect;
/** (shard, step, ordinal): also the idempotency key of whatever is done. */
export type EffectId = Pick<Effect, 'shardId' | 'step' | 'ordinal'>;
const isEffect = (id: EffectId) => and(eq(effect.shardId, id.shardId), eq(effect.step, id.step), eq(effect.ordinal, id.ordinal));
export const effectKey = (e: EffectId): string => `${e.shardId}:${e.step}:${e.ordinal}`;

export type EffectAnswer = EffectOutcome;
export type FinalStatus = 'done' | 'refused' | 'failed' | 'expired' | 'dead';

/** A performer that dies holds its effects no longer than this; then another takes them, with the same idempotency key. */
const CLAIM_MS = 30_000;
/** An act that is bounded by its deadline, however slow its machine: whoever has it has it until then, and a moment for the answer. */
const ANSWER_MS = 3_000;
/** 1, 2, 4 … 64 s apart: two minutes for a target to come back; then a person must look. */
const MOST_ATTEMPTS = 8;
/** How long a recipe that was begun and not answered waits for a gateway to put its former values back; a plant has moved on after that. */
const TAKE_BACK_MS = 60_000;
const LONGEST_WAIT_S = 64;
const DIED = { en: 'the gateway stopped in the middle of it.', zh: '网关在执行过程中停止。' };
/** An installation that asks for more acts in a loop; what is over is refused, and its list of actions says so at the asking node. */
export const EFFECTS_OF_INSTALLATION: Rate = { perMinute: 600, burst: 600 };

export interface ClaimOptions {
  readonly kinds: readonly string[];
  readonly limit?: number;
  /** Narrows further: only writes to these tags, those of the connections that the caller holds. */
  readonly tagIds?: readonly number[];
  readonly claimMs?: number;
  /** For acts that must not be done twice: nobody else gets them before their deadline is over, so nobody gets them at all. */
  readonly untilDeadline?: boolean;
  readonly rate?: Rate;
  /** Organizations in turn, those that have least in work first; else oldest first. */
  readonly fairly?: boolean;
}

/**
 * Takes effects that are due, oldest first; nobody else gets them meanwhile. Those past their deadline are never given out (`expireEffects`);
 * those over the installation's limit are refused here.
 */
export async function claimEffects(db: Db, options: ClaimOptions): Promise<Effect[]> {
  if (options.tagIds?.length === 0) return [];
  const soon = sql`now() + ${options.claimMs ?? CLAIM_MS} * interval '1 ms'`;
  const claim = options.untilDeadline ? sql`coalesce(${effect.deadline} + ${ANSWER_MS} * interval '1 ms', ${soon})` : soon;
  const onlyTags = options.tagIds ? sql`and (e.resolved->>'tagId')::int in ${[...options.tagIds]}` : sql``;
  const limit = options.limit ?? 20;
  const due = sql`e.status in ('pending', 'running') and e.next_at <= now() and (e.deadline is null or e.deadline > now())
    and e.kind in ${[...options.kinds]} ${onlyTags}`;
  const wanted = options.fairly
    ? sql`select e.shard_id, e.step, e.ordinal from effect e
        where ${due} and (e.shard_id, e.step, e.ordinal) in (select shard_id, step, ordinal from (${inTurn(options.kinds, due, limit)}) t)
        limit ${limit} for update skip locked`
    : sql`select e.shard_id, e.step, e.ordinal from effect e where ${due} order by e.next_at limit ${limit} for update skip locked`;
  const claimed = await db
    .update(effect)
    .set({ status: 'running', attempts: sql`${effect.attempts} + 1`, nextAt: claim })
    .where(sql`(${effect.shardId}, ${effect.step}, ${effect.ordinal}) in (${wanted})`)
    .returning();
  const fresh = claimed.filter((e) => e.attempts === 1);
  if (fresh.length === 0) return claimed;
  const over = await overLimit(db, fresh, options.rate ?? EFFECTS_OF_INSTALLATION);
  return claimed.filter((e) => !over.has(e));
}

/** A few of each organization, ranked behind what that organization has in work already. */
const inTurn = (kinds: readonly string[], due: SQL, limit: number): SQL => sql`
  select c.*, c.place + (select count(*) from effect r
    where r.org_id = c.org_id and r.kind in ${[...kinds]} and r.status = 'running' and r.next_at > now()) as turn
  from (select distinct e.org_id from effect e where ${due}) o cross join lateral (
    select e.org_id, e.shard_id, e.step, e.ordinal, e.next_at, row_number() over (order by e.next_at, e.step, e.ordinal) as place
    from effect e where e.org_id = o.org_id and ${due} order by e.next_at, e.step, e.ordinal limit ${limit}) c
  order by turn, c.next_at limit ${limit}`;

/** Each effect counts once, at its first attempt. The first that were asked for are done, the others are refused. */
async function overLimit(db: Db, fresh: readonly Effect[], rate: Rate): Promise<ReadonlySet<Effect>> {
  const over = new Set<Effect>();
  const rows = await db
    .select({ id: instance.id, installation: instance.installationId })
    .from(instance)
    .where(inArray(instance.id, [...new Set(fresh.map((e) => e.instanceId))]));
  const installationOf = new Map(rows.map((r) => [r.id, r.installation]));
  const groups = Map.groupBy(fresh, (e) => installationOf.get(e.instanceId) ?? e.instanceId);
  for (const [installation, mine] of groups) {
    const granted = await takeTokens(db, mine[0]?.orgId ?? '', `effects ${installation}`, mine.length, rate);
    mine.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || a.step - b.step || a.ordinal - b.ordinal);
    for (const e of mine.slice(granted)) {
      over.add(e);
      await finishEffect(db, e, 'refused', { ok: false, ...reason('too-many', { limit: rate.perMinute }) });
    }
  }
  return over;
}

/**
 * Writes the outcome and appends it to the log as the answer that wakes the asking node, in one transaction. Gives false when it was
 * finished before: an effect has one answer. The program is told the code of a reason, which is the same in every language.
 */
export async function finishEffect(db: Tx, id: EffectId, status: FinalStatus, answer: EffectAnswer): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [done] = await tx
      .update(effect)
      .set({
        status,
        answer,
        doneAt: new Date(),
        answered: true,
        ...(status === 'failed' || status === 'dead' ? { settled: null } : {}),
      })
      .where(and(isEffect(id), inArray(effect.status, ['pending', 'running', 'waiting'])))
      .returning({ orgId: effect.orgId, node: effect.node, key: effect.key, before: sql<boolean>`old.answered` });
    if (!done) return false;
    // tried again by a person: the program has its answer and has acted on it
    if (done.before) return true;
    await appendControl(tx, done.orgId, {
      type: 'answer',
      shardId: id.shardId,
      step: id.step,
      ordinal: id.ordinal,
      node: done.node,
      key: done.key,
      ok: answer.ok,
      ...(answer.value === undefined ? {} : { value: answer.value }),
      ...(answer.code === undefined ? {} : { reason: answer.code }),
    });
    return true;
  });
}

/** The target did not take it now: again later, with growing pauses; after the last attempt it is dead, and a person sees it in the list. */
export async function retryEffect(
  db: Db,
  e: Effect,
  why: Reason,
  onDead: (tx: Tx) => Promise<void> = async () => {},
): Promise<void> {
  if (e.attempts >= MOST_ATTEMPTS) {
    await db.transaction(async (tx) => {
      const answer = { ok: false, ...why, params: { ...why.params, attempts: e.attempts } };
      if (await finishEffect(tx, e, 'dead', answer)) await onDead(tx);
    });
    return;
  }
  await later(db, e, Math.min(LONGEST_WAIT_S, 2 ** (e.attempts - 1)) * 1000, { answer: { ok: false, ...why } });
}

/** Its target takes no more at the moment: again after a pause, which is no failed attempt. */
export const postponeEffect = (db: Db, e: Effect, ms: number): Promise<void> =>
  later(db, e, ms, { attempts: sql`greatest(1, ${effect.attempts} - 1)` });

/** Still at it: nobody else takes it meanwhile. Gives false when another has it, or it is over. */
export async function holdEffect(db: Db, e: Effect, ms: number): Promise<boolean> {
  const held = await db
    .update(effect)
    .set({ nextAt: sql`now() + ${ms} * interval '1 ms'` })
    .where(and(isEffect(e), eq(effect.status, 'running'), eq(effect.attempts, e.attempts)))
    .returning({ step: effect.step });
  return held.length > 0;
}

async function later(db: Db, e: Effect, ms: number, more: Parameters<ReturnType<Db['update']>['set']>[0]): Promise<void> {
  await db
    .update(effect)
    .set({ status: 'pending', nextAt: sql`now() + ${ms} * interval '1 ms'`, ...more })
    .where(and(isEffect(e), eq(effect.status, 'running')));
}

/** The effect now waits for a person; only its deadline or `finishEffect` ends it. */
export async function waitEffect(db: Tx, id: EffectId): Promise<void> {
  await db
    .update(effect)
    .set({ status: 'waiting' })
    .where(and(isEffect(id), eq(effect.status, 'running')));
}

const isAct = ({ kind }: Effect): boolean => (MACHINE_KINDS as readonly string[]).includes(kind);

/** Begun and not answered: some of its values may be written. `former` is what the device had before. */
const unfinished = sql`(${effect.kind} = 'recipe.download' and ${effect.resolved} ? 'former')`;

/** Recipes whose gateway died in the middle of them, for whoever holds the connection now to put back; each to one, for half a minute. */
export async function claimUnfinishedRecipes(db: Db, tagIds: readonly number[]): Promise<Effect[]> {
  return db
    .update(effect)
    .set({ nextAt: sql`now() + ${CLAIM_MS} * interval '1 ms'` })
    .where(
      sql`(${effect.shardId}, ${effect.step}, ${effect.ordinal}) in (select shard_id, step, ordinal from effect e
        where e.status = 'running' and e.next_at <= now() and e.kind = 'recipe.download' and e.resolved ? 'former'
          and e.deadline > now() - ${TAKE_BACK_MS} * interval '1 ms' and (e.resolved->>'tagId')::int in ${[...tagIds]}
        limit 20 for update skip locked)`,
    )
    .returning();
}

/** Past its deadline an effect is refused, not done late; one that was refused when it was committed is answered so. Gives how many. */
export async function expireEffects(db: Db): Promise<number> {
  const late = await db
    .select()
    .from(effect)
    // one that is being performed may still succeed: its performer watches the deadline, and we step in when its claim is over
    .where(
      sql`${effect.deadline} <= now() and (${effect.status} in ('pending', 'waiting') or (${effect.status} = 'running' and ${effect.nextAt} <= now()
        and not (${unfinished} and ${effect.deadline} > now() - ${TAKE_BACK_MS} * interval '1 ms')))`,
    )
    .limit(100);
  let n = 0;
  const failures: unknown[] = [];
  for (const e of late) {
    const refused = e.attempts === 0 && e.status === 'pending' ? e.answer : null;
    // whoever had it died with it: the machine may have taken the command, so it is not said that it did not
    const begun = e.status === 'running' && isAct(e);
    const status = refused ? 'refused' : begun ? 'failed' : 'expired';
    const answer = refused ?? { ok: false, ...(begun ? reason('outcome-unknown', { cause: DIED }) : reason('expired')) };
    try {
      const ended = await db.transaction(async (tx) => {
        if (!(await lockOpen(tx, e))) return false;
        // a sign of life that came too late is no refusal of a command
        if (isAct(e) && e.kind !== 'watchdog.beat') await auditAct(tx, e, { ...answer, status });
        return finishEffect(tx, e, status, answer);
      });
      if (ended) n++;
    } catch (error) {
      // one that cannot be answered holds up none of the others
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} effects could not be ended`);
  return n;
}
