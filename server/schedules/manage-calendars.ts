import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { asset, schedule, shiftCalendar } from '#drizzle/schema/index.ts';
import { calendarDocument, shiftsBetween } from '#runtime/schedule/calendar.ts';
import { placeOf } from '#runtime/schedule/sweep.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { notFound } from '../errors.ts';
import type { OrgContext } from '../trpc.ts';
import { schedulesFailed } from './errors.ts';

export const calendarInput = z.object({ assetId: z.uuid() });
export const saveCalendarInput = calendarInput.extend({ calendar: calendarDocument });

type Actor = Pick<OrgContext, 'orgId'> & { readonly user: { readonly id: string }; readonly tx: Tx };
const AHEAD_MS = 8 * 86_400_000;

/** The calendars of the organization's places. */
export function listCalendars(tx: Tx, orgId: string) {
  return tx
    .select({
      assetId: shiftCalendar.assetId,
      code: asset.code,
      name: asset.name,
      shifts: shiftCalendar.shifts,
      exceptions: shiftCalendar.exceptions,
      updatedAt: shiftCalendar.updatedAt,
    })
    .from(shiftCalendar)
    .innerJoin(asset, eq(asset.id, shiftCalendar.assetId))
    .where(eq(shiftCalendar.orgId, orgId))
    .orderBy(asset.code);
}

/** The zone and shifts that hold at a place, its own or those of a place above, with the shifts of the next days as instants. */
export async function readCalendar(tx: Tx, orgId: string, { assetId }: z.infer<typeof calendarInput>, now = Date.now()) {
  await requirePlace(tx, orgId, assetId);
  const { zone, calendar } = await placeOf(tx, orgId, assetId);
  const [own] = await tx
    .select({ id: shiftCalendar.id })
    .from(shiftCalendar)
    .where(and(eq(shiftCalendar.orgId, orgId), eq(shiftCalendar.assetId, assetId)));
  return {
    zone,
    calendar: calendar ?? null,
    own: own !== undefined,
    ahead: calendar ? shiftsBetween(calendar, zone, now, now + AHEAD_MS) : [],
  };
}

/** Running apps follow it from the next due time on; what their programs saw stays as it was. */
export async function saveCalendar({ tx, orgId, user }: Actor, { assetId, calendar }: z.output<typeof saveCalendarInput>) {
  const place = await requirePlace(tx, orgId, assetId);
  if (place.level === 'asset') throw schedulesFailed('schedules.no-place', { code: place.code });
  const values = { ...calendar, updatedBy: user.id, updatedAt: new Date() };
  await tx
    .insert(shiftCalendar)
    .values({ orgId, assetId, ...values })
    .onConflictDoUpdate({ target: [shiftCalendar.orgId, shiftCalendar.assetId], set: values });
  await recordAudit(tx, { orgId, actor: user.id, action: 'calendar.save', target: `asset:${assetId}`, details: { ...calendar } });
  await lookAgain(tx, orgId);
}

export async function removeCalendar({ tx, orgId, user }: Actor, { assetId }: z.infer<typeof calendarInput>) {
  const gone = await tx
    .delete(shiftCalendar)
    .where(and(eq(shiftCalendar.orgId, orgId), eq(shiftCalendar.assetId, assetId)))
    .returning({ id: shiftCalendar.id });
  if (gone.length === 0) throw notFound('The calendar', '该日历');
  await recordAudit(tx, { orgId, actor: user.id, action: 'calendar.remove', target: `asset:${assetId}` });
  await lookAgain(tx, orgId);
}

/** When schedules are due next was worked out with the shifts as they were. */
async function lookAgain(tx: Tx, orgId: string): Promise<void> {
  await tx.update(schedule).set({ nextDue: 0 }).where(eq(schedule.orgId, orgId));
}

async function requirePlace(tx: Tx, orgId: string, assetId: string) {
  const [row] = await tx
    .select({ code: asset.code, level: asset.level })
    .from(asset)
    .where(and(eq(asset.orgId, orgId), eq(asset.id, assetId)));
  if (!row) throw notFound('The place', '该位置');
  return row;
}
