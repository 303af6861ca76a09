import { z } from 'zod';
import { bilingual } from '#runtime/graph/document.ts';
import { addDays, instantOf, localOf, weekdayOf } from './zone.ts';

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write HH:MM, 00:00 to 23:59');
const date = z.iso.date();

/** A shift as people say it: on the days it starts, from and to by the wall clock. An end that is not after the start is on the next day. */
export const shift = z.strictObject({
  /** Stands in the data: `A`, `night`. */
  code: z.string().regex(/^[\w-]{1,20}$/, 'letters, digits, - and _, at most 20'),
  name: bilingual,
  start: clock,
  end: clock,
  /** Monday = 1 … Sunday = 7. */
  days: z.array(z.number().int().min(1).max(7)).min(1),
});
export type Shift = z.infer<typeof shift>;

/** A day that is not as its weekday says: a holiday without shifts, a Saturday that is worked instead. */
export const calendarException = z.strictObject({
  date,
  name: bilingual,
  /** Codes of the shifts that start on that day. */
  shifts: z.array(z.string()),
});
export type CalendarException = z.infer<typeof calendarException>;

export const calendarDocument = z
  .strictObject({ shifts: z.array(shift).min(1).max(24), exceptions: z.array(calendarException).max(1000).default([]) })
  .superRefine(({ shifts, exceptions }, context) => {
    const twice = <T>(all: readonly T[]) => all.findIndex((one, i) => all.indexOf(one) !== i);
    const codes = shifts.map((s) => s.code);
    const code = twice(codes);
    if (code >= 0)
      context.addIssue({
        code: 'custom',
        path: ['shifts', code, 'code'],
        message: `there are two shifts ${codes[code]}`,
        params: { en: `There are two shifts “${codes[code]}”.`, zh: `班次“${codes[code]}”重复。` },
      });
    const day = twice(exceptions.map((e) => e.date));
    if (day >= 0)
      context.addIssue({
        code: 'custom',
        path: ['exceptions', day, 'date'],
        message: `${exceptions[day]?.date} stands here twice`,
        params: { en: `${exceptions[day]?.date} stands here twice.`, zh: `日期 ${exceptions[day]?.date} 重复。` },
      });
    for (const [i, e] of exceptions.entries())
      for (const name of e.shifts)
        if (!codes.includes(name))
          context.addIssue({
            code: 'custom',
            path: ['exceptions', i, 'shifts'],
            message: `there is no shift ${name}`,
            params: { en: `There is no shift “${name}”.`, zh: `没有班次“${name}”。` },
          });
  });
export type Calendar = z.infer<typeof calendarDocument>;

/** One run of a shift. `day` is the local date on which it starts: what is made after midnight belongs to it. Epoch ms, end exclusive. */
export interface ShiftSpan {
  readonly code: string;
  readonly day: string;
  readonly start: number;
  readonly end: number;
}

/** Shifts that are on at some moment of [from, to), by start. A night in which the clock is changed is an hour shorter or longer. */
export function shiftsBetween(calendar: Calendar, zone: string, from: number, to: number): ShiftSpan[] {
  const spans: ShiftSpan[] = [];
  const last = localOf(to, zone).date;
  // a shift lasts 24 h at most, so only yesterday's can still be on
  for (let day = addDays(localOf(from, zone).date, -1); day <= last; day = addDays(day, 1)) {
    const exception = calendar.exceptions.find((e) => e.date === day);
    for (const s of calendar.shifts) {
      if (exception ? !exception.shifts.includes(s.code) : !s.days.includes(weekdayOf(day))) continue;
      const start = instantOf(day, minutesOf(s.start), zone);
      const end = instantOf(s.end > s.start ? day : addDays(day, 1), minutesOf(s.end), zone);
      if (start < to && end > from) spans.push({ code: s.code, day, start, end });
    }
  }
  return spans.sort((a, b) => a.start - b.start || a.end - b.end || (a.code < b.code ? -1 : 1));
}

/** The shift that is on; where shifts overlap, the one that started last. */
export const shiftAt = (calendar: Calendar, zone: string, time: number): ShiftSpan | undefined =>
  shiftsBetween(calendar, zone, time, time + 1).at(-1);

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
