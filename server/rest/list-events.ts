import { z } from 'zod';
import { readEvents } from '#runtime/historian/events.ts';
import { defineEndpoint } from './endpoint.ts';

const TYPE = z.string().regex(/^[a-z][a-z-]*$/);

export const listEventsEndpoint = defineEndpoint({
  method: 'get',
  path: '/events',
  id: 'listEvents',
  summary: 'List events',
  description:
    'What people and the platform did to running apps: forms, answers of effects, decisions, acknowledgements; oldest first, within some minutes of happening. When there are more than `limit`, `next` is what to ask for as `after`.',
  scope: 'history.read',
  query: z.object({
    from: z.iso.datetime({ offset: true }).describe('First instant, ISO 8601, included.'),
    to: z.iso.datetime({ offset: true }).describe('Last instant, ISO 8601, not included.'),
    type: z
      .union([TYPE, z.array(TYPE)])
      .optional()
      .describe('Only these; give it several times for several.'),
    subject: z.string().max(100).optional().describe('Instance, shard or alarm.'),
    after: z
      .string()
      .regex(/^[\d.]+-\d+$/)
      .optional()
      .describe('`next` of the answer before.'),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  answer: z.object({
    events: z.array(
      z.object({
        time: z.iso.datetime(),
        type: z.string(),
        subject: z.string(),
        event: z.record(z.string(), z.unknown()).describe('As it stands in the log.'),
      }),
    ),
    next: z.string().optional(),
  }),
  async run({ orgId, tenant }, { query }) {
    const [at, seq] = query.after?.split('-').map(Number) ?? [];
    const found = await tenant((tx) =>
      readEvents(tx, orgId, {
        from: Date.parse(query.from),
        to: Date.parse(query.to),
        types: query.type === undefined ? undefined : [query.type].flat(),
        subject: query.subject,
        after: at === undefined || seq === undefined ? undefined : { at, seq },
        limit: query.limit,
      }),
    );
    const last = found.length === query.limit ? found.at(-1) : undefined;
    const events = found.map((row) => ({
      time: new Date(row.at).toISOString(),
      type: row.type,
      subject: row.subject,
      event: { ...row.event },
    }));
    return { events, ...(last ? { next: `${last.at}-${last.seq}` } : {}) };
  },
});
