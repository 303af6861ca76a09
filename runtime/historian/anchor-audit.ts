import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { anchorsFile, noteAnchors } from '#drizzle/audit-anchors.ts';
import type { Db } from '#drizzle/client.ts';

/** What the newest entries of the audit log can be cut off by unnoticed, at most. */
const EVERY_MS = 60_000;

/**
 * Notes now and then, outside the database, how far the audit chains have come, and says when one no longer holds what was noted. The historian does it
 * because exactly one works at a time. Nothing else depends on it: a failure is logged and tried again.
 */
export async function anchorAudit(
  { db, dataFolder, masterKey, log }: { db: Db; dataFolder: string; masterKey: string; log: Logger },
  signal: AbortSignal,
  everyMs = EVERY_MS,
): Promise<void> {
  const told = new Set<string>();
  while (!signal.aborted) {
    try {
      const { conflicts } = await noteAnchors(db, anchorsFile(dataFolder), masterKey);
      for (const { orgId, seq } of conflicts)
        if (!told.has(orgId)) {
          told.add(orgId);
          log.error({ org: orgId, seq }, 'the audit log no longer holds an entry that was noted; run "mw audit verify"');
        }
    } catch (error) {
      log.error({ error: error instanceof Error ? error.message : String(error) }, 'the audit log could not be noted');
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}
