import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { appVersion, instance, run, tag } from '#drizzle/schema/index.ts';
import { qualityText } from '#runtime/batch/quality.ts';
import type { GraphDocument, TagRole } from '#runtime/graph/document.ts';
import { parseGraph } from '#runtime/graph/parse.ts';
import { flatDocument } from '#runtime/graph/subgraph.ts';
import { readAligned } from '#runtime/historian/aligned.ts';
import type { MeasureRequest } from '#runtime/replay/measure.ts';
import { notFound } from '../errors.ts';
import { readLog } from '../history/log-reader.ts';
import { conversionOf } from '../installs/check-bindings.ts';
import { failed } from './errors.ts';

const LONGEST_HOURS = 24;
/** Rows of all roles together: packs to a few megabytes and proves in seconds. */
const MOST_SAMPLES = 400_000;

export const recordProofInput = z.object({ instanceId: z.uuid(), from: z.number(), to: z.number() });

/**
 * Takes the values of an instance's bound tags in a window as the dataset of a proof (in the units of the roles, under the key `demo`,
 * without any name of the plant), and asks a worker to measure every output and alarm on it. Returns the run.
 */
export async function recordProof(tx: Tx, orgId: string, by: string, input: z.infer<typeof recordProofInput>) {
  const { from, to } = input;
  if (!(to > from) || to - from > LONGEST_HOURS * 3_600_000) throw failed('publish.window', { hours: LONGEST_HOURS });
  const [found] = await tx
    .select({ bindings: instance.bindings, versionId: appVersion.id, graph: appVersion.graph, appId: appVersion.appId })
    .from(instance)
    .innerJoin(appVersion, eq(appVersion.id, instance.versionId))
    .where(and(eq(instance.orgId, orgId), eq(instance.id, input.instanceId)));
  if (!found) throw notFound('Instance', '实例');
  const parsed = parseGraph(found.graph);
  if (!parsed.ok) throw new Error(`version ${found.versionId} holds no graph`);
  const graph = parsed.document;
  const sources = rolesRead(graph);
  const bound = sources.flatMap((role) => {
    const binding = found.bindings[role.name];
    return binding ? [{ role, tagId: binding.tagId }] : [];
  });
  const files = await csvOf(tx, orgId, bound, { from, to });
  const request: MeasureRequest = {
    mode: 'measure',
    versionId: found.versionId,
    graph: found.graph,
    inputs: Object.fromEntries(files.map(({ role, file }) => [role, file])),
    files: Object.fromEntries(files.map(({ file, text }) => [file, text])),
  };
  const [made] = await tx
    .insert(run)
    .values({ orgId, kind: 'verify', appId: found.appId, request: { ...request }, createdBy: by })
    .returning({ id: run.id });
  if (!made) throw new Error('insert gave no row');
  return made;
}

/** Roles that a source reads; roles that are only written need no data. */
const rolesRead = (graph: GraphDocument): TagRole[] =>
  graph.roles.filter((role) =>
    flatDocument(graph).nodes.some((node) => node.block === 'millwright/source.tag' && node.params.role === role.name),
  );

async function csvOf(
  tx: Tx,
  orgId: string,
  bound: readonly { role: TagRole; tagId: number }[],
  window: { from: number; to: number },
) {
  const wave = bound.find(({ role }) => role.type === 'wave');
  if (wave) throw failed('publish.wave-role', { role: wave.role.title });
  const ids = [...new Set(bound.map(({ tagId }) => tagId))];
  const units = new Map(
    ids.length === 0
      ? []
      : (
          await tx
            .select({ id: tag.id, unit: tag.unit })
            .from(tag)
            .where(and(eq(tag.orgId, orgId), inArray(tag.id, ids)))
        ).map((row) => [row.id, row.unit] as const),
  );
  const lines = new Map(ids.map((id) => [id, [] as { time: number; value: number; text?: string; quality: number }[]]));
  let count = 0;
  for await (const rows of readAligned({ tx, orgId, readLog }, ids, window, 'corrected')) {
    count += rows.n;
    if (count > MOST_SAMPLES) throw failed('publish.too-many-samples', { count, limit: MOST_SAMPLES });
    for (let i = 0; i < rows.n; i++) {
      const other = rows.other.get(i);
      lines.get(rows.id[i] ?? -1)?.push({
        time: rows.time[i] ?? 0,
        value: rows.value[i] ?? Number.NaN,
        quality: rows.quality[i] ?? 0,
        ...(other && 'text' in other ? { text: other.text } : {}),
      });
    }
  }
  return bound.map(({ role, tagId }) => {
    const rows = lines.get(tagId) ?? [];
    if (rows.length === 0) throw failed('publish.no-data', { role: role.title });
    const from = units.get(tagId);
    const rule = role.unit && from && from !== role.unit ? conversionOf(from, role.unit) : { gain: 1, offset: 0 };
    if (!rule) throw new Error(`tag ${tagId} is bound to ${role.name} in a unit that does not convert`);
    const cell = (row: (typeof rows)[number]) => {
      if (row.text !== undefined) return `"${row.text.replaceAll('"', '""')}"`;
      return Number.isNaN(row.value) ? '' : String(row.value * rule.gain + rule.offset);
    };
    const body = rows.map((row) => `${new Date(row.time).toISOString()},${cell(row)},${qualityText(row.quality)}`);
    const header = `time,value${role.unit ? ` [${role.unit}]` : ''},value.quality`;
    return { role: role.name, file: `${role.name}.csv`, text: `${[header, ...body].join('\n')}\n` };
  });
}
