import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { schedule } from '#drizzle/schema/index.ts';
import { type Due, dueTimes } from '#runtime/schedule/due.ts';
import { placeOf } from '#runtime/schedule/sweep.ts';
import { requireInstance } from '../operate/read-screen.ts';

export const schedulesInput = z.object({ instanceId: z.uuid() });
const AHEAD_MS = 31 * 86_400_000;
const SHOWN = 10;

/** The schedules of a running app and when each is due next, by the zone and shifts as they are now. */
export async function listSchedules(tx: Tx, orgId: string, { instanceId }: z.infer<typeof schedulesInput>, now = Date.now()) {
  const { assetId } = await requireInstance(tx, orgId, instanceId);
  const place = await placeOf(tx, orgId, assetId);
  const rows = await tx
    .select({ node: schedule.node, rule: schedule.rule, missed: schedule.missed })
    .from(schedule)
    .where(and(eq(schedule.orgId, orgId), eq(schedule.instanceId, instanceId)))
    .orderBy(schedule.node);
  return {
    zone: place.zone,
    hasShifts: place.calendar !== undefined,
    schedules: rows.map((row) => ({ ...row, next: nextOf(dueTimes(row.rule, place, now, now + AHEAD_MS)) })),
  };
}

function nextOf(due: Iterable<Due>): Due[] {
  const next: Due[] = [];
  for (const one of due) {
    next.push(one);
    if (next.length === SHOWN) break;
  }
  return next;
}
