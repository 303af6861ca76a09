import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { installation, release } from '#drizzle/schema/index.ts';
import { flatDocument } from '#runtime/graph/subgraph.ts';
import type { ProofReport } from '#runtime/replay/proof.ts';
import { notFound } from '../errors.ts';
import { releaseColumns } from '../publish/list-releases.ts';
import { byVersion } from '../publish/submit-release.ts';
import { openRelease } from './open-release.ts';

export const browseInput = z.object({ search: z.string().max(200).default('') });

/** The newest listed release of every app, those that fit the search first; both languages are searched whatever the reader's is. */
export async function browseMarket(tx: Tx, orgId: string, input: z.infer<typeof browseInput>) {
  const rows = await tx.select(releaseColumns).from(release).where(eq(release.status, 'listed'));
  const newest = new Map<string, (typeof rows)[number]>();
  for (const row of rows) {
    const id = `${row.publisher}/${row.slug}`;
    const known = newest.get(id);
    if (!known || byVersion(row.version, known.version) > 0) newest.set(id, row);
  }
  const installed = new Set(
    (await tx.select({ releaseId: installation.releaseId }).from(installation).where(eq(installation.orgId, orgId))).map(
      (r) => r.releaseId,
    ),
  );
  const words = input.search.toLowerCase().split(/\s+/).filter(Boolean);
  return [...newest.values()]
    .filter((row) => {
      const text = `${row.title.en} ${row.title.zh} ${row.summary.en} ${row.summary.zh} ${row.slug} ${row.publisher} ${row.assetClass ?? ''}`;
      return words.every((word) => text.toLowerCase().includes(word));
    })
    .sort((a, b) => (a.title.en < b.title.en ? -1 : 1))
    .map((row) => ({ ...row, proof: row.proof as unknown as ProofReport | null, installed: installed.has(row.id) }));
}

export const listingInput = z.object({ publisher: z.string(), slug: z.string() });

/** One listing with its newest release opened: what it does, needs, may do and has proven. */
export async function readListing(tx: Tx, orgId: string, input: z.infer<typeof listingInput>) {
  const rows = await tx
    .select(releaseColumns)
    .from(release)
    .where(and(eq(release.publisher, input.publisher), eq(release.slug, input.slug), eq(release.status, 'listed')));
  const versions = rows.sort((a, b) => byVersion(b.version, a.version));
  const newest = versions[0];
  if (!newest) throw notFound('Listing', '应用');
  const opened = await openRelease(tx, newest.id);
  const mine = await tx
    .select({ id: installation.id })
    .from(installation)
    .where(and(eq(installation.orgId, orgId), eq(installation.releaseId, newest.id)));
  return {
    ...newest,
    proof: newest.proof as unknown as ProofReport | null,
    readme: opened.readme,
    roles: opened.graph.roles,
    parameters: opened.graph.parameters,
    capabilities: opened.capabilities,
    nodes: flatDocument(opened.graph).nodes.length,
    versions: versions.map(({ id, version, createdAt }) => ({ id, version, createdAt })),
    installations: mine.map((row) => row.id),
  };
}
