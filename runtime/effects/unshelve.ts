import { eq, sql } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { alarm, alarmEvent } from '#drizzle/schema/index.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { nextAlarmState } from './alarm-states.ts';

/** Alarms taken back in one pass; the rest is the next pass's. */
const MOST = 100;

/**
 * Takes back what was shelved for long enough, of every organization, by the database's clock. Here, because ISA-18.2 lets a shelf end whether anybody
 * looks or not, and the effect runner is what always runs where apps run. Each alarm in its own transaction, as with a person's act: state, journal,
 * and the entry that programs see. Gives how many.
 */
export async function unshelveDue(db: Db): Promise<number> {
  let n = 0;
  while (n < MOST && (await unshelveOne(db))) n++;
  return n;
}

const unshelveOne = (db: Db): Promise<boolean> =>
  db.transaction(async (tx) => {
    const [row] = await tx
      .select()
      .from(alarm)
      .where(sql`${alarm.state} = 'shelved' and ${alarm.shelvedUntil} <= now()`)
      .orderBy(alarm.shelvedUntil)
      .limit(1)
      .for('update', { skipLocked: true });
    if (!row) return false;
    const state = nextAlarmState(row.state, 'unshelve', row.active) ?? 'normal';
    await tx.update(alarm).set({ state, shelvedUntil: null }).where(eq(alarm.id, row.id));
    await tx.insert(alarmEvent).values({
      orgId: row.orgId,
      alarmId: row.id,
      from: row.state,
      to: state,
      cause: 'unshelve',
      by: null,
      value: row.value,
      at: new Date(),
    });
    await tx.execute(sql`select pg_notify('alarms', ${row.orgId})`);
    await appendControl(tx, row.orgId, { type: 'alarm', alarmId: row.id, action: 'unshelve', by: '' });
    return true;
  });
