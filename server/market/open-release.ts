import { and, eq } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { organization, publisherKey, release } from '#drizzle/schema/index.ts';
import { PackageError } from '#marketplace/format/errors.ts';
import { PARTS } from '#marketplace/format/manifest.ts';
import { open, textPart } from '#marketplace/format/package.ts';
import { verifyBytes } from '#marketplace/format/signing.ts';
import type { GraphDocument } from '#runtime/graph/document.ts';
import { parseGraph } from '#runtime/graph/parse.ts';
import { readScreens, type ScreenDocument } from '#runtime/graph/screens.ts';
import { notFound } from '../errors.ts';
import { failed } from './errors.ts';

export interface OpenedRelease {
  readonly id: string;
  readonly version: string;
  readonly graphHash: string;
  readonly assetClass: string | null;
  readonly title: { readonly en: string; readonly zh: string };
  readonly capabilities: readonly string[];
  /** The publisher's bytes, which installation never edits. */
  readonly graphText: string;
  readonly graph: GraphDocument;
  readonly screens: ScreenDocument[];
  readonly readme: { readonly en: string; readonly zh: string };
}

/** A listed release with its package opened and both signatures checked: the publisher's and the platform's. */
export async function openRelease(tx: Tx, releaseId: string): Promise<OpenedRelease> {
  const [row] = await tx
    .select()
    .from(release)
    .where(and(eq(release.id, releaseId), eq(release.status, 'listed')));
  if (!row) throw notFound('Release', '发布');
  const keys = await tx
    .select({ publisher: publisherKey.publisher, publicKey: publisherKey.publicKey, platform: organization.platform })
    .from(publisherKey)
    .innerJoin(organization, eq(organization.id, publisherKey.orgId));
  const opened = (() => {
    try {
      return open(row.pack, (name) => keys.find((key) => key.publisher === name)?.publicKey);
    } catch (error) {
      if (error instanceof PackageError) throw failed('market.altered', { reason: error.message });
      throw error;
    }
  })();
  const accepted = new TextEncoder().encode(opened.hash);
  const countersigned = keys.some((key) => key.platform && verifyBytes(accepted, row.countersignature ?? '', key.publicKey));
  if (!countersigned) throw failed('market.altered', { reason: 'the countersignature does not fit.' });
  const graphText = textPart(opened.files, PARTS.graph);
  const parsed = parseGraph(graphText);
  if (!parsed.ok) throw failed('market.altered', { reason: parsed.problems[0]?.message.en ?? 'it holds no graph.' });
  return {
    id: row.id,
    version: row.version,
    graphHash: row.graphHash,
    assetClass: row.assetClass,
    title: row.title,
    capabilities: opened.manifest.capabilities,
    graphText,
    graph: parsed.document,
    screens: screensOf(textPart(opened.files, PARTS.screens)),
    readme: { en: textPart(opened.files, PARTS.readme.en), zh: textPart(opened.files, PARTS.readme.zh) },
  };
}

function screensOf(text: string): ScreenDocument[] {
  try {
    return readScreens(text);
  } catch (error) {
    throw failed('market.altered', { reason: `${PARTS.screens}: ${error instanceof Error ? error.message : 'unreadable'}` });
  }
}
