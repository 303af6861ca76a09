import { and, eq, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { sentEvent } from '#drizzle/schema/index.ts';
import { appendControl } from '#runtime/log/append-control.ts';
import { defineEndpoint } from './endpoint.ts';

const EVENTS_A_REQUEST = 100;
const DATA_BYTES = 16_000;
/** A sender that tries again does so within this. */
const KNOWN_DAYS = 7;
const short = z.string().max(200);

const event = z.object({
  id: z.string().min(1).max(200).describe('The sender’s own number of the event: the same one is taken once.'),
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9._-]*$/)
    .max(100)
    .refine((kind) => !['alarm', 'audit', 'record'].includes(kind), {
      params: { en: 'is told by the platform itself; choose another name', zh: '由平台自身产生，请使用其他名称' },
    })
    .describe('What apps take it by: `cycle`, `scan`, `downtime`.'),
  subject: short.default('').describe('What it happened to.'),
  asset: short.default('').describe('Code of the asset that it is about.'),
  time: z.iso.datetime({ offset: true }).describe('When it happened, ISO 8601.'),
  action: short.default(''),
  state: short.default(''),
  value: z.number().optional(),
  data: z
    .record(z.string(), z.unknown())
    .default({})
    .refine((data) => JSON.stringify(data).length <= DATA_BYTES, {
      params: { en: `is larger than ${DATA_BYTES} bytes`, zh: `超过 ${DATA_BYTES} 字节` },
    })
    .describe('Anything else.'),
});

export const writeEventsEndpoint = defineEndpoint({
  method: 'post',
  path: '/events',
  id: 'writeEvents',
  summary: 'Write events',
  description:
    'Tells apps (block `source.event`) what happened in a machine or another system. One wrong event refuses the whole request. When this answers 200, the events are in the log; send them again after 503: an `id` that was taken before is not taken twice.',
  scope: 'samples.write',
  query: z.object({}),
  body: z.object({ events: z.array(event).min(1).max(EVENTS_A_REQUEST) }),
  answer: z.object({ accepted: z.number().int().describe('Without those that were known.') }),
  async run({ orgId, tenant }, { body }) {
    return tenant(async (tx) => {
      const old = sql`now() - ${KNOWN_DAYS} * interval '1 day'`;
      await tx.delete(sentEvent).where(and(eq(sentEvent.orgId, orgId), lt(sentEvent.createdAt, old)));
      const fresh = await tx
        .insert(sentEvent)
        .values(body.events.map(({ id }) => ({ orgId, id })))
        .onConflictDoNothing()
        .returning({ id: sentEvent.id });
      const open = new Set(fresh.map((row) => row.id));
      for (const { asset, time, value, ...told } of body.events) {
        // an id that stands twice in one request is taken once, too
        if (!open.delete(told.id)) continue;
        const rest = value === undefined ? {} : { value };
        await appendControl(tx, orgId, { type: 'event', ...told, ...rest, about: asset, time: Date.parse(time) });
      }
      return { accepted: fresh.length };
    });
  },
});
