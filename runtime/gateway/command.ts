import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq, sql } from 'drizzle-orm';
import type { CommandResult } from '#blocks/sdk/connector.ts';
import type { Db } from '#drizzle/client.ts';
import { connectionRequest, tag } from '#drizzle/schema/index.ts';
import { reason } from '#runtime/effects/reasons.ts';

/** A client of a server waits so long for the machine at most. */
const DEADLINE_MS = 5_000;
const POLL_MS = 20;
const SILENT = { en: 'its gateway gave no answer in time.', zh: '网关未及时应答。' };

/** Asks whoever holds a tag's connection to write it: a connection is one session, held by one gateway. */
export async function command(
  db: Db,
  { orgId, connectionId }: { readonly orgId: string /** Over which the wish came. */; readonly connectionId: string },
  name: string,
  value: number,
  by: string,
): Promise<CommandResult> {
  const [row] = await db
    .select({ id: tag.id, connectionId: tag.connectionId })
    .from(tag)
    .where(and(eq(tag.orgId, orgId), eq(tag.name, name)));
  const target = row?.connectionId;
  if (!row || !target) return { ok: false, ...reason('tag-gone') };
  const until = Date.now() + DEADLINE_MS;
  const asked = await db.transaction(async (tx) => {
    const [made] = await tx
      .insert(connectionRequest)
      .values({
        orgId,
        connectionId: target,
        kind: 'write',
        request: { tagId: row.id, value, by, connectionId },
        deadline: new Date(until),
      })
      .returning({ id: connectionRequest.id });
    await tx.execute(sql`select pg_notify('connections', ${target})`);
    return made?.id;
  });
  while (asked && Date.now() < until) {
    const [found] = await db
      .select({ answer: connectionRequest.answer })
      .from(connectionRequest)
      .where(and(eq(connectionRequest.id, asked), eq(connectionRequest.orgId, orgId)));
    if (found?.answer) return found.answer as unknown as CommandResult;
    await sleep(POLL_MS);
  }
  return { ok: false, ...reason('outcome-unknown', { cause: SILENT }) };
}
