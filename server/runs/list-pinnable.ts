import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { and, desc, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { deadLetter, installation, instance } from '#drizzle/schema/index.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { unpack } from '#runtime/log/entry.ts';
import { proofDocument } from '#runtime/replay/proof.ts';
import { sayLetter } from '../effects/say-reasons.ts';
import { notFound } from '../errors.ts';

export interface SampleData {
  readonly slug: string;
  readonly run: string;
  readonly title: Bilingual;
  /** Roles for which it has values. */
  readonly roles: readonly string[];
}

/** What the platform's apps are proven with, for graphs that have roles of the same names. */
export async function listSampleData(): Promise<SampleData[]> {
  const folder = join(process.cwd(), 'marketplace', 'apps');
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const found = await Promise.all(
    names.map(async ({ name: slug }) => {
      const text = await readFile(join(folder, slug, 'proof', 'proof.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (text === undefined) return [];
      return proofDocument
        .parse(JSON.parse(text))
        .runs.map(({ id, title, inputs }): SampleData => ({ slug, run: id, title, roles: Object.keys(inputs) }));
    }),
  );
  return found.flat();
}

const MOST = 50;
/** What led to a failure is looked at too: windows and filters are warm by then. */
const BEFORE_MS = 15 * 60_000;
const AFTER_MS = 1_000;

/** Records that the running app could not pass, newest first, each with the stretch of time to look at. */
export async function listFailures(tx: Tx, orgId: string, appId: string) {
  const rows = await tx
    .select({ ...letter, instanceId: deadLetter.instanceId })
    .from(deadLetter)
    .innerJoin(instance, eq(instance.id, deadLetter.instanceId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(deadLetter.orgId, orgId), eq(installation.appId, appId), isNull(deadLetter.settled)))
    .orderBy(desc(deadLetter.createdAt))
    .limit(MOST);
  return rows.map(told);
}

export const failureInput = z.object({ id: z.uuid() });
/** One such record with what it takes to run a draft on its input: the machine, its tags, the time until it failed. */
export async function readFailure(tx: Tx, orgId: string, { id }: z.infer<typeof failureInput>) {
  const [row] = await tx
    .select({
      ...letter,
      instanceId: deadLetter.instanceId,
      appId: installation.appId,
      assetId: instance.assetId,
      roles: instance.bindings,
    })
    .from(deadLetter)
    .innerJoin(instance, eq(instance.id, deadLetter.instanceId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(deadLetter.orgId, orgId), eq(deadLetter.id, id)));
  if (!row) throw notFound('The record', '该记录');
  return { ...told(row), appId: row.appId, assetId: row.assetId, roles: row.roles };
}

const letter = {
  id: deadLetter.id,
  node: deadLetter.node,
  key: deadLetter.key,
  reason: deadLetter.reason,
  line: deadLetter.line,
  laneId: deadLetter.laneId,
  entry: deadLetter.entry,
  createdAt: deadLetter.createdAt,
};

function told(row: {
  id: string;
  node: string | null;
  key: string | null;
  reason: string;
  line: number | null;
  laneId: number | null;
  entry: Uint8Array | null;
  createdAt: Date;
}) {
  const { id, node, key, line, createdAt } = row;
  const at = timeOf(row.entry) ?? createdAt.getTime();
  return {
    id,
    node,
    key,
    line,
    ...sayLetter(row),
    /** Event time of its newest record, else when it was set aside; epoch ms. */
    at,
    window: { from: at - BEFORE_MS, to: at + AFTER_MS },
  };
}

function timeOf(bytes: Uint8Array | null): number | undefined {
  if (!bytes) return undefined;
  const entry = unpack(bytes);
  return entry.kind === 'samples' && entry.n > 0 ? Math.max(...entry.time.subarray(0, entry.n)) : entry.at;
}
