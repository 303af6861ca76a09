import { and, asc, eq, gt } from 'drizzle-orm';
import { z } from 'zod';
import { asset, tag } from '#drizzle/schema/index.ts';
import { defineEndpoint } from './endpoint.ts';

export const listTagsEndpoint = defineEndpoint({
  method: 'get',
  path: '/tags',
  id: 'listTags',
  summary: 'List tags',
  description: 'Tags of the organization by name, a page at a time.',
  scope: 'history.read',
  query: z.object({
    after: z.string().optional().describe('Name of the last tag of the page before.'),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  answer: z.object({
    tags: z.array(
      z.object({
        name: z.string(),
        type: z.enum(['number', 'integer', 'boolean', 'text', 'wave']),
        unit: z.string().nullable().describe('UCUM.'),
        asset: z.string().describe('Code of the asset.'),
        low: z.number().nullable(),
        high: z.number().nullable(),
      }),
    ),
    next: z.string().optional().describe('Give it as `after` to get the next page.'),
  }),
  async run({ orgId, tenant }, { query }) {
    const tags = await tenant((tx) =>
      tx
        .select({ name: tag.name, type: tag.type, unit: tag.unit, asset: asset.code, low: tag.low, high: tag.high })
        .from(tag)
        .innerJoin(asset, eq(asset.id, tag.assetId))
        .where(and(eq(tag.orgId, orgId), query.after === undefined ? undefined : gt(tag.name, query.after)))
        .orderBy(asc(tag.name))
        .limit(query.limit),
    );
    const next = tags.length === query.limit ? tags.at(-1)?.name : undefined;
    return { tags, ...(next === undefined ? {} : { next }) };
  },
});
