import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { appVersion, asset, installation, instance, lane, series, shard, tag } from '#drizzle/schema/index.ts';
import { type GraphDocument, graphDocument } from '#runtime/graph/document.ts';
import { readForms } from '#runtime/graph/forms.ts';
import { conversion } from '#runtime/units/units.ts';
import { checkDraft } from '../apps/check-draft.ts';
import { notFound } from '../errors.ts';
import { machinesOf } from './leases.ts';

export const screenInput = z.object({
  installationId: z.uuid(),
  screenId: z.string().max(80),
  /** Absent: the first by key. */
  instanceId: z.uuid().optional(),
});

/** Installed apps that have screens, with their instances. */
export async function listScreens(tx: Tx, orgId: string) {
  const rows = await tx
    .select({ id: installation.id, name: installation.name, screens: appVersion.screens })
    .from(installation)
    .innerJoin(appVersion, eq(appVersion.id, installation.versionId))
    .where(eq(installation.orgId, orgId))
    .orderBy(asc(installation.createdAt));
  const instances = rows.length
    ? await tx
        .select({
          id: instance.id,
          installationId: instance.installationId,
          key: instance.key,
          asset: asset.name,
          status: instance.status,
        })
        .from(instance)
        .leftJoin(asset, eq(asset.id, instance.assetId))
        .where(
          and(
            eq(instance.orgId, orgId),
            inArray(
              instance.installationId,
              rows.map((r) => r.id),
            ),
          ),
        )
        .orderBy(asc(instance.key))
    : [];
  return rows.map((row) => ({
    ...row,
    screens: row.screens.map(({ id, title, widgets }) => ({ id, title, widgets: widgets.length })),
    instances: instances.filter((i) => i.installationId === row.id),
  }));
}

/** Everything that a screen needs besides live values: its document, its instance, its forms, its series. */
export async function readScreen(tx: Tx, orgId: string, input: z.infer<typeof screenInput>) {
  const [installed] = await tx
    .select({
      id: installation.id,
      name: installation.name,
      parameters: installation.parameters,
      versionId: installation.versionId,
    })
    .from(installation)
    .where(and(eq(installation.id, input.installationId), eq(installation.orgId, orgId)));
  if (!installed) throw notFound('App', '应用');
  const instances = await tx
    .select({
      id: instance.id,
      key: instance.key,
      assetId: instance.assetId,
      asset: asset.name,
      versionId: instance.versionId,
      bindings: instance.bindings,
    })
    .from(instance)
    .leftJoin(asset, eq(asset.id, instance.assetId))
    .where(and(eq(instance.orgId, orgId), eq(instance.installationId, installed.id)))
    .orderBy(asc(instance.key));
  const chosen = input.instanceId ? instances.find((i) => i.id === input.instanceId) : instances[0];
  if (input.instanceId && !chosen) throw notFound('Instance', '实例');
  const [version] = await tx
    .select({ version: appVersion.version, graph: appVersion.graph, screens: appVersion.screens })
    .from(appVersion)
    .where(and(eq(appVersion.id, chosen?.versionId ?? installed.versionId), eq(appVersion.orgId, orgId)));
  const screen = version?.screens.find((s) => s.id === input.screenId);
  if (!version || !screen) throw notFound('Screen', '画面');
  const graph = graphDocument.safeParse(JSON.parse(version.graph));
  const document = graph.success ? graph.data : undefined;
  const known = chosen
    ? await tx
        .select({
          id: series.id,
          output: series.output,
          column: series.column,
          key: series.key,
          type: series.type,
          unit: series.unit,
        })
        .from(series)
        .where(and(eq(series.orgId, orgId), eq(series.instanceId, chosen.id)))
        .orderBy(asc(series.id))
    : [];
  const forms = document ? readForms(document, installed.parameters) : [];
  return {
    installation: { id: installed.id, name: installed.name, version: version.version },
    screens: version.screens.map(({ id, title }) => ({ id, title })),
    screen,
    instance: chosen ? { id: chosen.id, key: chosen.key, asset: chosen.asset } : null,
    instances: instances.map(({ id, key, asset: name }) => ({ id, key, asset: name })),
    /** Where a person may take control. */
    machines: chosen ? await machinesOf(tx, orgId, chosen) : [],
    outputs: document ? outputsOf(document) : [],
    /** With the tag that a form's entry is written to, so that a faceplate shows what the machine has now. */
    forms: await Promise.all(
      forms.map(async (form) => {
        const role = form.writes[0];
        const bound = role && chosen ? chosen.bindings[role] : undefined;
        const [target] = bound
          ? await tx
              .select({ id: tag.id, name: tag.name, unit: tag.unit, staleAfterMs: tag.staleAfterMs })
              .from(tag)
              .where(and(eq(tag.orgId, orgId), eq(tag.id, bound.tagId)))
          : [];
        return { ...form, target: target ? { ...target, toForm: inUnitOf(form.unit, target.unit) } : null };
      }),
    ),
    series: known,
  };
}

/** What leaves the graph, in its own words, with type, unit and words of each column. */
function outputsOf(document: GraphDocument) {
  const known = new Map(checkDraft(document).outputs.map((output) => [output.name, output]));
  return document.outputs.map(({ name, title }) => {
    const output = known.get(name);
    const columns = Object.entries(output?.schema.columns ?? {}).map(
      ([column, { type, unit }]) => [column, { type, unit: unit ?? null, title: output?.words[column] ?? null }] as const,
    );
    return { name, title: title ?? null, columns: Object.fromEntries(columns) };
  });
}

/** How the tag's value becomes one in the unit that people enter: what is and what is wanted are compared in one unit, or not at all. */
function inUnitOf(form: string, tagUnit: string | null): { gain: number; offset: number } | null {
  if (tagUnit === null || tagUnit === form) return { gain: 1, offset: 0 };
  const found = conversion(tagUnit, form);
  return found.ok ? { gain: found.gain, offset: found.offset } : null;
}

export type ScreenFacts = Awaited<ReturnType<typeof readScreen>>;

/** An instance of this organization with what is needed to speak to it. */
export async function requireInstance(tx: Tx, orgId: string, instanceId: string) {
  const [row] = await tx
    .select({
      id: instance.id,
      key: instance.key,
      wanted: instance.wanted,
      status: instance.status,
      reason: instance.reason,
      bindings: instance.bindings,
      assetId: instance.assetId,
      graph: appVersion.graph,
      parameters: installation.parameters,
      installationId: installation.id,
    })
    .from(instance)
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(instance.id, instanceId), eq(instance.orgId, orgId)));
  if (!row) throw notFound('Instance', '实例');
  return row;
}

/** Shards of an instance, and the organization's control lane: how far entries of people are consumed. */
export async function readShards(tx: Tx, orgId: string, instanceId: string) {
  const shards = await tx
    .select({ id: shard.id, outLane: shard.outLane, lanes: shard.lanes, cursor: shard.cursor, leaseUntil: shard.leaseUntil })
    .from(shard)
    .where(and(eq(shard.orgId, orgId), eq(shard.instanceId, instanceId), isNull(shard.endedAt)));
  const [control] = await tx
    .select({ id: lane.id })
    .from(lane)
    .where(and(eq(lane.orgId, orgId), eq(lane.kind, 'control')));
  const consumed = shards.map((s) => s.cursor[s.lanes.indexOf(control?.id ?? -1)] ?? 0);
  return { shards, consumed: consumed.length ? Math.min(...consumed) : 0 };
}
