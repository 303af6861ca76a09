import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { dropEffectOf, dropLetter, retryEffectOf, retryLetter, type Settling } from '#runtime/effects/dead-letters.ts';
import { effectKey } from '#runtime/effects/outbox.ts';
import { recordAudit } from '../audit/record-audit.ts';
import type { OrgContext } from '../trpc.ts';
import { effectsFailed } from './errors.ts';

const which = z.union([
  z.object({ letter: z.uuid() }),
  z.object({
    effect: z.object({
      shardId: z.number().int(),
      step: z.number().int().nonnegative(),
      ordinal: z.number().int().nonnegative(),
    }),
  }),
]);
export const settleInput = z.object({ what: which, how: z.enum(['retry', 'drop']) });

type Actor = Pick<OrgContext, 'orgId'> & { readonly user: { readonly id: string; readonly name: string } };

/** A person tries again what failed for good, or drops it; once, and audited. */
export async function settleLetter(
  tx: Tx,
  { orgId, user }: Actor,
  { what, how }: z.infer<typeof settleInput>,
): Promise<{ settled: 'retried' | 'dropped' }> {
  const target = 'letter' in what ? `dead-letter:${what.letter}` : `effect:${effectKey(what.effect)}`;
  // before the log entry, whose lane stays locked until the end; undone with everything when it is refused
  await recordAudit(tx, { orgId, actor: user.id, action: `effects.${how}`, target });
  refuse(await settle());
  return { settled: how === 'retry' ? 'retried' : 'dropped' };

  function settle(): Promise<Settling> {
    if ('letter' in what) return (how === 'retry' ? retryLetter : dropLetter)(tx, orgId, what.letter, user.name);
    return (how === 'retry' ? retryEffectOf : dropEffectOf)(tx, orgId, what.effect, user.name);
  }
}

function refuse(settling: Settling): void {
  if (settling === 'gone') throw effectsFailed('effects.settled');
  if (settling === 'no-entry') throw effectsFailed('effects.row-not-kept');
  if (settling === 'not-repeatable') throw effectsFailed('effects.command-stays');
}
