import { and, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { alarm, alarmEvent } from '#drizzle/schema/index.ts';
import { nextAlarmState } from '#runtime/effects/alarm-states.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { notFound } from '../errors.ts';
import { ACTION_WORDS, failed } from './errors.ts';

/** Who acts; the name is what the journal shows, also when the account is gone. */
export interface Actor {
  readonly orgId: string;
  readonly user: { readonly id: string; readonly name: string };
}

/** What a person can do to an alarm; the condition's own changes belong to the worker. */
type AlarmAction = keyof typeof ACTION_WORDS;

/** ISA-18.2: shelving ends by itself. Longer than a shift it would be a way to switch alarms off. */
export const LONGEST_SHELF_MINUTES = 480;

export const acknowledgeInput = z.object({
  ids: z.array(z.uuid()).min(1).max(500),
  comment: z.string().trim().max(500).optional(),
});
export const shelveInput = z.object({
  id: z.uuid(),
  minutes: z.number().int().min(1).max(LONGEST_SHELF_MINUTES),
  comment: z.string().trim().min(1).max(500),
});
export const unshelveInput = z.object({ id: z.uuid() });

export const acknowledgeAlarms = (tx: Tx, actor: Actor, { ids, comment }: z.infer<typeof acknowledgeInput>) =>
  act(tx, actor, 'acknowledge', ids, { comment: comment ?? null });

export const shelveAlarm = (tx: Tx, actor: Actor, { id, minutes, comment }: z.infer<typeof shelveInput>) =>
  act(tx, actor, 'shelve', [id], { comment, until: new Date(Date.now() + minutes * 60_000) });

export const unshelveAlarm = (tx: Tx, actor: Actor, { id }: z.infer<typeof unshelveInput>) =>
  act(tx, actor, 'unshelve', [id], { comment: null });

/** One action on alarms: state, journal, the log entry that programs see, audit. A single alarm that cannot take it is an error. */
async function act(
  tx: Tx,
  actor: Actor,
  action: AlarmAction,
  ids: readonly string[],
  { comment, until }: { comment: string | null; until?: Date },
): Promise<{ changed: number }> {
  const { orgId, user } = actor;
  // In one order, so that two people who acknowledge the same page do not wait for each other in a circle.
  const rows = await tx
    .select()
    .from(alarm)
    .where(and(eq(alarm.orgId, orgId), inArray(alarm.id, [...ids])))
    .orderBy(alarm.id)
    .for('update');
  if (rows.length !== new Set(ids).size) throw notFound('Alarm', '报警');
  let changed = 0;
  const now = new Date();
  for (const row of rows) {
    const state = nextAlarmState(row.state, action, row.active);
    if (!state) {
      if (rows.length === 1) throw failed('alarm.no-effect', { action: ACTION_WORDS[action] });
      continue;
    }
    changed++;
    await tx
      .update(alarm)
      .set({
        state,
        ...(action === 'acknowledge' ? { ackedBy: user.name, ackedAt: now } : {}),
        shelvedUntil: action === 'shelve' ? (until ?? null) : null,
      })
      .where(and(eq(alarm.orgId, orgId), eq(alarm.id, row.id)));
    await tx.insert(alarmEvent).values({
      orgId,
      alarmId: row.id,
      from: row.state,
      to: state,
      cause: action,
      by: user.name,
      comment: comment || null,
      value: row.value,
      at: now,
    });
    await appendAudit(tx, {
      orgId,
      actor: `user:${user.id}`,
      action: `alarm.${action}`,
      target: `alarm:${row.id}`,
      details: { comment, until },
    });
  }
  await tx.execute(sql`select pg_notify('alarms', ${orgId})`);
  // Last: the control lane's counter stays locked until the transaction ends.
  for (const row of rows) await appendControl(tx, orgId, { type: 'alarm', alarmId: row.id, action, by: user.name });
  return { changed };
}
