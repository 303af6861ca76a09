import { expect, test } from 'vitest';
import type { AlarmState } from '#drizzle/schema/alarm.ts';
import { ALARM_EVENTS, type AlarmEventKind, nextAlarmState, planConditions } from './alarm-states.ts';

const STATES: AlarmState[] = ['normal', 'unack-active', 'ack-active', 'unack-cleared', 'shelved', 'suppressed', 'out-of-service'];

/**
 * ANSI/ISA-18.2-2016, figure "Alarm state transition diagram", as one line per arrow: state letter, event, state letter; `!` = with the
 * condition active. Letters: A normal, B unacknowledged, C acknowledged, D RTN unacknowledged, G shelved, H suppressed by design, I out of service.
 */
const STANDARD = `
A active B      B acknowledge C   C clear A         B clear D        D acknowledge A   D active B
A shelve G      B shelve G        C shelve G        D shelve G       G unshelve! B     G unshelve A
A suppress H    B suppress H      C suppress H      D suppress H     H unsuppress! B   H unsuppress A
A remove I      B remove I        C remove I        D remove I       G remove I        H remove I
I return! B     I return A`;
const LETTER: Record<string, AlarmState> = {
  A: 'normal',
  B: 'unack-active',
  C: 'ack-active',
  D: 'unack-cleared',
  G: 'shelved',
  H: 'suppressed',
  I: 'out-of-service',
};
const EVENT: Record<string, AlarmEventKind> = { remove: 'remove-from-service', return: 'return-to-service' };

test('the table has the arrows of ISA-18.2, and no others but staying and removal', () => {
  const arrows = new Map<string, AlarmState>();
  for (const [, from = '', event = '', active = '', to = ''] of STANDARD.matchAll(/([A-I]) (\w+)(!?) ([A-I])/g)) {
    const kind = EVENT[event] ?? (event as AlarmEventKind);
    const back = kind.startsWith('un') || kind === 'return-to-service';
    for (const condition of back ? [active === '!'] : [true, false])
      arrows.set(`${LETTER[from]} ${kind} ${condition}`, LETTER[to] as AlarmState);
  }
  expect(arrows.size).toBe((26 - 6) * 2 + 6);
  for (const state of STATES)
    for (const event of ALARM_EVENTS)
      for (const condition of [true, false]) {
        const next = nextAlarmState(state, event, condition);
        const standard = arrows.get(`${state} ${event} ${condition}`);
        if (standard) expect(next, `${state} ${event} ${condition}`).toBe(standard);
        else if (event === 'active' || event === 'clear') expect(next, `${state} ${event}`).toBe(state);
        else if (event === 'removed') expect(next).toBe('normal');
        else expect(next, `${state} ${event}`).toBeUndefined();
      }
});

test('changes within one step are journalled one by one, whatever state people left the alarm in', () => {
  const plan = planConditions([
    { active: true, time: 1, value: 9 },
    { active: false, time: 2 },
    { active: true, time: 3, value: Number.NaN },
  ]);
  expect(plan.normal).toEqual({
    to: 'unack-active',
    events: [
      { from: 'normal', to: 'unack-active', at: 1, value: 9 },
      { from: 'unack-active', to: 'unack-cleared', at: 2, value: null },
      { from: 'unack-cleared', to: 'unack-active', at: 3, value: null },
    ],
  });
  expect(plan['ack-active'].events.map((e) => e.to)).toEqual(['normal', 'unack-active']);
  expect(plan.shelved).toEqual({ to: 'shelved', events: [] });
});
