import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { and, eq } from 'drizzle-orm';
import { pack, readManifest, sha256 } from '#marketplace/format/package.ts';
import { signBytes } from '#marketplace/format/signing.ts';
import { proveApp } from '#marketplace/review/prove-app.ts';
import { readFolder } from '#marketplace/review/read-folder.ts';
import { createLocalStepper } from '#runtime/compile/local-stepper.ts';
import { openPublisher, registerPublisher } from '#server/publish/publisher.ts';
import type { Tx } from '../client.ts';
import { release } from '../schema/index.ts';

const PUBLISHER = 'millwright';
const BY = 'platform';
const APPS = path.join(import.meta.dirname, '..', '..', 'marketplace', 'apps');

/**
 * Packs, signs, proves and lists the product's own apps in the platform's organization. A package that is there already is left as it is, so a
 * repeated start proves nothing anew; a listed version is never replaced, also when its folder has changed since.
 * @throws when a proof is red: an app that does not hold is not listed
 */
export async function seedMarket(tx: Tx, masterKey: string, platformOrgId: string): Promise<void> {
  await registerPublisher(tx, masterKey, platformOrgId, BY, { publisher: PUBLISHER });
  const key = await openPublisher(tx, masterKey, platformOrgId);
  const entries = await readdir(APPS, { withFileTypes: true });
  for (const entry of entries.filter((one) => one.isDirectory())) {
    const files = await readFolder(path.join(APPS, entry.name));
    const manifest = readManifest(files);
    const [present] = await tx
      .select({ id: release.id })
      .from(release)
      .where(and(eq(release.publisher, PUBLISHER), eq(release.slug, manifest.slug), eq(release.version, manifest.version)));
    if (present) continue;
    // our own code: it needs no isolate
    const report = await proveApp(files, { createStepper: async (program) => createLocalStepper(program) });
    if (!report.pass) throw new Error(`the proof of ${manifest.slug} ${manifest.version} is red: run "mw verify" on its folder`);
    const bytes = pack(files, PUBLISHER, key);
    const packHash = sha256(bytes);
    await tx.insert(release).values({
      orgId: platformOrgId,
      publisher: PUBLISHER,
      slug: manifest.slug,
      version: manifest.version,
      title: manifest.title,
      summary: manifest.summary,
      assetClass: manifest.assetClass ?? null,
      manifest: { ...manifest },
      graphHash: report.graphHash,
      pack: bytes,
      packHash,
      countersignature: signBytes(new TextEncoder().encode(packHash), key.privateKey),
      status: 'listed',
      proof: { ...report },
      reviewedBy: BY,
      reviewedAt: new Date(),
      createdBy: BY,
    });
  }
}
