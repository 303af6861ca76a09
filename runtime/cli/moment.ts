import { parseTime } from '#runtime/files/table.ts';
import { Refused } from './outcome.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `5m`, `2h`, `30d` in ms. */
export function durationOf(text: string, option: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*(s|m|h|d)$/.exec(text.trim()) ?? [];
  const ms = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (!(ms > 0)) throw new Refused([`${option}: "${text}" is no duration; write 90s, 5m, 2h or 30d`]);
  return ms;
}

/** A moment: ISO 8601 with a zone, `now`, or how long ago (`24h`). Epoch ms. */
export function momentOf(text: string, option: string, now: number): number {
  if (text === 'now') return now;
  if (/^\d+(\.\d+)?\s*[smhd]$/.test(text.trim())) return now - durationOf(text, option);
  const time = parseTime(text);
  if (time === undefined)
    throw new Refused([
      `${option}: "${text}" is no time; write ISO 8601 with a zone (2026-01-05T12:00:00+08:00), now, or how long ago (24h)`,
    ]);
  return time;
}

/** The end of a window, not before its beginning and not in the future. */
export function windowOf(from: string, to: string, now = Date.now()): { from: number; to: number } {
  const window = { from: momentOf(from, '--from', now), to: momentOf(to, '--to', now) };
  if (window.from >= window.to) throw new Refused([`--from ${from} is not before --to ${to}`]);
  if (window.to > now) throw new Refused([`--to ${to} is in the future: only what was recorded can be run again`]);
  return window;
}
