import { and, desc, eq, ilike, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { audit, user } from '#drizzle/schema/index.ts';

export const listAuditInput = z.object({
  /** Entries older than this number; absent = the newest. */
  cursor: z.number().int().positive().optional(),
  /** Part of an action: `member`, `deploy`. */
  action: z.string().max(60).optional(),
  limit: z.number().int().min(1).max(200).default(50),
});

/** A page of the audit log, newest first, with the name of the person behind an entry while their account exists. */
export async function listAudit(tx: Tx, orgId: string, input: z.infer<typeof listAuditInput>) {
  return tx
    .select({
      seq: audit.seq,
      at: audit.at,
      actor: audit.actor,
      actorName: user.name,
      action: audit.action,
      target: audit.target,
      details: audit.details,
      hash: audit.hash,
    })
    .from(audit)
    .leftJoin(user, eq(sql`'user:' || ${user.id}`, audit.actor))
    .where(
      and(
        eq(audit.orgId, orgId),
        input.cursor === undefined ? undefined : lt(audit.seq, input.cursor),
        input.action ? ilike(audit.action, `%${input.action.replace(/[\\%_]/g, '\\$&')}%`) : undefined,
      ),
    )
    .orderBy(desc(audit.seq))
    .limit(input.limit);
}
