import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { app, appVersion, installation, instance } from '#drizzle/schema/index.ts';
import { defaultScreen } from '#runtime/graph/default-screen.ts';
import { recordAudit } from '../audit/record-audit.ts';
import type { User } from '../context.ts';
import { notFound } from '../errors.ts';
import { checkBindings } from '../installs/check-bindings.ts';
import { placeInstance } from '../installs/place-instance.ts';
import { bindingsInput, ownAsset } from './bind-draft.ts';
import { requireRunnable } from './check-draft.ts';
import { failed } from './errors.ts';
import { nextVersion } from './name-version.ts';
import { requireSplittable } from './set-shards.ts';

export const deployInput = z.object({
  appId: z.uuid(),
  /** The revision whose effects were shown; another one is refused. */
  revision: z.number().int(),
  assetId: z.uuid(),
  roles: bindingsInput,
  /** Capabilities that the deployer agreed to. */
  grants: z.array(z.string()),
  parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).default({}),
});

/**
 * Puts the draft live on an asset: an immutable version of its bytes, the installation with its grants, the instance with its shard.
 * The same graph again makes no new version. Everything or nothing; workers are woken when it commits.
 */
export async function deployApp(tx: Tx, orgId: string, user: User, input: z.infer<typeof deployInput>) {
  const [draft] = await tx
    .select()
    .from(app)
    .where(and(eq(app.id, input.appId), eq(app.orgId, orgId)))
    .for('update');
  if (!draft) throw notFound('App', '应用');
  if (draft.revision !== input.revision) throw failed('app.conflict', { revision: draft.revision });
  const check = requireRunnable(draft.graph);
  const missing = check.capabilities.filter((capability) => !input.grants.includes(capability));
  if (missing.length > 0) throw failed('app.grants-missing', { capabilities: missing.join(', ') });
  const asset = await ownAsset(tx, orgId, input.assetId);
  const { bindings, tags } = await checkBindings(tx, orgId, draft.graph.roles, input.roles, asset.code);

  const screens = draft.screens.length > 0 ? draft.screens : [defaultScreen(draft.graph, check.outputs, draft.name)];
  const versionId = await keepVersion(tx, orgId, user.id, draft, check, screens);
  const grants = check.capabilities.map((capability) => ({ capability, by: user.id, at: new Date().toISOString() }));
  const installationId = await keepInstallation(tx, orgId, user.id, draft, {
    versionId,
    grants,
    parameters: input.parameters,
  });
  const [present] = await tx
    .select({ shards: instance.shards })
    .from(instance)
    .where(and(eq(instance.orgId, orgId), eq(instance.installationId, installationId), eq(instance.assetId, asset.id)));
  if (present) requireSplittable(draft.graph, input.parameters, present.shards);
  const lanes = [...tags.values()].flatMap((tag) => (tag.laneId === null ? [] : [tag.laneId]));
  const { instanceId } = await placeInstance(tx, { orgId, installationId, versionId, asset, bindings, lanes });
  await tx
    .update(app)
    .set({ binding: { assetId: asset.id, roles: bindings } })
    .where(eq(app.id, draft.id));
  await recordAudit(tx, {
    orgId,
    actor: user.id,
    action: 'app.deploy',
    target: draft.id,
    details: { asset: asset.code, graphHash: check.hash, grants: check.capabilities, versionId, instanceId },
  });
  return { installationId, instanceId, versionId, screen: screens[0]?.id ?? null };
}

type Draft = typeof app.$inferSelect;

async function keepVersion(
  tx: Tx,
  orgId: string,
  by: string,
  draft: Draft,
  check: ReturnType<typeof requireRunnable>,
  screens: Draft['screens'],
): Promise<string> {
  const [newest] = await tx
    .select({ id: appVersion.id, hash: appVersion.graphHash, screens: appVersion.screens })
    .from(appVersion)
    .where(and(eq(appVersion.orgId, orgId), eq(appVersion.appId, draft.id)))
    .orderBy(desc(appVersion.createdAt))
    .limit(1);
  if (newest && newest.hash === check.hash && JSON.stringify(newest.screens) === JSON.stringify(screens)) return newest.id;
  const [version] = await tx
    .insert(appVersion)
    .values({
      orgId,
      appId: draft.id,
      name: draft.name,
      version: await nextVersion(tx, orgId, draft.id),
      revision: draft.revision,
      graph: check.text,
      graphHash: check.hash,
      screens,
      createdBy: by,
    })
    .returning({ id: appVersion.id });
  if (!version) throw new Error('insert gave no row');
  return version.id;
}

async function keepInstallation(
  tx: Tx,
  orgId: string,
  by: string,
  draft: Draft,
  state: Pick<typeof installation.$inferInsert, 'versionId' | 'grants' | 'parameters'>,
): Promise<string> {
  const [present] = await tx
    .select({ id: installation.id })
    .from(installation)
    .where(and(eq(installation.orgId, orgId), eq(installation.appId, draft.id)))
    .for('update');
  if (present) {
    await tx
      .update(installation)
      .set({ ...state, name: draft.name, updatedAt: new Date() })
      .where(eq(installation.id, present.id));
    return present.id;
  }
  const [made] = await tx
    .insert(installation)
    .values({ orgId, appId: draft.id, name: draft.name, createdBy: by, ...state })
    .returning({ id: installation.id });
  if (!made) throw new Error('insert gave no row');
  return made.id;
}
