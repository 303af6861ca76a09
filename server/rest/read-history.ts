import { z } from 'zod';
import { qualityText } from '#runtime/batch/quality.ts';
import { originName } from '#runtime/historian/samples.ts';
import { findTag } from '../history/find-tag.ts';
import { readPage } from '../history/read-page.ts';
import { defineEndpoint } from './endpoint.ts';

const DAY_MS = 86_400_000;
/** Longer windows are asked for in parts: an answer is built in memory. */
const LONGEST_MS = 31 * DAY_MS;

export const readHistoryEndpoint = defineEndpoint({
  method: 'get',
  path: '/history',
  id: 'readHistory',
  summary: 'Read history',
  description:
    'Stored samples of one tag in a window, oldest first. When there are more than `limit`, `next` is the time to ask for as `from`.',
  scope: 'history.read',
  query: z
    .object({
      tag: z.string().min(1).describe('Name of the tag.'),
      from: z.iso.datetime({ offset: true }).describe('First instant, ISO 8601, included.'),
      to: z.iso.datetime({ offset: true }).describe('Last instant, ISO 8601, not included; at most 31 days after `from`.'),
      knownAt: z.iso
        .datetime({ offset: true })
        .optional()
        .describe('As it was known at that instant: without samples and corrections that came later.'),
      limit: z.coerce.number().int().min(1).max(100_000).default(10_000),
    })
    .refine(({ from, to }) => Date.parse(to) > Date.parse(from) && Date.parse(to) - Date.parse(from) <= LONGEST_MS, {
      path: ['to'],
      params: { en: 'must be after `from`, by at most 31 days', zh: '必须晚于 `from`，且相差不超过 31 天' },
    }),
  answer: z.object({
    tag: z.string(),
    unit: z.string().nullable(),
    samples: z.array(
      z.object({
        time: z.iso.datetime(),
        value: z.union([z.number(), z.string(), z.null()]),
        quality: z.string().describe('`good`, `uncertain:<why>` or `bad:<why>`.'),
        origin: z.string().describe('`measured`, `simulated`, `replayed`, `manual` or `derived`.'),
      }),
    ),
    next: z.iso.datetime().optional(),
  }),
  async run({ orgId, tenant }, { query }) {
    const window = { from: Date.parse(query.from), to: Date.parse(query.to) };
    const known = query.knownAt === undefined ? undefined : Date.parse(query.knownAt);
    const { found, samples } = await tenant(async (tx) => {
      const row = await findTag(tx, orgId, query.tag);
      return { found: row, samples: await readPage(tx, orgId, row.id, window, query.limit, known) };
    });
    const total = samples?.n ?? 0;
    const count = Math.min(total, query.limit);
    const rows = Array.from({ length: count }, (_, i) => {
      const other = samples?.other.get(i);
      const value = samples?.value[i] ?? Number.NaN;
      return {
        time: isoTime(samples?.time[i] ?? 0),
        value: other && 'text' in other ? other.text : Number.isNaN(value) ? null : value,
        quality: qualityText(samples?.quality[i] ?? 0),
        origin: originName(samples?.origin[i] ?? 0),
      };
    });
    const following = samples?.time[count];
    return { tag: query.tag, unit: found.unit, samples: rows, ...(following === undefined ? {} : { next: isoTime(following) }) };
  },
});

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
