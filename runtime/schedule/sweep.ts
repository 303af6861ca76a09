import { and, eq, notInArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '#drizzle/client.ts';
import { instance, schedule } from '#drizzle/schema/index.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import type { Calendar } from './calendar.ts';
import { cronFault, dueTimes, nextLook, type Place } from './due.ts';
import { planTicks } from './misfire.ts';
import { isZone } from './zone.ts';

/** Ticks of one transaction: the control lane's counter is locked meanwhile. More follow in the next. */
const MOST_TICKS = 100;
/** What was due longer ago is not looked at any more, whatever the policy: a month of minutes is 44,640 ticks. */
const LONGEST_AGO_MS = 31 * 86_400_000;
/** A schedule of an app that does not run is looked at this often: from its start on it is owed ticks again. */
const IDLE_MS = 1_000;

/** The schedules of an instance as its program has them. A new or changed one begins now; one that stays goes on where it was. */
export async function keepSchedules(db: Db, of: { id: string; orgId: string }, info: ProgramInfo): Promise<void> {
  const wanted = info.sources.flatMap((s) => (s.schedule ? [{ node: s.node, rule: s.schedule }] : []));
  const now = sql`floor(extract(epoch from clock_timestamp()) * 1000)`;
  await db.transaction(async (tx) => {
    await tx.delete(schedule).where(
      and(
        eq(schedule.instanceId, of.id),
        wanted.length > 0
          ? notInArray(
              schedule.node,
              wanted.map((w) => w.node),
            )
          : undefined,
      ),
    );
    for (const { node, rule } of wanted)
      await tx
        .insert(schedule)
        .values({ instanceId: of.id, orgId: of.orgId, node, rule, lastDue: now, nextDue: 0 } as never)
        .onConflictDoUpdate({
          target: [schedule.instanceId, schedule.node],
          set: { rule, nextDue: 0, missed: 0, lastDue: sql`greatest(${schedule.lastDue}, excluded.last_due)` },
          setWhere: sql`${schedule.rule} is distinct from excluded.rule`,
        });
  });
}

/** The zone and calendar of an asset: each from the nearest place above it (or itself) that has one. */
export async function placeOf(tx: Tx, orgId: string, assetId: string | null): Promise<Place> {
  const [row] = await tx.execute<{ zone: string | null; calendar: Calendar | null }>(sql`
    with recursive up as (
      select id, parent_id, time_zone, 0 as n from asset where id = ${assetId} and org_id = ${orgId}
      union all
      select a.id, a.parent_id, a.time_zone, up.n + 1 from asset a join up on a.id = up.parent_id where a.org_id = ${orgId})
    select (select time_zone from up where time_zone is not null order by n limit 1) as zone,
      (select jsonb_build_object('shifts', c.shifts, 'exceptions', c.exceptions)
       from up join shift_calendar c on c.asset_id = up.id and c.org_id = ${orgId} order by up.n limit 1) as calendar`);
  const zone = row?.zone && isZone(row.zone) ? row.zone : 'UTC';
  return { zone, ...(row?.calendar ? { calendar: row.calendar } : {}) };
}

/**
 * Gives every due time its tick, in the control lane of the schedule's organization. Many processes may sweep at once and die at any moment: the tick
 * and how far the schedule has come commit together, under the schedule's lock. By the database's clock; one that is set back gives
 * no tick twice. Gives when to come again, in ms.
 */
export async function sweepSchedules(db: Db, signal?: AbortSignal): Promise<{ ticks: number; pauseMs: number }> {
  let ticks = 0;
  for (;;) {
    const given = signal?.aborted ? undefined : await sweepOne(db);
    if (given === undefined) break;
    ticks += given;
  }
  const [next] = await db.execute<{ ms: number | null }>(
    sql`select min(next_due) - extract(epoch from clock_timestamp()) * 1000 as ms from schedule`,
  );
  return { ticks, pauseMs: Math.max(0, Number(next?.ms ?? Number.POSITIVE_INFINITY)) };
}

/** One schedule that is due; undefined when there is none that nobody else works on. */
const sweepOne = (db: Db): Promise<number | undefined> =>
  db.transaction(async (tx) => {
    const clock = sql<number>`extract(epoch from clock_timestamp()) * 1000`;
    const [row] = await tx
      .select({ schedule, now: clock })
      .from(schedule)
      .where(sql`${schedule.nextDue} <= ${clock}`)
      .orderBy(schedule.nextDue)
      .limit(1)
      .for('update', { skipLocked: true });
    if (!row) return undefined;
    const { orgId, instanceId, node, rule, lastDue, missed } = row.schedule;
    const now = Math.floor(Number(row.now));
    const [of] = await tx
      .select({ key: instance.key, assetId: instance.assetId, wanted: instance.wanted, status: instance.status })
      .from(instance)
      .where(and(eq(instance.id, instanceId), eq(instance.orgId, orgId)));
    const place = await placeOf(tx, orgId, of?.assetId ?? null);
    // an app that people stopped, or that cannot run, is owed nothing
    const runs =
      of?.wanted === 'run' &&
      (of.status === 'running' || of.status === 'starting') &&
      // the block has checked it; one that is no rule must not stop all others
      (rule.on !== 'cron' || cronFault(rule.cron) === undefined);
    const from = Math.max(lastDue, now - LONGEST_AGO_MS);
    const due = runs
      ? first(dueTimes(rule, place, from, now), rule.misfire === 'all' ? MOST_TICKS : Number.POSITIVE_INFINITY)
      : [];
    const plan = planTicks(rule.misfire, due, now, runs ? missed : 0);
    const whole = due.length < MOST_TICKS || rule.misfire !== 'all';
    const upto = Math.max(lastDue, whole ? now : (due.at(-1)?.at ?? now));
    await tx
      .update(schedule)
      .set({ lastDue: upto, nextDue: !runs ? upto + IDLE_MS : whole ? nextLook(rule, place, upto) : 0, missed: plan.missed })
      .where(and(eq(schedule.instanceId, instanceId), eq(schedule.node, node)));
    for (const { at, shift, day, missed: before } of plan.ticks)
      await appendControl(tx, orgId, {
        type: 'schedule',
        instanceId,
        node,
        key: of?.key ?? '',
        due: at,
        shift,
        day,
        missed: before,
      });
    return plan.ticks.length;
  });

function first<T>(all: Iterable<T>, most: number): T[] {
  const some: T[] = [];
  for (const one of all) {
    some.push(one);
    if (some.length >= most) break;
  }
  return some;
}
