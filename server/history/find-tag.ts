import { and, eq } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { tag } from '#drizzle/schema/index.ts';
import { notFound } from '../errors.ts';

/** The organization's tag of this name. */
export async function findTag(tx: Tx, orgId: string, name: string): Promise<{ id: number; unit: string | null }> {
  const [row] = await tx
    .select({ id: tag.id, unit: tag.unit })
    .from(tag)
    .where(and(eq(tag.orgId, orgId), eq(tag.name, name)));
  if (!row) throw notFound(`Tag ${name}`, `测点 ${name} `);
  return row;
}
