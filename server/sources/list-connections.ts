import { and, asc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { CONNECTORS } from '#blocks/catalogue/connectors.generated.ts';
import { appendAudit } from '#drizzle/audit.ts';
import type { Tx } from '#drizzle/client.ts';
import { PUSH } from '#drizzle/schema/connection.ts';
import { connection, latest, tag, trustedCertificate } from '#drizzle/schema/index.ts';
import type { Actor } from '../alarms/act-on-alarms.ts';
import { notFound } from '../errors.ts';
import type { InTenant } from '../history/live-values.ts';
import { follow } from '../live.ts';
import { failed } from './errors.ts';
import { pushStatus } from './push-status.ts';
import { tellGateways } from './save-connection.ts';

export const listConnectors = () => CONNECTORS;

/** Connections with what they are doing; secrets only as "there are some". */
export async function listConnections(tx: Tx, orgId: string) {
  // Written out: in a query of one table drizzle leaves the table's name away, and the inner table has an `id` too.
  const tags = sql<number>`(select count(*)::int from ${tag} t where t.connection_id = "connection"."id" and t.org_id = ${orgId})`;
  const pending = sql<number>`(select count(*)::int from ${trustedCertificate} c where c.connection_id = "connection"."id" and c.org_id = ${orgId} and c.state = 'pending')`;
  const own = sql`${tag} t left join ${latest} l on l.tag_id = t.id where t.connection_id = "connection"."id" and t.org_id = ${orgId}`;
  const fresh = sql<number>`(select count(*)::int from ${own} and l.time > extract(epoch from now()) * 1000 - t.stale_after_ms)`;
  const newest = sql<number | null>`(select max(l.time) from ${own})`;
  const pushed = (what: typeof fresh | typeof newest) =>
    sql<number | null>`case when "connection"."connector" = ${PUSH} then ${what} end`;
  const rows = await tx
    .select({
      id: connection.id,
      name: connection.name,
      connector: connection.connector,
      settings: connection.settings,
      hasSecrets: sql<boolean>`${connection.secretId} is not null`,
      enabled: connection.enabled,
      simulated: connection.simulated,
      status: connection.status,
      /** A gateway holds it and has said so lately. */
      held: sql<boolean>`coalesce(${connection.leaseUntil} > now(), false)`,
      tags,
      pendingCertificates: pending,
      createdAt: connection.createdAt,
      fresh: pushed(fresh),
      newest: pushed(newest),
    })
    .from(connection)
    .where(eq(connection.orgId, orgId))
    .orderBy(asc(connection.name));
  return rows.map(({ createdAt, fresh, newest, ...row }) =>
    row.connector === PUSH
      ? { ...row, held: true, status: pushStatus({ tags: row.tags, fresh: fresh ?? 0, newest }, createdAt) }
      : row,
  );
}
export type ConnectionRow = Awaited<ReturnType<typeof listConnections>>[number];

export interface ConnectionNews {
  readonly connections: readonly ConnectionRow[];
  /** Server's clock, epoch ms. */
  readonly now: number;
}

/** The list whenever something changes, and every two seconds for ages and rates. */
export async function* liveConnections(
  tenant: InTenant,
  orgId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ConnectionNews> {
  for await (const _news of follow(['connections'], { signal, everyMs: 500, idleMs: 2_000 }))
    yield { connections: await tenant((tx) => listConnections(tx, orgId)), now: Date.now() };
}

export const certificatesInput = z.object({ connectionId: z.uuid() });

export function listCertificates(tx: Tx, orgId: string, { connectionId }: z.infer<typeof certificatesInput>) {
  return tx
    .select({
      id: trustedCertificate.id,
      fingerprint: trustedCertificate.fingerprint,
      subject: trustedCertificate.subject,
      validUntil: trustedCertificate.validUntil,
      state: trustedCertificate.state,
      decidedBy: trustedCertificate.decidedBy,
      createdAt: trustedCertificate.createdAt,
    })
    .from(trustedCertificate)
    .where(and(eq(trustedCertificate.orgId, orgId), eq(trustedCertificate.connectionId, connectionId)))
    .orderBy(asc(trustedCertificate.createdAt));
}

export const decideCertificateInput = z.object({ id: z.uuid(), trust: z.boolean() });

/** A person trusts or rejects a server's certificate; a decision can be changed, and every one is audited. */
export async function decideCertificate(
  tx: Tx,
  { orgId, user }: Actor,
  { id, trust }: z.infer<typeof decideCertificateInput>,
): Promise<void> {
  const state = trust ? 'trusted' : 'rejected';
  const [row] = await tx
    .select()
    .from(trustedCertificate)
    .where(and(eq(trustedCertificate.id, id), eq(trustedCertificate.orgId, orgId)))
    .for('update');
  if (!row) throw notFound('Certificate', '证书');
  if (row.state === state)
    throw failed('source.certificate-decided', {
      state: trust ? { en: 'trusted', zh: '已信任' } : { en: 'rejected', zh: '已拒绝' },
    });
  await tx
    .update(trustedCertificate)
    .set({ state, decidedBy: user.name })
    .where(and(eq(trustedCertificate.id, id), eq(trustedCertificate.orgId, orgId)));
  await appendAudit(tx, {
    orgId,
    actor: `user:${user.id}`,
    action: trust ? 'certificate.trust' : 'certificate.reject',
    target: `connection:${row.connectionId}`,
    details: { fingerprint: row.fingerprint, subject: row.subject, before: row.state },
  });
  await tellGateways(tx, row.connectionId);
}
