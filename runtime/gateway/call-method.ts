import type { ResolvedAct } from '#drizzle/schema/effect.ts';
import { reason } from '#runtime/effects/reasons.ts';
import type { EffectRequestOf } from '#runtime/effects/requests.ts';
import { type Attempt, actNow, failed, late, type Outcome, refused } from './attempt.ts';

/** `command.send`: a method of the object that the tag belongs to. The tag says over which connection, and that the machine may be commanded. */
export async function callMethod(
  attempt: Attempt,
  { tagId }: ResolvedAct,
  request: EffectRequestOf<'command.send'>,
): Promise<Outcome> {
  const { checks, supervised } = attempt;
  const row = await checks.tagOf(attempt.orgId, tagId);
  if (!row) return refused(reason('tag-gone'));
  const readOnly = row.access === 'rw' ? undefined : refused(reason('not-writable', { tag: row.name }));
  const refusal = late(attempt) ?? (await attempt.allowed()) ?? readOnly ?? checks.tooOften(row.id);
  if (refusal) return refusal;
  return actNow(attempt, [row], async (session, begun) => {
    if (!session.call) return refused(reason('method-none', { connector: supervised.row.connector }));
    checks.count(row.id);
    begun();
    const result = await session.call(row.address, request.method, request.arguments);
    if (!result.ok) return failed(reason('method-refused', { method: request.method, cause: result.reason }));
    return { status: 'done', ok: true, value: result.outputs };
  });
}
