import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { recordCode } from '#runtime/records/kinds.ts';
import { requireRecord } from './read-record.ts';

export const traceRecordInput = z.object({
  kind: z.enum(['lot', 'unit']),
  code: recordCode,
  depth: z.number().int().min(1).max(100).default(30),
});
const MOST = 5_000;

/** What a lot or unit is made of: these fields lead from it to its sources. */
const MADE_OF = ['parents.lot', 'lot', 'parts.unit'];

/**
 * Backward: everything that it came from; forward: everything that it went into; with the links between them, nearest first. Beyond `depth` or the
 * greatest number it says that there is more.
 */
export async function traceRecord(tx: Tx, orgId: string, { kind, code, depth }: z.output<typeof traceRecordInput>) {
  const { id } = await requireRecord(tx, orgId, { kind, code });
  const [backward, forward] = await Promise.all([walk(tx, orgId, id, depth, 'backward'), walk(tx, orgId, id, depth, 'forward')]);
  return { backward, forward };
}

interface Found extends Record<string, unknown> {
  readonly depth: number;
  readonly kind: string;
  readonly code: string;
  readonly state: string;
  readonly by: string;
  readonly quantity: number | null;
}

async function walk(tx: Tx, orgId: string, id: string, depth: number, way: 'backward' | 'forward') {
  const [near, far] = way === 'backward' ? [sql`l.from_id`, sql`l.to_id`] : [sql`l.to_id`, sql`l.from_id`];
  const rows = await tx.execute<Found>(sql`
    with recursive reached(id, depth) as (
      select ${id}::uuid, 0
      union
      select ${far}, r.depth + 1 from reached r join record_link l on ${near} = r.id and l.org_id = ${orgId} and l.field in ${MADE_OF}
      where r.depth <= ${depth}
    ), nearest as (select id, min(depth) as depth from reached group by id)
    select n.depth, e.kind, e.code, e.state, b.code as by, l.quantity
    from nearest n
    join record_link l on ${far} = n.id and l.org_id = ${orgId} and l.field in ${MADE_OF}
    join nearest p on ${near} = p.id
    join record e on e.id = n.id and e.org_id = ${orgId}
    join record b on b.id = p.id and b.org_id = ${orgId}
    where n.depth > 0
    order by n.depth, e.code, b.code limit ${MOST + 1}`);
  const all = [...rows];
  const within = all.filter((row) => row.depth <= depth).slice(0, MOST);
  return { links: within, more: within.length < all.length };
}
