import { and, eq, sql } from 'drizzle-orm';
import type { Offer } from '#blocks/sdk/connector.ts';
import type { Db } from '#drizzle/client.ts';
import { asset, installation, instance, series, tag } from '#drizzle/schema/index.ts';

/** More is no list that a person chose. */
const MOST = 20_000;

/** What an organization has whose name fits one of the patterns; names as `follow` takes them. */
export async function offers(db: Db, orgId: string, patterns: readonly string[]): Promise<readonly Offer[]> {
  const wanted = patterns.map(likeOf);
  const tags = wanted.filter((text) => !text.startsWith('@'));
  const computed = wanted.filter((text) => text.startsWith('@'));
  if (wanted.length === 0) return [];
  const assets = await db
    .select({ id: asset.id, parentId: asset.parentId, code: asset.code })
    .from(asset)
    .where(eq(asset.orgId, orgId));
  const byId = new Map(assets.map((one) => [one.id, one]));
  const pathOf = (id: string | null): string[] => {
    const path: string[] = [];
    for (let at = id ? byId.get(id) : undefined; at && path.length < 20; at = at.parentId ? byId.get(at.parentId) : undefined)
      path.unshift(at.code);
    return path;
  };
  const found: Offer[] = [];
  if (tags.length > 0) {
    const rows = await db
      .select()
      .from(tag)
      .where(and(eq(tag.orgId, orgId), sql`${tag.type} <> 'wave'`, sql`${tag.name} like any(${sql.param(tags)}::text[])`))
      .orderBy(tag.name)
      .limit(MOST);
    for (const { name, assetId, title, type, unit, low, high, access } of rows)
      if (type !== 'wave')
        found.push({
          name,
          path: pathOf(assetId),
          type,
          writable: access === 'rw',
          ...(title ? { title } : {}),
          ...(unit ? { unit } : {}),
          ...(low === null ? {} : { low }),
          ...(high === null ? {} : { high }),
        });
  }
  if (computed.length > 0) {
    const name = sql<string>`'@' || ${instance.key} || '/' || ${series.output} || '.' || ${series.column}`;
    const rows = await db
      .select({ name, assetId: instance.assetId, app: installation.name, type: series.type, unit: series.unit })
      .from(series)
      .innerJoin(instance, eq(instance.id, series.instanceId))
      .innerJoin(installation, eq(installation.id, instance.installationId))
      .where(
        and(
          eq(series.orgId, orgId),
          eq(series.key, instance.key),
          sql`${series.type} in ('number', 'integer', 'boolean', 'text')`,
          sql`${name} like any(${sql.param(computed)}::text[])`,
        ),
      )
      .orderBy(name)
      .limit(MOST);
    for (const { name, assetId, app, type, unit } of rows)
      found.push({
        name,
        path: [...pathOf(assetId), app.en],
        type: type === 'integer' || type === 'boolean' || type === 'text' ? type : 'number',
        writable: false,
        ...(unit ? { unit } : {}),
      });
  }
  return found;
}

/** A pattern with `*` for LIKE, whose own letters stand for themselves. */
const likeOf = (pattern: string): string => pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%');
