import { and, eq } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { PUSH } from '#drizzle/schema/connection.ts';
import { connection } from '#drizzle/schema/index.ts';

/** A tag that is pushed needs such a connection as its source; the first key that may write makes one. */
export async function ensurePushConnection(tx: Tx, orgId: string): Promise<void> {
  const [known] = await tx
    .select({ id: connection.id })
    .from(connection)
    .where(and(eq(connection.orgId, orgId), eq(connection.connector, PUSH)));
  if (known) return;
  await tx.insert(connection).values({ orgId, name: 'API', connector: PUSH, settings: {} }).onConflictDoNothing();
}
