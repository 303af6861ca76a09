import { sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import type { ControlEvent } from './contract.ts';
import { pack } from './entry.ts';

/**
 * Appends to the organization's control lane, inside the caller's transaction: it counts when that commits, and its number then follows
 * all that committed before. The lane's counter stays locked until then, so append last and keep the transaction short. Wakes the workers.
 */
export async function appendControl(tx: Tx, orgId: string, event: ControlEvent): Promise<{ lane: number; seq: number }> {
  // the database stamps the time that counts, under the counter's lock
  const bytes = pack({ kind: 'control', at: 0, event });
  const rows = await tx.execute<{ lane: number; seq: string }>(sql`select lane, seq from log_append_control(${orgId}, ${bytes})`);
  const row = rows[0];
  if (!row) throw new Error(`control lane of ${orgId} gave no number`);
  return { lane: row.lane, seq: Number(row.seq) };
}

/** So many in one statement: enough that the trips to the database do not count, few enough for its memory. */
const AT_ONCE = 500;

/** The same for many events, in their order. */
export async function appendControls(tx: Tx, orgId: string, events: readonly ControlEvent[]): Promise<void> {
  for (let i = 0; i < events.length; i += AT_ONCE) {
    const packed = events
      .slice(i, i + AT_ONCE)
      .map((event) => Buffer.from(pack({ kind: 'control', at: 0, event })).toString('base64'));
    const rows = await tx.execute(sql`select a.seq
      from (select e from jsonb_array_elements_text(${JSON.stringify(packed)}::jsonb) with ordinality as t(e, i) order by i) s,
        lateral log_append_control(${orgId}, decode(s.e, 'base64')) a`);
    if (rows.length !== packed.length)
      throw new Error(`control lane of ${orgId} gave ${rows.length} numbers for ${packed.length} entries`);
  }
}
