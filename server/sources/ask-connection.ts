import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { connection, connectionRequest } from '#drizzle/schema/index.ts';
import { notFound } from '../errors.ts';
import type { InTenant } from '../history/live-values.ts';
import { failed } from './errors.ts';
import { tellGateways } from './save-connection.ts';

export const askConnectionInput = z.object({
  connectionId: z.uuid(),
  kind: z.enum(['browse', 'test', 'read']),
  /** `browse`: path, page; `test`: address; `read`: addresses. */
  request: z.record(z.string(), z.unknown()).default({}),
});

/** The gateway gives up at this time, and so do we a moment later. */
const DEADLINE_MS = 15_000;
const POLL_MS = 60;

/** Asks the gateway that holds the connection, because a connection is one shared session; waits for its answer. */
export async function askConnection(
  tenant: InTenant,
  orgId: string,
  { connectionId, kind, request }: z.infer<typeof askConnectionInput>,
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  const id = await tenant(async (tx) => {
    const [row] = await tx
      .select({ enabled: connection.enabled })
      .from(connection)
      .where(and(eq(connection.id, connectionId), eq(connection.orgId, orgId)));
    if (!row) throw notFound('Connection', '连接');
    if (!row.enabled) throw failed('source.off');
    const [asked] = await tx
      .insert(connectionRequest)
      .values({ orgId, connectionId, kind, request, deadline: new Date(Date.now() + DEADLINE_MS) })
      .returning({ id: connectionRequest.id });
    if (!asked) throw notFound('Connection', '连接');
    await tellGateways(tx, connectionId);
    return asked.id;
  });
  const until = Date.now() + DEADLINE_MS + 1_000;
  while (Date.now() < until && !signal?.aborted) {
    const [row] = await tenant((tx) =>
      tx
        .select({ answer: connectionRequest.answer, answeredAt: connectionRequest.answeredAt })
        .from(connectionRequest)
        .where(and(eq(connectionRequest.id, id), eq(connectionRequest.orgId, orgId))),
    );
    if (row?.answeredAt) return row.answer ?? {};
    await sleep(POLL_MS);
  }
  throw failed('source.no-answer', { seconds: DEADLINE_MS / 1000 });
}
