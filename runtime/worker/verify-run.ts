import { and, eq } from 'drizzle-orm';
import type { Db, Tx } from '#drizzle/client.ts';
import { publisherKey, release } from '#drizzle/schema/index.ts';
import { PackageError } from '#marketplace/format/errors.ts';
import { open } from '#marketplace/format/package.ts';
import { proofHost, proveApp } from '#marketplace/review/prove-app.ts';
import { computing, modelsIn } from '#runtime/compute/answering.ts';
import { InputError } from '#runtime/files/input-error.ts';
import { type Measured, type MeasureRequest, measure } from '#runtime/replay/measure.ts';
import type { ProofReport } from '#runtime/replay/proof.ts';
import { ProofError, type ProofHost } from '#runtime/replay/prove.ts';
import type { ReplayTools } from './replay-graph.ts';

/** What a run of kind `verify` was asked: figures of a version on recorded data, or the proof of a stored release. */
export type VerifyRequest = MeasureRequest | { readonly mode: 'release' };

export interface Verified {
  readonly report: Measured | ProofReport;
  /** Also to be done in the transaction that keeps the report. */
  keep(tx: Tx): Promise<void>;
}

/**
 * Measures a version, or proves a release from its stored package: opened against the registered key of its publisher, its graph compiled with
 * the installed blocks, every run in an isolate of its own.
 * @throws `PackageError`, `ProofError`, `InputError`, `SandboxError`, `ReplayStopped`
 */
export async function verify(
  db: Db,
  row: { readonly releaseId: string | null; readonly request: VerifyRequest },
  { computer, ...tools }: Pick<ProofHost, 'createStepper' | 'signal' | 'onProgress'> & Pick<ReplayTools, 'computer'>,
): Promise<Verified> {
  if (row.request.mode === 'measure') {
    const files = new Map(Object.entries(row.request.files).map(([name, text]) => [name, new TextEncoder().encode(text)]));
    return { report: await measure(row.request, proofHost(files, tools)), keep: async () => {} };
  }
  if (row.releaseId === null) throw new Error('the run names no release');
  const [found] = await db.select().from(release).where(eq(release.id, row.releaseId));
  if (!found) throw new Error(`there is no release ${row.releaseId}`);
  const [key] = await db
    .select({ publicKey: publisherKey.publicKey })
    .from(publisherKey)
    .where(eq(publisherKey.publisher, found.publisher));
  const opened = open(found.pack, (name) => (name === found.publisher ? key?.publicKey : undefined));
  const models = await modelsIn([...opened.files].flatMap(([name, bytes]) => (name.endsWith('.onnx') ? [bytes] : [])));
  const report = await proveApp(opened.files, {
    ...tools,
    ...(computer ? { computing: computing(computer, found.publisher, models) } : {}),
  });
  return {
    report,
    async keep(tx) {
      // a package that was submitted anew meanwhile has a run of its own
      await tx
        .update(release)
        .set({ proof: { ...report }, status: report.pass ? 'in-review' : 'proof-failed' })
        .where(and(eq(release.id, found.id), eq(release.packHash, found.packHash), eq(release.status, 'proving')));
    },
  };
}

/** The release of a proof that could not be run; why stands with the run. */
export async function proofFailed(tx: Tx, releaseId: string): Promise<void> {
  await tx
    .update(release)
    .set({ proof: null, status: 'proof-failed' })
    .where(and(eq(release.id, releaseId), eq(release.status, 'proving')));
}

/** Errors of a proof or package that say themselves what to mend. */
export const isRefusal = (error: unknown): error is PackageError | ProofError | InputError =>
  error instanceof PackageError || error instanceof ProofError || error instanceof InputError;
