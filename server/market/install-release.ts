import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { appVersion, asset, installation, latest, tag } from '#drizzle/schema/index.ts';
import { candidates, suggestForAsset } from '#marketplace/install/suggest.ts';
import { assetClassName } from '#runtime/graph/asset-classes.ts';
import type { AppParameter } from '#runtime/graph/document.ts';
import { bindingsInput } from '../apps/bind-draft.ts';
import { notFound } from '../errors.ts';
import { checkBindings, conversionOf } from '../installs/check-bindings.ts';
import { placeInstance } from '../installs/place-instance.ts';
import { failed } from './errors.ts';
import { type OpenedRelease, openRelease } from './open-release.ts';

export const planInstallInput = z.object({ releaseId: z.uuid(), assetId: z.uuid().optional() });

/** What an installation needs, with a proposal: assets of the class, and for the chosen one candidates per role, best first. */
export async function planInstall(tx: Tx, orgId: string, input: z.infer<typeof planInstallInput>) {
  const opened = await openRelease(tx, input.releaseId);
  const assets = await tx
    .select({ id: asset.id, code: asset.code, name: asset.name, assetClass: asset.assetClass })
    .from(asset)
    .where(eq(asset.orgId, orgId))
    .orderBy(asset.code);
  const fitting = assets.filter((one) => !opened.assetClass || one.assetClass === opened.assetClass);
  const chosen = input.assetId ? assets.find((one) => one.id === input.assetId) : fitting[0];
  if (input.assetId && !chosen) throw notFound('Asset', '资产');
  const rows = await tx.select().from(tag).where(eq(tag.orgId, orgId));
  const newest = new Map(
    rows.length === 0
      ? []
      : (
          await tx
            .select()
            .from(latest)
            .where(
              and(
                eq(latest.orgId, orgId),
                inArray(
                  latest.tagId,
                  rows.map((row) => row.id),
                ),
              ),
            )
        ).map((row) => [row.tagId, row] as const),
  );
  const [own, beside] = [true, false].map((is) => rows.filter((row) => (row.assetId === chosen?.id) === is));
  const suggested = suggestForAsset(opened.graph.roles, own ?? [], beside ?? [], conversionOf);
  return {
    assets: fitting,
    assetId: chosen?.id ?? null,
    assetClass: opened.assetClass,
    capabilities: opened.capabilities,
    parameters: opened.graph.parameters,
    roles: opened.graph.roles.map((role) => ({
      ...role,
      suggested: suggested[role.name]?.tagId ?? null,
      candidates: candidates(role, rows, conversionOf).map((candidate) => {
        const row = rows.find((one) => one.id === candidate.tagId);
        const now = newest.get(candidate.tagId);
        return {
          ...candidate,
          name: row?.name ?? '',
          unit: row?.unit ?? null,
          own: row?.assetId === chosen?.id,
          staleAfterMs: row?.staleAfterMs ?? 5000,
          now: now ? { value: now.value, time: now.time, quality: now.quality, simulated: now.origin === 'simulated' } : null,
        };
      }),
    })),
  };
}

export const installReleaseInput = z.object({
  releaseId: z.uuid(),
  assetId: z.uuid(),
  bindings: bindingsInput,
  parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).default({}),
  /** Capabilities that the person agrees to. */
  grants: z.array(z.string()),
});

/** Installs a listed release on an asset: the graph as published, bound to the asset's tags. Whole or not at all. */
export async function installRelease(tx: Tx, orgId: string, by: string, input: z.infer<typeof installReleaseInput>) {
  const opened = await openRelease(tx, input.releaseId);
  const [target] = await tx
    .select({ id: asset.id, code: asset.code, assetClass: asset.assetClass })
    .from(asset)
    .where(and(eq(asset.orgId, orgId), eq(asset.id, input.assetId)));
  if (!target) throw notFound('Asset', '资产');
  if (opened.assetClass && target.assetClass !== opened.assetClass)
    throw failed('market.asset-class', {
      wanted: assetClassName(opened.assetClass),
      asset: target.code,
      is: target.assetClass ? assetClassName(target.assetClass) : '–',
    });
  const missing = opened.capabilities.filter((capability) => !input.grants.includes(capability));
  if (missing.length > 0) throw failed('market.grants', { capabilities: missing.join(', ') });
  const { bindings, tags } = await checkBindings(tx, orgId, opened.graph.roles, input.bindings, target.code);
  const parameters = checkParameters(opened.graph.parameters, input.parameters);
  const versionId = await ownVersion(tx, orgId, by, opened);
  const [made] = await tx
    .insert(installation)
    .values({
      orgId,
      releaseId: opened.id,
      name: opened.title,
      versionId,
      parameters,
      grants: opened.capabilities.map((capability) => ({ capability, by, at: new Date().toISOString() })),
      createdBy: by,
    })
    .returning({ id: installation.id });
  if (!made) throw new Error('insert gave no row');
  const lanes = [...tags.values()].flatMap((row) => (row.laneId === null ? [] : [row.laneId]));
  const { instanceId } = await placeInstance(tx, { orgId, installationId: made.id, versionId, asset: target, bindings, lanes });
  await appendAudit(tx, {
    orgId,
    actor: by,
    action: 'app.install',
    target: `installation:${made.id}`,
    details: {
      releaseId: opened.id,
      version: opened.version,
      graphHash: opened.graphHash,
      asset: target.code,
      grants: opened.capabilities,
    },
  });
  return { installationId: made.id, instanceId, screen: opened.screens[0]?.id ?? null };
}

/** The release as a version of this organization; installing it on a second asset uses the same one. */
async function ownVersion(tx: Tx, orgId: string, by: string, opened: OpenedRelease): Promise<string> {
  const [present] = await tx
    .select({ id: appVersion.id })
    .from(appVersion)
    .where(and(eq(appVersion.orgId, orgId), eq(appVersion.releaseId, opened.id)));
  if (present) return present.id;
  const [made] = await tx
    .insert(appVersion)
    .values({
      orgId,
      releaseId: opened.id,
      name: opened.title,
      version: opened.version,
      graph: opened.graphText,
      graphHash: opened.graphHash,
      screens: opened.screens,
      createdBy: by,
    })
    .returning({ id: appVersion.id });
  if (!made) throw new Error('insert gave no row');
  return made.id;
}

/** Values within type, range and options; what is not given keeps its default. */
export function checkParameters(
  declared: readonly AppParameter[],
  given: Readonly<Record<string, number | boolean | string>>,
): Record<string, number | boolean | string> {
  const known = declared.map((parameter) => parameter.key);
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) throw failed('market.parameter-unknown', { name: unknown, known: known.join(', ') || '-' });
  const values: Record<string, number | boolean | string> = {};
  for (const parameter of declared) {
    const value = given[parameter.key];
    if (value === undefined) continue;
    const needed = misfitOf(parameter, value);
    if (needed) throw failed('market.parameter', { name: parameter.title, needed });
    values[parameter.key] = value;
  }
  return values;
}

function misfitOf(parameter: AppParameter, value: number | boolean | string): { en: string; zh: string } | undefined {
  switch (parameter.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : { en: 'yes or no', zh: '是或否' };
    case 'text':
      if (typeof value !== 'string') return { en: 'a text', zh: '文本' };
      if (parameter.options && !parameter.options.includes(value)) {
        const list = parameter.options.join(', ');
        return { en: `one of ${list}`, zh: `以下之一：${list}` };
      }
      return undefined;
    default: {
      if (typeof value !== 'number' || !Number.isFinite(value)) return { en: 'a number', zh: '数字' };
      if (parameter.type === 'integer' && !Number.isInteger(value)) return { en: 'a whole number', zh: '整数' };
      const [low, high] = parameter.range ?? [-Infinity, Infinity];
      const unit = parameter.unit ? ` ${parameter.unit}` : '';
      if (value < low || value > high) return { en: `between ${low} and ${high}${unit}`, zh: ` ${low} 至 ${high}${unit} 之间` };
      return undefined;
    }
  }
}
