import { expect, test } from 'vitest';
import type { ScheduleRule } from '#runtime/step/contract.ts';
import { calendarDocument } from './calendar.ts';
import { cronFault, dueTimes, nextLook, type Place } from './due.ts';
import { planTicks } from './misfire.ts';

const iso = (text: string) => Date.parse(text);
const rule = (cron: string, more: Partial<ScheduleRule> = {}): ScheduleRule => ({
  on: 'cron',
  cron,
  inShifts: false,
  misfire: 'latest',
  ...more,
});
const times = (r: ScheduleRule, place: Place, from: string, to: string) =>
  [...dueTimes(r, place, iso(from), iso(to))].map((d) => new Date(d.at).toISOString().slice(5, 16));

/** What Vixie cron does at a change of the clock (cron(8)): fixed times in a gap run right after it, repeated ones once; wildcards follow the clock. */
test.each([
  ['fixed, gap', '30 2 * * *', 'Europe/Berlin', '03-28T12:00', '03-30T12:00', ['03-29T01:00', '03-30T00:30']],
  ['fixed, overlap', '30 2 * * *', 'Europe/Berlin', '10-24T12:00', '10-26T12:00', ['10-25T00:30', '10-26T01:30']],
  ['list, overlap', '0,30 1 * * *', 'America/New_York', '11-01T00:00', '11-02T00:00', ['11-01T05:00', '11-01T05:30']],
  [
    'half-hourly, gap',
    '*/30 * * * *',
    'Europe/Berlin',
    '03-29T00:15',
    '03-29T02:00',
    ['03-29T00:30', '03-29T01:00', '03-29T01:30', '03-29T02:00'],
  ],
  [
    'hourly, overlap',
    '0 * * * *',
    'Europe/Berlin',
    '10-24T23:30',
    '10-25T03:00',
    ['10-25T00:00', '10-25T01:00', '10-25T02:00', '10-25T03:00'],
  ],
  ['day of month or weekday', '0 0 13 * 5', 'UTC', '11-10T00:00', '11-21T00:00', ['11-13T00:00', '11-20T00:00']],
  ['zone without changes', '30 6 * * MON-FRI', 'Asia/Shanghai', '05-01T00:00', '05-05T00:00', ['05-03T22:30', '05-04T22:30']],
])('%s', (_name, cron, zone, from, to, wanted) => {
  expect(times(rule(cron), { zone }, `2026-${from}:00Z`, `2026-${to}:00Z`)).toEqual(wanted);
});

/** Shanghai changed its clocks from 1986 to 1991 (tz database): 1991-04-14 02:00 to 03:00, 1991-09-15 02:00 to 01:00. */
test.each([
  ['fixed, gap', '30 2 * * *', '1991-04-13T16:00:00Z', '1991-04-14T16:00:00Z', ['04-13T18:00']],
  ['fixed, overlap', '30 1 * * *', '1991-09-14T15:00:00Z', '1991-09-15T15:00:00Z', ['09-14T16:30']],
  [
    'half-hourly, gap',
    '*/30 * * * *',
    '1991-04-13T17:15:00Z',
    '1991-04-13T18:30:00Z',
    ['04-13T17:30', '04-13T18:00', '04-13T18:30'],
  ],
  ['hourly, overlap', '0 * * * *', '1991-09-14T15:30:00Z', '1991-09-14T18:00:00Z', ['09-14T16:00', '09-14T17:00', '09-14T18:00']],
])('Asia/Shanghai when it changed its clocks: %s', (_name, cron, from, to, wanted) => {
  expect(times(rule(cron), { zone: 'Asia/Shanghai' }, from, to)).toEqual(wanted);
});

test('from is left out and to is in, so that stretches join without a hole or a double', () => {
  const all = times(rule('*/7 * * * *'), { zone: 'UTC' }, '2026-01-01T00:00:00Z', '2026-01-01T03:00:00Z');
  const cut = ['00:00', '00:07', '01:01', '01:03', '03:00'];
  const parts = cut
    .slice(1)
    .flatMap((to, i) => times(rule('*/7 * * * *'), { zone: 'UTC' }, `2026-01-01T${cut[i]}:00Z`, `2026-01-01T${to}:00Z`));
  expect(parts).toEqual(all);
  expect(all).toHaveLength(27); // 9 an hour in 3 hours, without the first and with 03:00
});

const name = { en: 'x', zh: '班' };
const calendar = calendarDocument.parse({
  shifts: [
    { code: 'day', name, start: '08:00', end: '20:00', days: [1, 2, 3, 4, 5] },
    { code: 'night', name, start: '20:00', end: '08:00', days: [1, 2, 3, 4, 5] },
  ],
});
const shanghai = { zone: 'Asia/Shanghai', calendar };

test('shifts start and end; a cron rule may keep to them; each tick knows its shift and the day it belongs to', () => {
  const weekend = ['2026-11-20T18:00:00+08:00', '2026-11-23T21:00:00+08:00'] as const;
  const of = (r: ScheduleRule) =>
    [...dueTimes(r, shanghai, iso(weekend[0]), iso(weekend[1]))].map(
      (d) => `${new Date(d.at).toISOString().slice(5, 16)} ${d.day} ${d.shift}`,
    );
  expect(of(rule('', { on: 'shift-start' }))).toEqual([
    '11-20T12:00 2026-11-20 night',
    '11-23T00:00 2026-11-23 day',
    '11-23T12:00 2026-11-23 night',
  ]);
  expect(of(rule('', { on: 'shift-end' }))).toEqual([
    '11-20T12:00 2026-11-20 day',
    '11-21T00:00 2026-11-20 night',
    '11-23T12:00 2026-11-23 day',
  ]);
  expect(of(rule('0 3 * * *', { inShifts: true }))).toEqual(['11-20T19:00 2026-11-20 night']);
  expect(of(rule('0 3 * * *')).at(1)).toBe('11-21T19:00 2026-11-22 ');
  expect([...dueTimes(rule('', { on: 'shift-start' }), { zone: 'UTC' }, 0, 1e12)]).toEqual([]);
});

test('the next look is the next due time, or a day on', () => {
  const at = iso('2026-01-01T00:00:00Z');
  expect(nextLook(rule('30 * * * *'), { zone: 'UTC' }, at)).toBe(at + 1_800_000);
  expect(nextLook(rule('0 0 1 7 *'), { zone: 'UTC' }, at)).toBe(at + 86_400_000);
});

test('a rule of anything but five fields is none', () => {
  expect(cronFault('0 6 * * *')).toBeUndefined();
  for (const text of ['', '* * * * * *', '61 * * * *']) expect(cronFault(text)).toBeTypeOf('string');
});

test('what was missed gets no tick, one for the latest, or one each, and is counted', () => {
  const minute = 60_000;
  const due = [1, 2, 3, 4].map((n) => ({ at: n * minute, shift: '', day: '' }));
  const at = (policy: ScheduleRule['misfire'], now: number, missed = 0) => {
    const plan = planTicks(policy, due, now, missed);
    return [plan.ticks.map((t) => [t.at / minute, t.missed]), plan.missed];
  };
  // 20 s after the fourth: the first three are missed
  const now = 4 * minute + 20_000;
  expect(at('skip', now)).toEqual([[[4, 3]], 0]);
  expect(at('latest', now)).toEqual([[[4, 3]], 0]);
  expect(at('all', now)).toEqual([
    [
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
    ],
    0,
  ]);
  // a minute later all four are missed
  expect(at('skip', now + minute, 2)).toEqual([[], 6]);
  expect(at('latest', now + minute, 2)).toEqual([[[4, 5]], 0]);
  expect(planTicks('latest', [], now, 2)).toEqual({ ticks: [], missed: 2 });
});
