import { type AuditInput, appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';

/** Appends what a signed-in person did; `actor` is their user id. Commits or goes with the caller's transaction. */
export async function recordAudit(tx: Tx, input: AuditInput): Promise<void> {
  await appendAudit(tx, { ...input, actor: `user:${input.actor}` });
}
