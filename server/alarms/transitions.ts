import type { AlarmState } from '#drizzle/schema/alarm.ts';

/** What decides a state besides the state itself. */
export interface AlarmFacts {
  readonly state: AlarmState;
  /** Does the condition hold now? */
  readonly active: boolean;
  readonly since: Date;
  readonly ackedAt: Date | null;
}

/** What a person can do to an alarm, by ISA-18.2; the condition's own changes belong to the worker. */
export type AlarmAction = 'acknowledge' | 'shelve' | 'unshelve';

export const canAcknowledge = (state: AlarmState): boolean => state === 'unack-active' || state === 'unack-cleared';
export const canShelve = (state: AlarmState): boolean =>
  state === 'unack-active' || state === 'ack-active' || state === 'unack-cleared';

/** The state after an action, or undefined where the action has no meaning. */
export function afterAction(alarm: AlarmFacts, action: AlarmAction): AlarmState | undefined {
  switch (action) {
    case 'acknowledge':
      return alarm.state === 'unack-active' ? 'ack-active' : alarm.state === 'unack-cleared' ? 'normal' : undefined;
    case 'shelve':
      return canShelve(alarm.state) ? 'shelved' : undefined;
    case 'unshelve':
      if (alarm.state !== 'shelved') return undefined;
      if (!alarm.active) return 'normal';
      // What was acknowledged since the condition last came stays acknowledged.
      return alarm.ackedAt && alarm.ackedAt >= alarm.since ? 'ack-active' : 'unack-active';
  }
}
