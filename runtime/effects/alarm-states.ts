/**
 * Life of an alarm after ANSI/ISA-18.2 (IEC 62682), section on the alarm state machine. The block reports only its condition; the rest is the
 * platform's. States are those of the standard: normal (A), unacknowledged active (B), acknowledged active (C), returned to normal
 * unacknowledged (D), shelved (G), suppressed by design (H), out of service (I).
 */
import type { AlarmState } from '#drizzle/schema/alarm.ts';

export const ALARM_EVENTS = [
  'active',
  'clear',
  'acknowledge',
  'shelve',
  'unshelve',
  'suppress',
  'unsuppress',
  'remove-from-service',
  'return-to-service',
  'removed',
] as const;
export type AlarmEventKind = (typeof ALARM_EVENTS)[number];

/** `back`: leaves a suppressed state for where the condition stands now. */
type Cell = AlarmState | 'back';
const SUPPRESSIONS = {
  shelve: 'shelved',
  suppress: 'suppressed',
  'remove-from-service': 'out-of-service',
  removed: 'normal',
} as const;

/** A cell that is absent means: the event is not possible in that state. */
const TABLE: Readonly<Record<AlarmState, Partial<Record<AlarmEventKind, Cell>>>> = {
  normal: { active: 'unack-active', clear: 'normal', ...SUPPRESSIONS },
  'unack-active': { active: 'unack-active', clear: 'unack-cleared', acknowledge: 'ack-active', ...SUPPRESSIONS },
  'ack-active': { active: 'ack-active', clear: 'normal', ...SUPPRESSIONS },
  'unack-cleared': { active: 'unack-active', clear: 'unack-cleared', acknowledge: 'normal', ...SUPPRESSIONS },
  // While suppressed the condition goes on underneath and is kept, but announces nothing.
  shelved: { active: 'shelved', clear: 'shelved', unshelve: 'back', 'remove-from-service': 'out-of-service', removed: 'normal' },
  suppressed: {
    active: 'suppressed',
    clear: 'suppressed',
    unsuppress: 'back',
    'remove-from-service': 'out-of-service',
    removed: 'normal',
  },
  'out-of-service': { active: 'out-of-service', clear: 'out-of-service', 'return-to-service': 'back', removed: 'normal' },
};

/** The next state, or undefined when the event is not possible. `conditionActive` is the condition as it stands (before the event). */
export function nextAlarmState(state: AlarmState, event: AlarmEventKind, conditionActive: boolean): AlarmState | undefined {
  const cell = TABLE[state][event];
  return cell === 'back' ? (conditionActive ? 'unack-active' : 'normal') : cell;
}

/** One change of a condition within a step. */
export interface ConditionChange {
  readonly active: boolean;
  readonly time: number;
  readonly value?: number;
}
/** What a row of condition changes does to an alarm that is in a given state when they are committed. */
export interface ConditionPlan {
  readonly to: AlarmState;
  readonly events: readonly {
    readonly from: AlarmState;
    readonly to: AlarmState;
    readonly at: number;
    readonly value: number | null;
  }[];
}
/**
 * The plan for every state that the alarm may be in, because people change it while the step runs: the committing statement picks the one
 * that holds under the row's lock.
 */
export function planConditions(changes: readonly ConditionChange[]): Record<AlarmState, ConditionPlan> {
  const plan = (start: AlarmState): ConditionPlan => {
    let state = start;
    const events: { from: AlarmState; to: AlarmState; at: number; value: number | null }[] = [];
    for (const change of changes) {
      const to = nextAlarmState(state, change.active ? 'active' : 'clear', change.active) ?? state;
      if (to !== state)
        events.push({
          from: state,
          to,
          at: change.time,
          value: change.value !== undefined && Number.isFinite(change.value) ? change.value : null,
        });
      state = to;
    }
    return { to: state, events };
  };
  return {
    normal: plan('normal'),
    'unack-active': plan('unack-active'),
    'ack-active': plan('ack-active'),
    'unack-cleared': plan('unack-cleared'),
    shelved: plan('shelved'),
    suppressed: plan('suppressed'),
    'out-of-service': plan('out-of-service'),
  };
}
