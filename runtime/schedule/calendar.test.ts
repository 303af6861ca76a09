import { expect, test } from 'vitest';
import { type Calendar, calendarDocument, shiftAt, shiftsBetween } from './calendar.ts';
import { instantOf, isZone, localOf } from './zone.ts';

const iso = (text: string) => Date.parse(text);
const back = (time: number) => new Date(time).toISOString();
const name = { en: 'x', zh: '班' };

/** Transitions as the tz database has them: Berlin 2026-03-29 01:00 UTC and 2026-10-25 01:00 UTC, Lord Howe half an hour, Shanghai none. */
test.each([
  ['Europe/Berlin', '2026-03-29', 90, '2026-03-29T00:30:00.000Z'],
  ['Europe/Berlin', '2026-03-29', 150, '2026-03-29T01:30:00.000Z'], // 02:30 does not exist: 03:30
  ['Europe/Berlin', '2026-03-29', 180, '2026-03-29T01:00:00.000Z'],
  ['Europe/Berlin', '2026-10-25', 150, '2026-10-25T00:30:00.000Z'], // 02:30 comes twice: the first
  ['Europe/Berlin', '2026-10-25', 180, '2026-10-25T02:00:00.000Z'],
  ['America/New_York', '2026-11-01', 90, '2026-11-01T05:30:00.000Z'],
  ['Australia/Lord_Howe', '2026-10-04', 135, '2026-10-03T15:45:00.000Z'], // 02:00 + 30 min: 02:15 is 02:45
  ['Asia/Shanghai', '2026-05-01', 0, '2026-04-30T16:00:00.000Z'],
  ['Asia/Kathmandu', '2026-05-01', 0, '2026-04-30T18:15:00.000Z'],
])('%s %s + %i min is %s', (zone, date, minutes, instant) => {
  expect(back(instantOf(date, minutes, zone))).toBe(instant);
});

test('an instant has a wall clock, and a zone is a name that the tz database has', () => {
  expect(localOf(iso('2026-10-25T01:30:00Z'), 'Europe/Berlin')).toEqual({ date: '2026-10-25', minutes: 150 });
  expect(localOf(iso('2026-12-31T16:00:00Z'), 'Asia/Shanghai')).toEqual({ date: '2027-01-01', minutes: 0 });
  expect(['Asia/Shanghai', 'UTC', 'Mars/Olympus', ''].map(isZone)).toEqual([true, true, false, false]);
});

const weekdays = [1, 2, 3, 4, 5];
const three: Calendar = calendarDocument.parse({
  shifts: [
    { code: 'early', name, start: '06:00', end: '14:00', days: weekdays },
    { code: 'late', name, start: '14:00', end: '22:00', days: weekdays },
    { code: 'night', name, start: '22:00', end: '06:00', days: weekdays },
  ],
  // Chinese Labour Day 2026 (State Council): off on Friday 1 May, worked on Saturday 9 May
  exceptions: [
    { date: '2026-05-01', name, shifts: [] },
    { date: '2026-05-09', name, shifts: ['early', 'late'] },
  ],
});
const spans = (from: string, to: string, zone = 'Asia/Shanghai', calendar = three) =>
  shiftsBetween(calendar, zone, iso(from), iso(to)).map(
    (s) => `${s.day} ${s.code} ${back(s.start).slice(5, 16)} ${(s.end - s.start) / 3_600_000}h`,
  );

test('a shift that crosses midnight belongs to the day on which it starts; exceptions are by that day', () => {
  // Thursday evening to Friday, which is off: Thursday's night goes on into it
  expect(spans('2026-04-30T18:00:00+08:00', '2026-05-02T12:00:00+08:00')).toEqual([
    '2026-04-30 late 04-30T06:00 8h',
    '2026-04-30 night 04-30T14:00 8h',
  ]);
  expect(spans('2026-05-09T00:00:00+08:00', '2026-05-10T12:00:00+08:00')).toEqual([
    '2026-05-08 night 05-08T14:00 8h',
    '2026-05-09 early 05-08T22:00 8h',
    '2026-05-09 late 05-09T06:00 8h',
  ]);
  const at = (text: string) => {
    const s = shiftAt(three, 'Asia/Shanghai', iso(text));
    return s && `${s.day} ${s.code}`;
  };
  expect(at('2026-05-06T03:00:00+08:00')).toBe('2026-05-05 night');
  expect(at('2026-05-06T06:00:00+08:00'), 'the end is not in the shift').toBe('2026-05-06 early');
  expect(at('2026-05-01T05:59:59+08:00')).toBe('2026-04-30 night');
  expect(at('2026-05-01T06:00:00+08:00')).toBeUndefined();
});

test('the night in which the clock is changed is an hour shorter or longer', () => {
  const nights: Calendar = calendarDocument.parse({
    shifts: [{ code: 'night', name, start: '22:00', end: '06:00', days: [1, 2, 3, 4, 5, 6, 7] }],
  });
  expect(spans('2026-03-28T21:00:00Z', '2026-03-29T03:00:00Z', 'Europe/Berlin', nights)).toEqual([
    '2026-03-28 night 03-28T21:00 7h',
  ]);
  expect(spans('2026-10-24T20:00:00Z', '2026-10-25T04:00:00Z', 'Europe/Berlin', nights)).toEqual([
    '2026-10-24 night 10-24T20:00 9h',
  ]);
  // Shanghai in 1991, the last year in which it did
  expect(spans('1991-04-13T14:30:00Z', '1991-04-13T20:00:00Z', 'Asia/Shanghai', nights)).toEqual([
    '1991-04-13 night 04-13T14:00 7h',
  ]);
  expect(spans('1991-09-14T14:00:00Z', '1991-09-14T20:00:00Z', 'Asia/Shanghai', nights)).toEqual([
    '1991-09-14 night 09-14T13:00 9h',
  ]);
});

test.each([
  [{ shifts: [] }, 'shifts'],
  [{ shifts: [{ code: 'a', name, start: '24:00', end: '06:00', days: [1] }] }, 'shifts.0.start'],
  [{ shifts: [{ code: 'a', name, start: '06:00', end: '14:00', days: [8] }] }, 'shifts.0.days.0'],
  [{ shifts: [three.shifts[0], three.shifts[0]] }, 'shifts.1.code'],
  [{ ...three, exceptions: [{ date: '2026-02-30', name, shifts: [] }] }, 'exceptions.0.date'],
  [{ ...three, exceptions: [{ date: '2026-05-01', name, shifts: ['noon'] }] }, 'exceptions.0.shifts'],
])('a calendar that cannot be is refused at its place', (calendar, path) => {
  expect(calendarDocument.safeParse(calendar).error?.issues.map((i) => i.path.join('.'))).toContain(path);
});
