import { and, count, eq } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { app, installation, instance } from '#drizzle/schema/index.ts';
import { notFound } from '../errors.ts';
import { failed } from './errors.ts';

/** Deletes a draft that runs nowhere; its versions stay for the installations and releases made of them. */
export async function deleteApp(tx: Tx, orgId: string, appId: string): Promise<void> {
  const [used] = await tx
    .select({ count: count() })
    .from(instance)
    .innerJoin(installation, eq(installation.id, instance.installationId))
    .where(and(eq(installation.orgId, orgId), eq(installation.appId, appId)));
  if (used && used.count > 0) throw failed('app.deployed', { count: used.count });
  const gone = await tx
    .delete(app)
    .where(and(eq(app.id, appId), eq(app.orgId, orgId)))
    .returning({ id: app.id });
  if (gone.length === 0) throw notFound('App', '应用');
}
