import { and, asc, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Db } from '#drizzle/client.ts';
import { effect } from '#drizzle/schema/index.ts';
import { type EffectKind, REQUESTS } from '#runtime/effects/requests.ts';
import type { Answering, ModelAnswer } from '#runtime/replay/model-answers.ts';
import type { EffectRequest } from '#runtime/step/contract.ts';

/**
 * Answers that the outside gave to an instance, for a run that performs nothing: the same request about the same thing gets the answer that it got
 * then, one after the other, the last of them again where more are asked than were; whatever was never asked goes to `model`.
 */
export async function recordedAnswers(
  db: Db,
  instanceId: string,
  kinds: readonly string[],
  window: { readonly from: number; readonly to: number },
  model: Answering,
): Promise<Answering> {
  if (kinds.length === 0) return model;
  const rows = await db
    .select({ key: effect.key, kind: effect.kind, request: effect.request, answer: effect.answer, at: effect.createdAt })
    .from(effect)
    .where(and(eq(effect.instanceId, instanceId), inArray(effect.kind, [...kinds]), isNotNull(effect.answer)))
    .orderBy(asc(effect.step), asc(effect.ordinal));
  const answers = new Map<string, ModelAnswer[]>();
  for (const { key, kind, request, answer, at } of rows) {
    if (!answer || at.getTime() < window.from) continue;
    const name = nameOf({ key, kind, request });
    const list = answers.get(name) ?? [];
    answers.set(name, list);
    list.push(toldAnswer(answer));
  }
  return (asked) => {
    const list = answers.get(nameOf(asked));
    if (!list) return model(asked);
    return (list.length > 1 ? list.shift() : list[0]) ?? model(asked);
  };
}

/** An effect's outcome as the program was told it. */
export const toldAnswer = (answer: { ok: boolean; value?: unknown; code?: string }): ModelAnswer => ({
  ok: answer.ok,
  ...(answer.value === undefined ? {} : { value: answer.value }),
  ...(answer.code === undefined ? {} : { reason: answer.code }),
  recorded: true,
});

type Asked = Pick<EffectRequest, 'key' | 'kind' | 'request'>;
/** With defaults filled in, as it was stored. */
function nameOf({ key, kind, request }: Asked): string {
  const filled = kind in REQUESTS ? REQUESTS[kind as EffectKind].safeParse(request).data : undefined;
  return `${kind}\n${key}\n${JSON.stringify(sorted(filled ?? request))}`;
}
export const sameRequest = (a: Asked, b: Asked): boolean => nameOf(a) === nameOf(b);

/** The order of an object's fields says nothing, and the database does not keep it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}
