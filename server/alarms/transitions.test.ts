import { expect, it } from 'vitest';
import { ALARM_STATES, type AlarmState } from '#drizzle/schema/alarm.ts';
import { afterAction } from './transitions.ts';

const since = new Date('2026-01-05T06:00:00Z');
const facts = (state: AlarmState, active: boolean, ackedAt: Date | null = null) => ({ state, active, since, ackedAt });

/** ANSI/ISA-18.2-2016, figure 3: B unacknowledged, C acknowledged, D returned to normal unacknowledged, A normal, E shelved. */
it('an acknowledgement leads from B to C and from D to A, and means nothing elsewhere', () => {
  expect(afterAction(facts('unack-active', true), 'acknowledge')).toBe('ack-active');
  expect(afterAction(facts('unack-cleared', false), 'acknowledge')).toBe('normal');
  for (const state of ALARM_STATES.filter((s) => !s.startsWith('unack')))
    expect(afterAction(facts(state, true), 'acknowledge')).toBeUndefined();
});
it('what is shown can be shelved; suppressed, out of service and normal ones cannot', () => {
  expect(ALARM_STATES.filter((s) => afterAction(facts(s, true), 'shelve'))).toEqual([
    'unack-active',
    'ack-active',
    'unack-cleared',
  ]);
});
it('unshelved it is what the condition says now', () => {
  expect(afterAction(facts('shelved', false), 'unshelve')).toBe('normal');
  expect(afterAction(facts('shelved', true), 'unshelve')).toBe('unack-active');
  expect(afterAction(facts('shelved', true, new Date(+since + 1)), 'unshelve')).toBe('ack-active');
  expect(afterAction(facts('shelved', true, new Date(+since - 1)), 'unshelve')).toBe('unack-active');
});
