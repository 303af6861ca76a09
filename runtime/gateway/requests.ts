import { and, asc, eq, gt, inArray, isNull } from 'drizzle-orm';
import type { Logger } from 'pino';
import { z } from 'zod';
import { plain } from '#blocks/sdk/connection-words.ts';
import { ConnectorError, messageOf, type Session, type TagValueType } from '#blocks/sdk/connector.ts';
import type { Db } from '#drizzle/client.ts';
import { connectionRequest } from '#drizzle/schema/index.ts';
import type { EffectAnswer } from '#runtime/effects/outbox.ts';
import { TAG_TYPES } from '#runtime/graph/equipment.ts';
import type { SupervisedConnection } from './supervised.ts';
import type { Command } from './writes.ts';

const type = z.enum(TAG_TYPES).default('number');
const address = z.string().min(1).max(2000);
const one = z.union([
  address.transform((text) => ({ address: text, type: 'number' as TagValueType })),
  z.object({ address, type }),
]);

/** What the holder of a connection can be asked, by kind; the answers are told in the README. */
const REQUESTS = {
  browse: z.object({ path: z.string().max(2000).default(''), page: z.string().max(10_000).optional() }),
  test: z.object({ address: address.optional(), type }),
  read: z.object({ addresses: z.array(one).min(1).max(200) }),
  write: z.object({ tagId: z.int(), value: z.number(), by: z.string().min(1), connectionId: z.uuid() }),
} as const;
/** Performs a write with every check of one that an app asks for. */
export type PerformCommand = (command: Command, supervised: SupervisedConnection) => Promise<EffectAnswer>;

const underWay = new Set<string>();

/** Answers the open requests of the connections held; each runs on its own, so that a slow device holds up nobody. */
export async function answerRequests(
  around: { readonly db: Db; readonly log: Logger; readonly command: PerformCommand },
  held: ReadonlyMap<string, { readonly supervised: SupervisedConnection }>,
): Promise<void> {
  if (held.size === 0) return;
  const open = await around.db
    .select()
    .from(connectionRequest)
    .where(
      and(
        inArray(connectionRequest.connectionId, [...held.keys()]),
        isNull(connectionRequest.answeredAt),
        gt(connectionRequest.deadline, new Date()),
      ),
    )
    .orderBy(asc(connectionRequest.createdAt))
    .limit(50);
  for (const request of open) {
    const supervised = held.get(request.connectionId)?.supervised;
    if (!supervised || supervised.row.orgId !== request.orgId || underWay.has(request.id)) continue;
    underWay.add(request.id);
    answerOne(supervised, request, around.command)
      .then((answer) =>
        around.db
          .update(connectionRequest)
          .set({ answer, answeredAt: new Date() })
          .where(and(eq(connectionRequest.id, request.id), isNull(connectionRequest.answeredAt))),
      )
      .catch((error) => around.log.warn({ request: request.id, error: messageOf(error) }, 'request not answered'))
      .finally(() => underWay.delete(request.id));
  }
}

async function answerOne(
  supervised: SupervisedConnection,
  request: typeof connectionRequest.$inferSelect,
  command: PerformCommand,
): Promise<Record<string, unknown>> {
  const parsed = REQUESTS[request.kind].safeParse(request.request);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return {
      ok: false,
      code: 'request.invalid',
      reason: {
        en: `${issue?.path.join('.') ?? 'request'}: ${issue?.message ?? 'is not valid'}`,
        zh: `请求无效（${issue?.path.join('.') ?? ''}）`,
      },
    };
  }
  // a moment less than the asker waits, so that the reason still arrives
  const deadline = request.deadline.getTime() - 500;
  if (request.kind === 'write') {
    const asked = parsed.data as z.output<typeof REQUESTS.write>;
    return { ...(await command({ ...asked, orgId: request.orgId, deadline }, supervised)) };
  }
  try {
    return await supervised.withSession(deadline, (session) => perform(session, request.kind, parsed.data));
  } catch (error) {
    const { failure } = supervised.facts();
    const told =
      failure ??
      (error instanceof ConnectorError ? error : new ConnectorError('session', 'session.failed', plain(messageOf(error))));
    const parts = [{ part: told.part, ok: false, code: told.code, detail: told.text, ms: 0 }];
    return request.kind === 'test' ? { ok: true, parts } : { ok: false, part: told.part, code: told.code, reason: told.text };
  }
}

async function perform(session: Session, kind: keyof typeof REQUESTS, data: unknown): Promise<Record<string, unknown>> {
  if (kind === 'browse') {
    const { path, page } = data as z.output<typeof REQUESTS.browse>;
    return { ok: true, ...(await session.browse(path, page)) };
  }
  if (kind === 'test') {
    const wanted = data as z.output<typeof REQUESTS.test>;
    return { ok: true, parts: await session.test(wanted.address ? { address: wanted.address, type: wanted.type } : undefined) };
  }
  const { addresses } = data as z.output<typeof REQUESTS.read>;
  const results = await session.read(addresses);
  // a waveform is far too long for an answer
  return {
    ok: true,
    results: results.map((r) => (typeof r.value === 'object' ? { ...r, value: undefined, points: r.value.values.length } : r)),
  };
}
