import { and, count, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { CONNECTORS } from '#blocks/catalogue/connectors.generated.ts';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { connection, tag } from '#drizzle/schema/index.ts';
import { removeSecret, sealSecret } from '#drizzle/secrets.ts';
import type { Actor } from '../alarms/act-on-alarms.ts';
import { env } from '../env.ts';
import { invalidInput, notFound } from '../errors.ts';
import { failed } from './errors.ts';

export const saveConnectionInput = z.object({
  /** Absent: a new one. */
  id: z.uuid().optional(),
  name: z.string().trim().min(1).max(80),
  connector: z.string(),
  settings: z.record(z.string(), z.unknown()),
  /** Absent: those that are sealed stay. */
  secrets: z.record(z.string(), z.unknown()).optional(),
  simulated: z.boolean().default(false),
});

/** Stores a connection; its settings are checked by the connector's own schema, its secrets are sealed and never come back. */
export async function saveConnection(tx: Tx, actor: Actor, input: z.infer<typeof saveConnectionInput>): Promise<{ id: string }> {
  const { orgId, user } = actor;
  const card = CONNECTORS.find((c) => c.id === input.connector);
  if (!card)
    throw failed('source.connector-unknown', { connector: input.connector, known: CONNECTORS.map((c) => c.id).join(', ') });
  const settings = checked(card.settings, input.settings, 'settings');
  const secrets = input.secrets && checked(card.secrets, input.secrets, 'secrets');
  const [taken] = await tx
    .select({ id: connection.id })
    .from(connection)
    .where(and(eq(connection.orgId, orgId), eq(connection.name, input.name)));
  if (taken && taken.id !== input.id) throw failed('source.name-taken', { name: input.name });
  const [before] = input.id
    ? await tx
        .select({ connector: connection.connector, secretId: connection.secretId })
        .from(connection)
        .where(and(eq(connection.id, input.id), eq(connection.orgId, orgId)))
        .for('update')
    : [];
  if (input.id && !before) throw notFound('Connection', '连接');
  if (before && before.connector !== input.connector) throw failed('source.connector-fixed');
  const secretId =
    secrets && Object.keys(secrets).length > 0
      ? await sealSecret(tx, env().MILLWRIGHT_MASTER_KEY, orgId, `connection ${input.name}`, JSON.stringify(secrets))
      : (before?.secretId ?? null);
  const values = { name: input.name, connector: input.connector, settings, secretId, simulated: input.simulated };
  const [saved] = input.id
    ? await tx
        .update(connection)
        .set({ ...values, updatedAt: new Date() })
        .where(and(eq(connection.id, input.id), eq(connection.orgId, orgId)))
        .returning({ id: connection.id })
    : await tx
        .insert(connection)
        .values({ orgId, ...values })
        .returning({ id: connection.id });
  if (!saved) throw notFound('Connection', '连接');
  if (before?.secretId && before.secretId !== secretId) await removeSecret(tx, orgId, before.secretId);
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: input.id ? 'connection.update' : 'connection.create',
    target: `connection:${saved.id}`,
    details: { name: input.name, connector: input.connector, settings, secretsChanged: secrets !== undefined },
  });
  await tellGateways(tx, saved.id);
  return saved;
}

function checked(schema: object, value: Record<string, unknown>, where: string): Record<string, unknown> {
  const result = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value);
  if (!result.success) throw invalidInput(result.error.issues.map((issue) => ({ ...issue, path: [where, ...issue.path] })));
  return result.data as Record<string, unknown>;
}

export const tellGateways = (tx: Tx, connectionId: string) => tx.execute(sql`select pg_notify('connections', ${connectionId})`);

export const setEnabledInput = z.object({ id: z.uuid(), enabled: z.boolean() });

export async function setEnabled(
  tx: Tx,
  { orgId, user }: Actor,
  { id, enabled }: z.infer<typeof setEnabledInput>,
): Promise<void> {
  const [row] = await tx
    .update(connection)
    .set({ enabled, updatedAt: new Date() })
    .where(and(eq(connection.id, id), eq(connection.orgId, orgId)))
    .returning({ name: connection.name });
  if (!row) throw notFound('Connection', '连接');
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: enabled ? 'connection.enable' : 'connection.disable',
    target: `connection:${id}`,
    details: { name: row.name },
  });
  await tellGateways(tx, id);
}

export const deleteConnectionInput = z.object({ id: z.uuid() });

export async function deleteConnection(
  tx: Tx,
  { orgId, user }: Actor,
  { id }: z.infer<typeof deleteConnectionInput>,
): Promise<void> {
  const [row] = await tx
    .select({ name: connection.name, secretId: connection.secretId })
    .from(connection)
    .where(and(eq(connection.id, id), eq(connection.orgId, orgId)))
    .for('update');
  if (!row) throw notFound('Connection', '连接');
  const [used] = await tx
    .select({ n: count() })
    .from(tag)
    .where(and(eq(tag.orgId, orgId), eq(tag.connectionId, id)));
  if (used && used.n > 0) throw failed('source.used', { count: used.n });
  await tx.delete(connection).where(and(eq(connection.id, id), eq(connection.orgId, orgId)));
  if (row.secretId) await removeSecret(tx, orgId, row.secretId);
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: 'connection.delete',
    target: `connection:${id}`,
    details: { name: row.name },
  });
  await tellGateways(tx, id);
}
