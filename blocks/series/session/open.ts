import type { Waiting } from './waiting.ts';

/** Times are epoch ms; mean and squares by Welford's recurrence. */
export interface Session {
  start: number;
  last: number;
  count: number;
  mean: number;
  squares: number;
  least: number;
  most: number;
  worst: number;
}
export interface Ended {
  readonly time: number;
  readonly quality: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly sd: number;
  readonly count: number;
  readonly seconds: number;
}
export const none: Session = { start: 0, last: 0, count: 0, mean: 0, squares: 0, least: 0, most: 0, worst: 0 };

/** Ends the session; undefined when none is open. */
export function end(s: Session): Ended | undefined {
  if (s.count === 0) return undefined;
  const sd = s.count > 1 ? Math.sqrt(s.squares / (s.count - 1)) : 0;
  const { last, worst, mean, least, most, count, start } = s;
  s.count = 0;
  return { time: last, quality: worst, mean, min: least, max: most, sd, count, seconds: (last - start) / 1000 };
}

/** Adds rows in the order of time; gives the sessions that a pause of more than `gap` ms has ended. */
export function add(s: Session, ready: Waiting, gap: number): Ended[] {
  const ended: Ended[] = [];
  for (let i = 0; i < ready.t.length; i++) {
    const time = ready.t[i] as number;
    const value = ready.v[i] as number;
    const before = s.count > 0 && time - s.last > gap ? end(s) : undefined;
    if (before) ended.push(before);
    if (s.count === 0) Object.assign(s, { ...none, start: time, least: value, most: value });
    const mean = s.mean;
    s.count++;
    s.mean = mean + (value - mean) / s.count;
    s.squares += (value - mean) * (value - s.mean);
    s.least = Math.min(s.least, value);
    s.most = Math.max(s.most, value);
    s.worst = Math.max(s.worst, ready.q[i] as number);
    s.last = time;
  }
  return ended;
}
