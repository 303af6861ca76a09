import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { app, appVersion, release, run } from '#drizzle/schema/index.ts';
import { PackageError } from '#marketplace/format/errors.ts';
import { type AppManifest, licence, PACKAGE_FORMAT, PARTS, semanticVersion, slug } from '#marketplace/format/manifest.ts';
import { pack, sha256 } from '#marketplace/format/package.ts';
import { bilingual } from '#runtime/graph/document.ts';
import type { MeasureRequest } from '#runtime/replay/measure.ts';
import { falsifier, PROOF_FORMAT, type ProofDocument, proofCheck } from '#runtime/replay/proof.ts';
import { notFound } from '../errors.ts';
import { failed } from './errors.ts';
import { openPublisher } from './publisher.ts';

export const submitReleaseInput = z.object({
  /** A finished measuring run: its version and data are what is published. */
  measureRunId: z.uuid(),
  slug,
  version: semanticVersion,
  title: bilingual,
  summary: bilingual,
  /** Markdown. */
  readme: bilingual,
  scenarios: z.array(z.string()).default([]),
  licence: licence.default({ kind: 'free' }),
  checks: z.array(proofCheck).min(1),
  falsifiers: z.array(falsifier).min(1),
});

/**
 * Packs and signs a version with its proof and asks a worker to run the proof. Nothing is seen by others before the proof is green and a
 * reviewer has accepted it. A release whose proof failed or that was rejected may be submitted again under its version.
 */
export async function submitRelease(
  tx: Tx,
  masterKey: string,
  orgId: string,
  by: string,
  input: z.infer<typeof submitReleaseInput>,
): Promise<{ releaseId: string; runId: string }> {
  const [measured] = await tx
    .select({ status: run.status, request: run.request, report: run.report })
    .from(run)
    .where(and(eq(run.orgId, orgId), eq(run.id, input.measureRunId), eq(run.kind, 'verify')));
  if (!measured) throw notFound('Measuring run', '测量运行');
  if (measured.status !== 'done') throw failed('publish.not-measured');
  const request = measured.request as unknown as MeasureRequest;
  const capabilities = (measured.report as { capabilities?: string[] } | null)?.capabilities ?? [];
  const [version] = await tx
    .select({ graph: appVersion.graph, graphHash: appVersion.graphHash, screens: appVersion.screens, assetClass: app.assetClass })
    .from(appVersion)
    .leftJoin(app, eq(app.id, appVersion.appId))
    .where(and(eq(appVersion.orgId, orgId), eq(appVersion.id, request.versionId)));
  if (!version) throw notFound('Version', '版本');
  const publisher = await openPublisher(tx, masterKey, orgId);
  await requireHigherVersion(tx, orgId, input.slug, input.version);

  const manifest: AppManifest = {
    format: PACKAGE_FORMAT,
    publisher: publisher.publisher,
    slug: input.slug,
    version: input.version,
    title: input.title,
    summary: input.summary,
    scenarios: input.scenarios,
    licence: input.licence,
    capabilities: [...capabilities].sort(),
    ...(version.assetClass ? { assetClass: version.assetClass } : {}),
  };
  const proof: ProofDocument = {
    format: PROOF_FORMAT,
    runs: [
      {
        id: 'recorded',
        title: { en: 'On recorded data', zh: '基于记录数据' },
        inputs: { ...request.inputs },
        parameters: {},
        key: 'demo',
        checks: input.checks,
        falsifiers: input.falsifiers,
      },
    ],
  };
  const bytes = packOrRefuse(
    new Map([
      [PARTS.manifest, json(manifest)],
      // the very bytes that ran here: whoever installs it runs a graph of the same hash
      [PARTS.graph, text(version.graph)],
      [PARTS.screens, json(version.screens)],
      [PARTS.readme.en, text(input.readme.en)],
      [PARTS.readme.zh, text(input.readme.zh)],
      [PARTS.proof, json(proof)],
      ...Object.entries(request.files).map(([name, body]) => [`proof/${name}`, text(body)] as const),
    ]),
    publisher,
  );
  const values = {
    orgId,
    publisher: publisher.publisher,
    slug: input.slug,
    version: input.version,
    title: input.title,
    summary: input.summary,
    assetClass: version.assetClass,
    manifest: { ...manifest },
    graphHash: version.graphHash,
    pack: bytes,
    packHash: sha256(bytes),
    status: 'proving' as const,
    proof: null,
    countersignature: null,
    reviewComment: null,
    reviewedBy: null,
    reviewedAt: null,
    createdBy: by,
  };
  const [made] = await tx
    .insert(release)
    .values(values)
    .onConflictDoUpdate({ target: [release.publisher, release.slug, release.version], set: values })
    .returning({ id: release.id });
  if (!made) throw new Error('insert gave no row');
  const [proving] = await tx
    .insert(run)
    .values({ orgId, kind: 'verify', releaseId: made.id, request: { mode: 'release' }, createdBy: by })
    .returning({ id: run.id });
  if (!proving) throw new Error('insert gave no row');
  await appendAudit(tx, {
    orgId,
    actor: by,
    action: 'release.submit',
    target: `release:${made.id}`,
    details: { slug: input.slug, version: input.version, packHash: values.packHash },
  });
  return { releaseId: made.id, runId: proving.id };
}

/** A published number never changes its meaning; what was never listed may be corrected. */
async function requireHigherVersion(tx: Tx, orgId: string, name: string, version: string): Promise<void> {
  const rows = await tx
    .select({ version: release.version, status: release.status })
    .from(release)
    .where(and(eq(release.orgId, orgId), eq(release.slug, name)))
    .orderBy(desc(release.createdAt));
  const same = rows.find((row) => row.version === version);
  if (same && same.status !== 'proof-failed' && same.status !== 'rejected')
    throw failed('publish.version-taken', { slug: name, version });
  const newest = rows
    .filter((row) => row.status === 'listed' || row.status === 'yanked')
    .map((row) => row.version)
    .sort(byVersion)
    .at(-1);
  if (newest && byVersion(version, newest) <= 0) throw failed('publish.version-lower', { version, newest });
}

/** Ascending by the three numbers (Semantic Versioning 2.0.0, section 11; there are no pre-releases here). */
export function byVersion(a: string, b: string): number {
  const [x, y] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < 3; i++) {
    const difference = (x[i] ?? 0) - (y[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function packOrRefuse(files: ReadonlyMap<string, Uint8Array>, key: { publisher: string; publicKey: string; privateKey: string }) {
  try {
    return pack(files, key.publisher, key);
  } catch (error) {
    if (error instanceof PackageError) throw failed('publish.package', { reason: error.message });
    throw error;
  }
}

const text = (value: string) => new TextEncoder().encode(value);
const json = (value: unknown) => text(`${JSON.stringify(value, null, 2)}\n`);
