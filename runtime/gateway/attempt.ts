/** One attempt to act on a machine: the last looks right before it, whoever asked and whatever is done. */
import { ConnectorError, messageOf, type Session } from '#blocks/sdk/connector.ts';
import type { ResolvedAct } from '#drizzle/schema/effect.ts';
import { checkPreconditions } from '#runtime/effects/interlock.ts';
import type { EffectAnswer, FinalStatus } from '#runtime/effects/outbox.ts';
import { type Reason, reason } from '#runtime/effects/reasons.ts';
import type { TagRow } from '#runtime/samples/scale.ts';
import type { ActChecks } from './act-checks.ts';
import type { SupervisedConnection } from './supervised.ts';

export interface Outcome extends EffectAnswer {
  readonly status: FinalStatus;
}
export const refused = (why: Reason): Outcome => ({ status: 'refused', ok: false, ...why });
export const failed = (why: Reason): Outcome => ({ status: 'failed', ok: false, ...why });

export interface Attempt {
  readonly orgId: string;
  /** Absent when no app asks. */
  readonly instanceId?: string;
  /** Epoch ms; later it is not begun. */
  readonly deadline: number;
  readonly preconditions: ResolvedAct['preconditions'];
  readonly supervised: SupervisedConnection;
  readonly checks: ActChecks;
  /** Are grant and app still what they were when it was asked for? */
  allowed(): Promise<Outcome | undefined>;
}

export const late = ({ deadline }: Pick<Attempt, 'deadline'>): Outcome | undefined =>
  Date.now() >= deadline ? refused(reason('expired')) : undefined;

export interface ActOptions {
  /** A sign of life goes out whoever has the lease: without it the device would fall back. */
  readonly whoeverLeases?: boolean;
}

/**
 * Waits for the connection's turn, judges deadline, interlock and leases with what is true now, and acts. `begun` is to be called right before the device is
 * told: what fails after it has an unknown outcome, what fails before has none.
 */
export async function actNow(
  attempt: Attempt,
  tags: readonly TagRow[],
  act: (session: Session, begun: () => void) => Promise<Outcome>,
  options: ActOptions = {},
): Promise<Outcome> {
  const { supervised, deadline, checks, orgId } = attempt;
  if (!(await checks.turn(supervised.row.id, deadline))) return refused(reason('expired'));
  let begun = false;
  try {
    return await supervised.withSession(deadline, async (session): Promise<Outcome> => {
      const blocked = await checkPreconditions(attempt.preconditions, (id, maxAge) =>
        checks.look(id, maxAge, orgId, supervised, session),
      );
      const leased = options.whoeverLeases ? undefined : await checks.leased(orgId, tags, attempt.instanceId);
      // judging took time; and whoever waited for a session may have waited too long
      const why = blocked ?? leased;
      const stop = late(attempt) ?? (why ? refused(why) : undefined);
      if (stop) return stop;
      return act(session, () => {
        begun = true;
      });
    });
  } catch (error) {
    const cause = error instanceof ConnectorError ? error.text : messageOf(error);
    if (!begun) return late(attempt) ?? refused(reason('no-connection', { cause }));
    return failed(reason('outcome-unknown', { cause }));
  }
}
