import { Cron } from 'croner';
import type { ScheduleRule } from '#runtime/step/contract.ts';
import { type Calendar, shiftAt, shiftsBetween } from './calendar.ts';
import { localOf } from './zone.ts';

/** Where a schedule runs: the site's zone, and its shifts where it has any. */
export interface Place {
  readonly zone: string;
  readonly calendar?: Calendar;
}
/** One due time, epoch ms, with the shift that is on then (the one that starts or ends, for shift schedules; '' = none). */
export interface Due {
  readonly at: number;
  readonly shift: string;
  /** Local date; of a shift, the date on which it starts. */
  readonly day: string;
}

const DAY = 86_400_000;

/** What is wrong with a cron rule, or undefined. */
export function cronFault(text: string): string | undefined {
  try {
    new Cron(text, { mode: '5-part', paused: true });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Due times with from < at <= to, ascending. Clock changes as Vixie cron has them: a fixed time that is skipped comes at the first moment after the gap,
 * one that would come twice comes once; what runs every so many minutes or hours goes on as time does. Without a calendar there are no shifts.
 */
export function* dueTimes(rule: ScheduleRule, place: Place, from: number, to: number): Generator<Due> {
  if (rule.on === 'cron') yield* cronTimes(rule, place, from, to);
  else yield* shiftTimes(rule.on, place, from, to);
}

function* cronTimes(rule: ScheduleRule, { zone, calendar }: Place, from: number, to: number): Generator<Due> {
  const cron = new Cron(rule.cron, { mode: '5-part', timezone: zone, paused: true, fixedTimeRule: 'no-wildcard' });
  // the library works in whole seconds and gives what is after its argument
  for (let at = cron.nextRun(new Date(from)); at && at.getTime() <= to; at = cron.nextRun(at)) {
    const time = at.getTime();
    if (time <= from) continue;
    const shift = calendar && shiftAt(calendar, zone, time);
    if (rule.inShifts && !shift) continue;
    yield { at: time, shift: shift?.code ?? '', day: shift?.day ?? localOf(time, zone).date };
  }
}

function* shiftTimes(on: 'shift-start' | 'shift-end', { zone, calendar }: Place, from: number, to: number): Generator<Due> {
  if (!calendar) return;
  const edge = on === 'shift-start' ? 'start' : 'end';
  // day by day, so that a long stretch is never in memory at once
  for (let begin = from; begin < to; begin += DAY) {
    const end = Math.min(begin + DAY, to);
    const spans = shiftsBetween(calendar, zone, begin - 1, end + 1).filter((s) => s[edge] > begin && s[edge] <= end);
    for (const s of spans.sort((a, b) => a[edge] - b[edge])) yield { at: s[edge], shift: s.code, day: s.day };
  }
}

/** When to look again: the next due time, or a day later where there is none in the next day. */
export function nextLook(rule: ScheduleRule, place: Place, after: number): number {
  for (const { at } of dueTimes(rule, place, after, after + DAY)) return at;
  return after + DAY;
}
