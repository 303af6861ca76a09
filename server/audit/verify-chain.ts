import { type AuditVerdict, verifyAudit } from '#drizzle/audit.ts';
import { AnchorsBrokenError, type AuditAnchor, anchorsFile, readAnchors } from '#drizzle/audit-anchors.ts';
import type { Tx } from '#drizzle/client.ts';

export type ChainVerdict =
  | (Extract<AuditVerdict, { ok: true }> & { readonly anchor?: Pick<AuditAnchor, 'seq' | 'at'> })
  | Extract<AuditVerdict, { ok: false }>
  /** The notes themselves were changed; `seq` is the line. */
  | { readonly ok: false; readonly seq: number; readonly problem: 'anchors' };

/** The organization's chain against itself and against what was noted of it outside the database. */
export async function verifyChain(
  tx: Tx,
  orgId: string,
  { MILLWRIGHT_DATA, MILLWRIGHT_MASTER_KEY }: { readonly MILLWRIGHT_DATA: string; readonly MILLWRIGHT_MASTER_KEY: string },
): Promise<ChainVerdict> {
  try {
    const noted = await readAnchors(anchorsFile(MILLWRIGHT_DATA), MILLWRIGHT_MASTER_KEY);
    const anchors = noted?.byOrg.get(orgId) ?? [];
    const last = anchors.at(-1);
    const verdict = await verifyAudit(tx, orgId, anchors);
    return verdict.ok && last ? { ...verdict, anchor: { seq: last.seq, at: last.at } } : verdict;
  } catch (error) {
    if (error instanceof AnchorsBrokenError) return { ok: false, seq: error.line, problem: 'anchors' };
    throw error;
  }
}
