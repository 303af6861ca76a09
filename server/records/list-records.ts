import { and, desc, eq, gt, ilike, lt, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { record } from '#drizzle/schema/index.ts';
import { RECORD_KIND_NAMES } from '#runtime/records/kinds.ts';

export const listRecordsInput = z.object({
  kind: z.enum(RECORD_KIND_NAMES),
  state: z.string().max(40).optional(),
  /** Part of the number, or of a text in the record. */
  search: z.string().trim().max(100).optional(),
  /** Where the page before ended. */
  cursor: z.object({ updatedAt: z.date(), code: z.string() }).optional(),
  limit: z.number().int().min(1).max(200).default(50),
});

/** Records of a kind, newest change first, a page at a time. */
export async function listRecords(tx: Tx, orgId: string, input: z.infer<typeof listRecordsInput>) {
  const { kind, state, search, cursor, limit } = input;
  const like = search ? `%${search.replace(/[\\%_]/g, '\\$&')}%` : undefined;
  const rows = await tx
    .select({
      id: record.id,
      code: record.code,
      state: record.state,
      version: record.version,
      data: record.data,
      updatedAt: record.updatedAt,
    })
    .from(record)
    .where(
      and(
        eq(record.orgId, orgId),
        eq(record.kind, kind),
        state === undefined ? undefined : eq(record.state, state),
        like === undefined ? undefined : or(ilike(record.code, like), sql`${record.data}::text ilike ${like}`),
        cursor &&
          or(lt(record.updatedAt, cursor.updatedAt), and(eq(record.updatedAt, cursor.updatedAt), gt(record.code, cursor.code))),
      ),
    )
    .orderBy(desc(record.updatedAt), record.code)
    .limit(limit + 1);
  const records = rows.slice(0, limit);
  const last = records.at(-1);
  return { records, next: rows.length > limit && last ? { updatedAt: last.updatedAt, code: last.code } : null };
}

/** How many there are of each kind, by state. */
export function countRecords(tx: Tx, orgId: string) {
  return tx
    .select({ kind: record.kind, state: record.state, count: sql<number>`count(*)::int` })
    .from(record)
    .where(eq(record.orgId, orgId))
    .groupBy(record.kind, record.state)
    .orderBy(record.kind, record.state);
}
