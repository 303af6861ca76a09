import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { asset, connection, installation, instance, tag } from '#drizzle/schema/index.ts';
import { bilingual } from '#runtime/graph/document.ts';
import { TAG_TYPES } from '#runtime/graph/equipment.ts';
import { isUnit } from '#runtime/units/units.ts';
import type { Actor } from '../alarms/act-on-alarms.ts';
import { notFound } from '../errors.ts';
import { checkTagAddress } from '../sources/check-address.ts';
import { failed } from './errors.ts';

export const saveTagInput = z.object({
  /** Absent: a new one. */
  id: z.number().int().optional(),
  assetId: z.uuid(),
  name: z.string().trim().min(1).max(120),
  title: bilingual.nullable().default(null),
  signal: z.string().trim().max(80).nullable().default(null),
  type: z.enum(TAG_TYPES),
  unit: z.string().trim().max(40).nullable().default(null),
  low: z.number().nullable().default(null),
  high: z.number().nullable().default(null),
  access: z.enum(['r', 'rw']).default('r'),
  connectionId: z.uuid().nullable().default(null),
  address: z.string().trim().max(500).nullable().default(null),
  gain: z
    .number()
    .refine((g) => g !== 0, { params: { en: 'must not be 0', zh: '不能为 0' } })
    .default(1),
  offset: z.number().default(0),
  samplePeriodMs: z.number().int().min(10).max(86_400_000).default(1000),
  staleAfterMs: z.number().int().min(100).max(604_800_000).default(5000),
});
export type SaveTagInput = z.infer<typeof saveTagInput>;

export async function saveTag(tx: Tx, actor: Actor, input: SaveTagInput): Promise<{ id: number }> {
  const { orgId, user } = actor;
  const { id, ...values } = input;
  if (values.unit && !isUnit(values.unit)) throw failed('plant.unit', { unit: values.unit });
  if (values.low !== null && values.high !== null && values.low > values.high)
    throw failed('plant.range', { low: values.low, high: values.high });
  const [place] = await tx
    .select({ id: asset.id })
    .from(asset)
    .where(and(eq(asset.id, values.assetId), eq(asset.orgId, orgId)));
  if (!place) throw notFound('Asset', '资产');
  if (values.connectionId) {
    const [source] = await tx
      .select({ connector: connection.connector })
      .from(connection)
      .where(and(eq(connection.id, values.connectionId), eq(connection.orgId, orgId)));
    if (!source) throw notFound('Connection', '连接');
    if (values.address) checkTagAddress(source.connector, values.address, values.type);
  }
  const [taken] = await tx
    .select({ id: tag.id })
    .from(tag)
    .where(and(eq(tag.orgId, orgId), eq(tag.name, values.name)));
  if (taken && taken.id !== id) throw failed('plant.tag-taken', { name: values.name });
  const [before] = id
    ? await tx
        .select()
        .from(tag)
        .where(and(eq(tag.id, id), eq(tag.orgId, orgId)))
    : [];
  if (id && !before) throw notFound('Tag', '测点');
  // Another connection has other lanes; its gateway gives the tag one of them.
  const lane = before && before.connectionId !== values.connectionId ? { laneId: null } : {};
  const [saved] = id
    ? await tx
        .update(tag)
        .set({ ...values, ...lane, updatedAt: new Date() })
        .where(and(eq(tag.id, id), eq(tag.orgId, orgId)))
        .returning({ id: tag.id })
    : await tx
        .insert(tag)
        .values({ orgId, ...values })
        .returning({ id: tag.id });
  if (!saved) throw notFound('Tag', '测点');
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: id ? 'tag.update' : 'tag.create',
    target: `tag:${saved.id}`,
    details: values,
  });
  for (const connectionId of new Set([before?.connectionId, values.connectionId]))
    if (connectionId) await tx.execute(sql`select pg_notify('connections', ${connectionId})`);
  return saved;
}

export const deleteTagInput = z.object({ id: z.number().int() });

/** Takes a tag away; its history stays in the historian under its number. */
export async function deleteTag(tx: Tx, actor: Actor, { id }: z.infer<typeof deleteTagInput>): Promise<void> {
  const { orgId, user } = actor;
  const users = await tx
    .selectDistinct({ name: installation.name })
    .from(instance)
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(
      and(
        eq(instance.orgId, orgId),
        sql`exists (select from jsonb_each(${instance.bindings}) b where jsonb_typeof(b.value) = 'object'
          and ((b.value->>'tagId')::int = ${id} or b.value->'more' @> jsonb_build_array(jsonb_build_object('tagId', ${id}::int))))`,
      ),
    );
  if (users.length)
    throw failed('plant.tag-used', {
      apps: { en: users.map((u) => u.name.en).join(', '), zh: users.map((u) => u.name.zh).join('、') },
    });
  const [gone] = await tx
    .delete(tag)
    .where(and(eq(tag.id, id), eq(tag.orgId, orgId)))
    .returning({ name: tag.name, connectionId: tag.connectionId });
  if (!gone) throw notFound('Tag', '测点');
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: 'tag.delete',
    target: `tag:${id}`,
    details: { name: gone.name },
  });
  if (gone.connectionId) await tx.execute(sql`select pg_notify('connections', ${gone.connectionId})`);
}
