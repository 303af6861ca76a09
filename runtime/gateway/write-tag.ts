import type { Session, WriteResult } from '#blocks/sdk/connector.ts';
import type { ResolvedValue } from '#drizzle/schema/effect.ts';
import { reason } from '#runtime/effects/reasons.ts';
import { fromRaw, type TagRow, toRaw } from '#runtime/samples/scale.ts';
import { outsideTag } from './act-checks.ts';
import { type Attempt, actNow, failed, late, type Outcome, refused } from './attempt.ts';

/** `tag.write`: one value, read back within its tolerance. */
export async function writeTag(attempt: Attempt, wish: ResolvedValue): Promise<Outcome> {
  const { checks } = attempt;
  const row = await checks.tagOf(attempt.orgId, wish.tagId);
  if (!row) return refused(reason('tag-gone'));
  const refusal = late(attempt) ?? (await attempt.allowed()) ?? outsideTag(row, wish.value) ?? checks.tooOften(row.id);
  if (refusal) return refusal;
  const raw = toRaw(wish.value, row);
  if (raw === undefined) return refused(reason('not-a-number', { type: row.type }));
  return actNow(attempt, [row], async (session, begun) => {
    checks.count(row.id);
    begun();
    return writeAndReadBack(session, row, wish, raw);
  });
}

/** Tells the device, and judges what it has then. */
export async function writeAndReadBack(
  session: Session,
  row: TagRow & { readonly address: string },
  wish: ResolvedValue,
  raw: number | boolean,
): Promise<Outcome> {
  const result = await session.write(row.address, raw, row.type);
  if (!result.ok) return failed(reason('device-refused', { cause: result.code ?? '–' }, result.reason));
  return judge(row, wish, raw, result);
}

/** Is what was read back what was asked for? */
export function judge(
  row: TagRow,
  { value, tolerance }: ResolvedValue,
  raw: number | boolean,
  { readBack, code, reason: detail }: Pick<WriteResult, 'readBack' | 'code' | 'reason'>,
): Outcome {
  const back = fromRaw(readBack, row);
  if (back === undefined) return failed(reason('not-read-back', { cause: code ?? '–' }, detail));
  if (Math.abs(back - value) > tolerance + roundingOf(row, value, raw, readBack))
    return { ...failed(reason('readback-differs', { asked: value, back, tolerance })), value: back };
  return { status: 'done', ok: true, value: back };
}

/** What the device cannot tell apart is no difference: half a raw step of an integer, the last bits of a float32. */
function roundingOf(row: TagRow, asked: number, raw: number | boolean, readBack: unknown): number {
  const whole = Number.isInteger(readBack) && !Number.isInteger(raw);
  return (whole ? 0.5 * Math.abs(row.gain) : 0) + 1e-6 * Math.abs(asked);
}

/** `watchdog.beat`: a sign of life. Not compared when read back, because a device may take it away to acknowledge it. */
export async function sendBeat(attempt: Attempt, wish: ResolvedValue): Promise<Outcome> {
  const row = await attempt.checks.tagOf(attempt.orgId, wish.tagId);
  if (!row) return refused(reason('tag-gone'));
  const refusal = late(attempt) ?? (await attempt.allowed()) ?? outsideTag(row, wish.value);
  if (refusal) return refusal;
  const raw = toRaw(wish.value, row);
  if (raw === undefined) return refused(reason('not-a-number', { type: row.type }));
  const beat = async (session: Session, begun: () => void): Promise<Outcome> => {
    begun();
    const result = await session.write(row.address, raw, row.type);
    if (!result.ok) return failed(reason('device-refused', { cause: result.code ?? '–' }, result.reason));
    return { status: 'done', ok: true, value: wish.value };
  };
  return actNow(attempt, [row], beat, { whoeverLeases: true });
}
