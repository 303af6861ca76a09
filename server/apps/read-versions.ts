import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { appEdit, appVersion, installation, instance, user } from '#drizzle/schema/index.ts';
import type { Change } from '#runtime/graph/changes.ts';
import { notFound } from '../errors.ts';

/** Versions of this draft, deployed or named, newest first, with who made them and on how many assets each runs. */
export async function listVersions(tx: Tx, orgId: string, appId: string) {
  return tx
    .select({
      id: appVersion.id,
      version: appVersion.version,
      label: appVersion.label,
      graphHash: appVersion.graphHash,
      by: user.name,
      createdAt: appVersion.createdAt,
      running: sql<number>`(select count(*)::int from ${instance} join ${installation} on ${installation.id} = ${instance.installationId}
        where ${installation.orgId} = ${orgId} and ${instance.versionId} = ${appVersion.id})`,
    })
    .from(appVersion)
    .leftJoin(user, eq(user.id, appVersion.createdBy))
    .where(and(eq(appVersion.orgId, orgId), eq(appVersion.appId, appId)))
    .orderBy(desc(appVersion.createdAt));
}

/** A version's graph and screens, to look at, to compare or to go back to. */
export async function getVersion(tx: Tx, orgId: string, versionId: string) {
  const [version] = await tx
    .select({
      id: appVersion.id,
      version: appVersion.version,
      graph: appVersion.graph,
      screens: appVersion.screens,
      createdAt: appVersion.createdAt,
    })
    .from(appVersion)
    .where(and(eq(appVersion.orgId, orgId), eq(appVersion.id, versionId)));
  if (!version) throw notFound('Version', '版本');
  return version;
}

export const editHistoryInput = z.object({
  appId: z.uuid(),
  /** One node's, else everything's. */
  node: z.string().max(200).optional(),
  /** Entries before this revision. */
  before: z.number().int().optional(),
});
export interface EditPlace {
  /** `nodes`, `wires`, `roles`, `parameters`, `outputs`, `subgraphs`, `screens` … */
  readonly what: string;
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  /** Names of what was changed in it: `params.seconds`. */
  readonly fields: readonly string[];
}
export interface EditEntry {
  readonly revision: number;
  readonly by: string | null;
  readonly at: Date;
  readonly places: readonly EditPlace[];
}
const PAGE = 100;
/** Places named of one edit; an import changes thousands. */
const PLACES = 20;

/** Who changed what and when, newest first. */
export async function readEditHistory(tx: Tx, orgId: string, input: z.infer<typeof editHistoryInput>): Promise<EditEntry[]> {
  const { appId, node, before } = input;
  const rows = await tx
    .select({ revision: appEdit.revision, by: user.name, at: appEdit.createdAt, changes: appEdit.changes })
    .from(appEdit)
    .leftJoin(user, eq(user.id, appEdit.by))
    .where(
      and(
        eq(appEdit.orgId, orgId),
        eq(appEdit.appId, appId),
        before === undefined ? undefined : lt(appEdit.revision, before),
        node === undefined
          ? undefined
          : sql`exists (select from jsonb_array_elements(${appEdit.changes}) c where c->'at'->>1 = 'nodes' and c->'at'->>2 = ${node})`,
      ),
    )
    .orderBy(desc(appEdit.revision))
    .limit(PAGE);
  return rows.map(({ changes, ...row }) => ({ ...row, places: placesOf(changes) }));
}

export function placesOf(changes: readonly Change[]): EditPlace[] {
  const found = new Map<string, { what: string; name: string; change: EditPlace['change']; fields: string[] }>();
  for (const { at, was, to, order } of changes) {
    const [root = '', ...rest] = at;
    const [what = root, name = '', ...inner] = root === 'screens' ? ['screens', ...rest] : rest;
    if (order) continue;
    const id = `${what}/${name}`;
    const layout = inner[0] === 'position';
    const change =
      inner.length > 0 ? (layout ? 'moved' : 'changed') : was === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
    const entry = found.get(id) ?? { what, name, change, fields: [] };
    if (entry.change === 'moved') entry.change = change;
    if (inner.length > 0 && !layout) entry.fields.push(inner.join('.'));
    found.set(id, entry);
  }
  return [...found.values()].slice(0, PLACES);
}
