import { and, count, desc, eq, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { app, appVersion, installation, instance } from '#drizzle/schema/index.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { notFound } from '../errors.ts';

export interface AppRow {
  readonly id: string;
  readonly slug: string;
  readonly name: Bilingual;
  readonly nodes: number;
  readonly updatedAt: Date;
  /** Instances that run a version of it. */
  readonly instances: number;
}

/** Drafts of the organization, last edited first. */
export async function listApps(tx: Tx, orgId: string): Promise<AppRow[]> {
  const running = tx
    .select({ appId: installation.appId, instances: count(instance.id).as('instances') })
    .from(installation)
    .innerJoin(instance, eq(instance.installationId, installation.id))
    .where(eq(installation.orgId, orgId))
    .groupBy(installation.appId)
    .as('running');
  return tx
    .select({
      id: app.id,
      slug: app.slug,
      name: app.name,
      nodes: sql<number>`jsonb_array_length(${app.graph}->'nodes')`,
      updatedAt: app.updatedAt,
      instances: sql<number>`coalesce(${running.instances}, 0)::int`,
    })
    .from(app)
    .leftJoin(running, eq(running.appId, app.id))
    .where(eq(app.orgId, orgId))
    .orderBy(desc(app.updatedAt));
}

/** A draft with all that the studio needs to open it, and where a version of it runs. */
export async function getApp(tx: Tx, orgId: string, appId: string) {
  const [draft] = await tx
    .select({
      id: app.id,
      slug: app.slug,
      name: app.name,
      summary: app.summary,
      graph: app.graph,
      screens: app.screens,
      binding: app.binding,
      revision: app.revision,
      updatedAt: app.updatedAt,
    })
    .from(app)
    .where(and(eq(app.id, appId), eq(app.orgId, orgId)));
  if (!draft) throw notFound('App', '应用');
  const installed = await tx
    .select({
      installationId: installation.id,
      instanceId: instance.id,
      assetId: instance.assetId,
      status: instance.status,
      versionId: instance.versionId,
      version: appVersion.version,
      graphHash: appVersion.graphHash,
      bindings: instance.bindings,
      parameters: installation.parameters,
    })
    .from(installation)
    .innerJoin(instance, eq(instance.installationId, installation.id))
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .where(and(eq(installation.orgId, orgId), eq(installation.appId, appId)))
    .orderBy(desc(instance.updatedAt));
  return { ...draft, installed };
}
