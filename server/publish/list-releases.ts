import { and, desc, eq, sql } from 'drizzle-orm';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { release } from '#drizzle/schema/index.ts';
import type { ProofReport } from '#runtime/replay/proof.ts';
import { notFound } from '../errors.ts';
import { failed } from './errors.ts';

/** Everything of a release but the bytes of its package. */
export const releaseColumns = {
  id: release.id,
  orgId: release.orgId,
  publisher: release.publisher,
  slug: release.slug,
  version: release.version,
  title: release.title,
  summary: release.summary,
  assetClass: release.assetClass,
  manifest: release.manifest,
  graphHash: release.graphHash,
  packHash: release.packHash,
  status: release.status,
  proof: release.proof,
  reviewComment: release.reviewComment,
  reviewedAt: release.reviewedAt,
  createdAt: release.createdAt,
};

/** The organization's own releases, newest first. */
export async function listOwnReleases(tx: Tx, orgId: string) {
  const rows = await tx
    .select({
      ...releaseColumns,
      /** Why its newest proof could not be run. */
      problem: sql<string | null>`(
        select r.error->>'message' from run r
        where r.org_id = ${orgId} and r.release_id = "release"."id" order by r.created_at desc limit 1)`,
    })
    .from(release)
    .where(eq(release.orgId, orgId))
    .orderBy(desc(release.createdAt));
  return rows.map((row) => ({ ...row, proof: row.proof as unknown as ProofReport | null }));
}

/** Takes a listed release off the market: nobody can install it any more; who has it keeps it. */
export async function yankRelease(tx: Tx, orgId: string, by: string, releaseId: string): Promise<void> {
  const [found] = await tx
    .select({ status: release.status })
    .from(release)
    .where(and(eq(release.orgId, orgId), eq(release.id, releaseId)))
    .for('update');
  if (!found) throw notFound('Release', '发布');
  if (found.status !== 'listed') throw failed('publish.state', { status: found.status, needed: 'listed' });
  await tx
    .update(release)
    .set({ status: 'yanked' })
    .where(and(eq(release.orgId, orgId), eq(release.id, releaseId)));
  await appendAudit(tx, { orgId, actor: by, action: 'release.yank', target: `release:${releaseId}`, details: {} });
}
