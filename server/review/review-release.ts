import { and, desc, eq, inArray, ne } from 'drizzle-orm';
import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { publisherKey, release } from '#drizzle/schema/index.ts';
import { PackageError } from '#marketplace/format/errors.ts';
import { PARTS } from '#marketplace/format/manifest.ts';
import { open, textPart } from '#marketplace/format/package.ts';
import { signBytes } from '#marketplace/format/signing.ts';
import { compareGraphs } from '#marketplace/review/compare.ts';
import type { ProofReport } from '#runtime/replay/proof.ts';
import type { Membership } from '../context.ts';
import { notFound } from '../errors.ts';
import { releaseColumns } from '../publish/list-releases.ts';
import { openPublisher } from '../publish/publisher.ts';
import { byVersion } from '../publish/submit-release.ts';
import { failed } from './errors.ts';

const WAITING = ['proving', 'proof-failed', 'in-review'] as const;

export function requirePlatform(org: Membership): void {
  if (!org.platform) throw failed('review.not-platform');
}

/** What waits for the reviewers, oldest first, then what was decided lately. */
export async function listForReview(tx: Tx) {
  const waiting = await tx
    .select(releaseColumns)
    .from(release)
    .where(inArray(release.status, [...WAITING]))
    .orderBy(release.createdAt);
  const decided = await tx
    .select(releaseColumns)
    .from(release)
    .where(inArray(release.status, ['listed', 'rejected', 'yanked']))
    .orderBy(desc(release.reviewedAt))
    .limit(50);
  return { waiting: waiting.map(withProof), decided: decided.map(withProof) };
}
const withProof = <T extends { proof: unknown }>(row: T) => ({ ...row, proof: row.proof as ProofReport | null });

/** All that a reviewer needs: what it says, what it may do, what its proof gave, and what changed against the last listed release. */
export async function readForReview(tx: Tx, releaseId: string) {
  const [row] = await tx
    .select({ ...releaseColumns, pack: release.pack })
    .from(release)
    .where(eq(release.id, releaseId));
  if (!row) throw notFound('Release', '发布');
  const { pack, ...facts } = row;
  const opened = await openChecked(tx, row.publisher, pack);
  const before = await lastListed(tx, row);
  return {
    ...withProof(facts),
    readme: { en: textPart(opened.files, PARTS.readme.en), zh: textPart(opened.files, PARTS.readme.zh) },
    graph: textPart(opened.files, PARTS.graph),
    files: [...opened.files].map(([name, bytes]) => ({ name, size: bytes.length })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    previous: before?.version ?? null,
    changes: compareGraphs(before ? textPart(open(before.pack).files, PARTS.graph) : null, textPart(opened.files, PARTS.graph)),
  };
}

export const decideReleaseInput = z.object({
  releaseId: z.uuid(),
  accept: z.boolean(),
  comment: z.string().max(4000).default(''),
});

/**
 * Accepts (countersigns with the platform's key and lists) or refuses. The package is opened and checked once more: what is signed is what
 * was proven.
 */
export async function decideRelease(
  tx: Tx,
  masterKey: string,
  org: Membership,
  by: string,
  input: z.infer<typeof decideReleaseInput>,
): Promise<void> {
  requirePlatform(org);
  const comment = input.comment.trim();
  if (!input.accept && comment === '') throw failed('review.comment-needed');
  const [row] = await tx
    .select({ status: release.status, pack: release.pack, packHash: release.packHash, publisher: release.publisher })
    .from(release)
    .where(eq(release.id, input.releaseId))
    .for('update');
  if (!row) throw notFound('Release', '发布');
  if (row.status !== 'in-review' && !(row.status === 'proof-failed' && !input.accept))
    throw failed('review.not-waiting', { status: row.status });
  let countersignature: string | null = null;
  if (input.accept) {
    const opened = await openChecked(tx, row.publisher, row.pack);
    if (opened.hash !== row.packHash) throw failed('review.altered', { reason: 'its hash differs.' });
    const platform = await openPublisher(tx, masterKey, org.orgId);
    countersignature = signBytes(new TextEncoder().encode(opened.hash), platform.privateKey);
  }
  await tx
    .update(release)
    .set({
      status: input.accept ? 'listed' : 'rejected',
      countersignature,
      reviewComment: comment === '' ? null : comment,
      reviewedBy: by,
      reviewedAt: new Date(),
    })
    .where(eq(release.id, input.releaseId));
  await appendAudit(tx, {
    orgId: org.orgId,
    actor: by,
    action: input.accept ? 'release.accept' : 'release.refuse',
    target: `release:${input.releaseId}`,
    details: { packHash: row.packHash, comment },
  });
}

/** Opens a stored package against the registered key of its publisher. */
export async function openChecked(tx: Tx, publisher: string, bytes: Uint8Array) {
  const [key] = await tx
    .select({ publicKey: publisherKey.publicKey })
    .from(publisherKey)
    .where(eq(publisherKey.publisher, publisher));
  try {
    return open(bytes, (name) => (name === publisher ? key?.publicKey : undefined));
  } catch (error) {
    if (error instanceof PackageError) throw failed('review.altered', { reason: error.message });
    throw error;
  }
}

async function lastListed(tx: Tx, row: { id: string; publisher: string; slug: string }) {
  const rows = await tx
    .select({ version: release.version, pack: release.pack })
    .from(release)
    .where(
      and(eq(release.publisher, row.publisher), eq(release.slug, row.slug), eq(release.status, 'listed'), ne(release.id, row.id)),
    );
  return rows.sort((a, b) => byVersion(a.version, b.version)).at(-1);
}
