import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#drizzle/client.ts';
import { hopTime } from '#drizzle/schema/index.ts';

export interface TracedStep {
  readonly shardId: number;
  readonly step: number;
}

export const drawnInput = z.object({
  steps: z
    .array(z.object({ shardId: z.number().int().positive(), step: z.number().int().positive() }))
    .min(1)
    .max(16),
  /** By the server's clock, as the browser knows it. */
  at: z.number(),
});

/** A browser that wants to be believed is not further off. */
const EARLIEST_MS = 60_000;
const AHEAD_MS = 1_000;

/** The results of a traced step go to a screen now. The first screen counts. */
export async function noteSent(tx: Tx, orgId: string, steps: readonly TracedStep[], now = Date.now()): Promise<void> {
  await tx
    .insert(hopTime)
    .values(steps.map(({ shardId, step }) => ({ shardId, step, hop: 'sent' as const, orgId, at: now })))
    .onConflictDoNothing();
}

/**
 * A browser has drawn them. Only what was sent to one is taken, so that no browser can make rows; what does not fit is left out without a word:
 * it is a measurement, and its sender can do nothing about it. Gives how many were noted.
 */
export async function noteDrawn(
  tx: Tx,
  orgId: string,
  { steps, at }: z.infer<typeof drawnInput>,
  now = Date.now(),
): Promise<number> {
  if (at < now - EARLIEST_MS || at > now + AHEAD_MS) return 0;
  let noted = 0;
  for (const { shardId, step } of steps) {
    const [sent] = await tx
      .select({ at: hopTime.at })
      .from(hopTime)
      .where(and(eq(hopTime.orgId, orgId), eq(hopTime.shardId, shardId), eq(hopTime.step, step), eq(hopTime.hop, 'sent')));
    if (!sent) continue;
    // Its clock is known to within the time a message takes: nothing is drawn before it was sent.
    const drawn = { shardId, step, hop: 'drawn' as const, orgId, at: Math.max(at, sent.at) };
    noted += (await tx.insert(hopTime).values(drawn).onConflictDoNothing().returning({ step: hopTime.step })).length;
  }
  return noted;
}
