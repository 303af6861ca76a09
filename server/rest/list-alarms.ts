import { and, desc, eq, inArray, ne } from 'drizzle-orm';
import { z } from 'zod';
import { ALARM_STATES, alarm } from '#drizzle/schema/index.ts';
import { defineEndpoint } from './endpoint.ts';

export const listAlarmsEndpoint = defineEndpoint({
  method: 'get',
  path: '/alarms',
  id: 'listAlarms',
  summary: 'List alarms',
  description: 'Alarms that are not normal, most urgent first. States follow ISA-18.2.',
  scope: 'alarms.read',
  query: z.object({
    state: z
      .union([z.enum(ALARM_STATES), z.array(z.enum(ALARM_STATES))])
      .optional()
      .describe('Only these states; give it several times for several.'),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  answer: z.object({
    alarms: z.array(
      z.object({
        id: z.uuid(),
        key: z.string().describe('What it is about: the code of an asset.'),
        priority: z.number().int().describe('1 most urgent to 4.'),
        state: z.enum(ALARM_STATES),
        active: z.boolean(),
        message: z.object({ en: z.string(), zh: z.string() }),
        value: z.number().nullable(),
        unit: z.string().nullable(),
        limit: z.number().nullable(),
        since: z.iso.datetime(),
        simulated: z.boolean(),
      }),
    ),
  }),
  async run({ orgId, tenant }, { query }) {
    const states = query.state === undefined ? undefined : [query.state].flat();
    const rows = await tenant((tx) =>
      tx
        .select({
          id: alarm.id,
          key: alarm.key,
          priority: alarm.priority,
          state: alarm.state,
          active: alarm.active,
          message: alarm.message,
          value: alarm.value,
          unit: alarm.unit,
          limit: alarm.limit,
          since: alarm.since,
          simulated: alarm.simulated,
        })
        .from(alarm)
        .where(and(eq(alarm.orgId, orgId), states ? inArray(alarm.state, states) : ne(alarm.state, 'normal')))
        .orderBy(alarm.priority, desc(alarm.since))
        .limit(query.limit),
    );
    return { alarms: rows.map((row) => ({ ...row, since: row.since.toISOString() })) };
  },
});
