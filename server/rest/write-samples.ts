import { and, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { PUSH } from '#drizzle/schema/connection.ts';
import { connection, tag } from '#drizzle/schema/index.ts';
import { parseQuality } from '#runtime/batch/quality.ts';
import { assignLanes } from '#runtime/samples/lanes.ts';
import { type LogRowValue, packRows } from '#runtime/samples/packer.ts';
import { toRow } from '#runtime/samples/scale.ts';
import { invalidInput, notFound } from '../errors.ts';
import { defineEndpoint } from './endpoint.ts';
import { appendPushed } from './push-writer.ts';

const SAMPLES_A_REQUEST = 10_000;
/** A log entry is best at about a thousand records. */
const ROWS_AN_ENTRY = 1_000;
/** A source clock may run ahead a little; beyond this it is a mistake. */
const AHEAD_MS = 3_600_000;

const sample = z.object({
  tag: z.string().min(1).describe('Name of a tag whose source is a connection of kind `push`.'),
  time: z.iso.datetime({ offset: true }).describe('When it was measured, ISO 8601.'),
  value: z
    .union([z.number(), z.boolean(), z.string(), z.null()])
    .describe('In the unit that the tag’s gain and offset expect; null: no value.'),
  quality: z
    .string()
    .refine((text) => parseQuality(text) !== undefined, {
      params: {
        en: 'is not a quality such as good, uncertain:manual or bad:link',
        zh: '不是有效的质量码，例如 good、uncertain:manual、bad:link',
      },
    })
    .optional()
    .describe('`good` when absent; `uncertain`, `bad`, with a reason after a colon.'),
});

export const writeSamplesEndpoint = defineEndpoint({
  method: 'post',
  path: '/samples',
  id: 'writeSamples',
  summary: 'Write samples',
  description:
    'Appends samples of tags whose source is a connection of kind `push`. One wrong sample refuses the whole request. When this answers 200, the samples are safe; after 503 send them again, a sample that arrives twice is stored as a new version of itself.',
  scope: 'samples.write',
  query: z.object({}),
  body: z.object({ samples: z.array(sample).min(1).max(SAMPLES_A_REQUEST) }),
  answer: z.object({ accepted: z.number().int() }),
  async run({ orgId, tenant }, { body }) {
    const arrived = Date.now();
    const tags = await tenant((tx) => findTags(tx, orgId, [...new Set(body.samples.map((one) => one.tag))]));
    const lanes = new Map<string, { lane: number; simulated: boolean; rows: LogRowValue[] }>();
    const wrong: { path: (string | number)[]; en: string; zh: string }[] = [];
    body.samples.forEach((one, i) => {
      const known = tags.get(one.tag);
      if (!known) return;
      const problem = mismatch(known.row.type, one.value);
      if (problem) wrong.push({ path: ['samples', i, 'value'], ...problem });
      const time = Date.parse(one.time);
      if (time > arrived + AHEAD_MS)
        wrong.push({ path: ['samples', i, 'time'], en: 'lies more than an hour in the future', zh: '比当前时间晚一小时以上' });
      const key = `${known.lane} ${known.simulated}`;
      const group = lanes.get(key) ?? { lane: known.lane, simulated: known.simulated, rows: [] };
      lanes.set(key, group);
      const raw = { tagId: known.row.id, time, quality: parseQuality(one.quality ?? 'good') ?? 0 };
      const { wave: _, ...row } = toRow(one.value === null ? raw : { ...raw, value: one.value }, known.row, arrived);
      group.rows.push(row);
    });
    if (wrong.length > 0)
      throw invalidInput(
        wrong
          .slice(0, 50)
          .map(({ path, en, zh }) => ({ code: 'custom', path, message: en, params: { en, zh }, input: undefined })),
      );
    const entries = [...lanes.values()].flatMap(({ lane, simulated, rows }) =>
      Array.from({ length: Math.ceil(rows.length / ROWS_AN_ENTRY) }, (_, i) => ({
        lane,
        entry: packRows(rows.slice(i * ROWS_AN_ENTRY, (i + 1) * ROWS_AN_ENTRY), simulated ? 'simulated' : 'measured', {
          received: arrived,
        }),
      })),
    );
    await appendPushed(entries);
    const connections = [...new Set([...tags.values()].map((known) => known.connectionId))];
    await tenant((tx) => reportLive(tx, orgId, connections, arrived));
    return { accepted: body.samples.length };
  },
});

interface PushTag {
  readonly row: typeof tag.$inferSelect;
  readonly lane: number;
  readonly connectionId: string;
  readonly simulated: boolean;
}

/** The named tags with their lanes, which are made at the first push; a name that is no tag of a push connection refuses the request. */
async function findTags(tx: Tx, orgId: string, names: readonly string[]): Promise<Map<string, PushTag>> {
  const rows = await tx
    .select({ tag, connectionId: connection.id, simulated: connection.simulated })
    .from(tag)
    .innerJoin(connection, eq(connection.id, tag.connectionId))
    .where(
      and(eq(tag.orgId, orgId), inArray(tag.name, [...names]), eq(connection.connector, PUSH), eq(connection.enabled, true)),
    );
  const byName = new Map(rows.map((row) => [row.tag.name, row]));
  const absent = names.filter((name) => !byName.has(name));
  if (absent.length > 0) {
    const list = absent.slice(0, 10).join(', ');
    throw notFound(`Pushable tag ${list}`, `可写入的测点 ${list} `);
  }
  const lanes = new Map<number, number>();
  for (const connectionId of new Set(rows.filter((row) => row.tag.laneId === null).map((row) => row.connectionId))) {
    // Two requests that bring a tag's first value at once agree on its lane.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`lanes ${connectionId}`}, 0))`);
    const all = await tx
      .select()
      .from(tag)
      .where(and(eq(tag.orgId, orgId), eq(tag.connectionId, connectionId)));
    for (const { id, laneId } of await assignLanes(tx, orgId, connectionId, all)) if (laneId !== null) lanes.set(id, laneId);
  }
  return new Map(
    [...byName].map(([name, row]) => {
      const lane = row.tag.laneId ?? lanes.get(row.tag.id);
      if (lane === undefined) throw new Error(`tag ${row.tag.id} was given no lane`);
      return [name, { row: row.tag, lane, connectionId: row.connectionId, simulated: row.simulated }];
    }),
  );
}

function mismatch(type: PushTag['row']['type'], value: unknown): { en: string; zh: string } | undefined {
  if (value === null) return undefined;
  if (type === 'wave') return { en: 'waves are not taken here', zh: '此处不接受波形数据' };
  if (type === 'text') return typeof value === 'string' ? undefined : { en: 'the tag wants a text', zh: '该测点需要文本' };
  if (type === 'boolean')
    return typeof value === 'boolean' || value === 0 || value === 1
      ? undefined
      : { en: 'the tag wants true or false', zh: '该测点需要 true 或 false' };
  if (typeof value !== 'number') return { en: 'the tag wants a number', zh: '该测点需要数值' };
  if (type === 'integer' && !Number.isInteger(value)) return { en: 'the tag wants a whole number', zh: '该测点需要整数' };
  return undefined;
}

/** A push connection is live by the data that arrive, like every other. */
async function reportLive(tx: Tx, orgId: string, ids: readonly string[], arrived: number): Promise<void> {
  const at = new Date(arrived).toISOString();
  await tx
    .update(connection)
    .set({
      status: sql`jsonb_build_object('state', 'live', 'lastValueAt', ${at}::text, 'since',
        case when ${connection.status}->>'state' = 'live' then ${connection.status}->>'since' else ${at}::text end)`,
    })
    .where(and(eq(connection.orgId, orgId), inArray(connection.id, [...ids])));
  await tx.execute(sql`select pg_notify('connections', ${orgId})`);
}
