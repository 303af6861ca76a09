import type { SourceValue, TagValueType } from '#blocks/sdk/connector.ts';

/** What a database's own text of a value is for a tag; undefined when it is none of this type. */
export function typedValue(text: string, type: TagValueType): SourceValue | undefined {
  if (type === 'text') return text;
  if (type === 'boolean') {
    const word = text.trim().toLowerCase();
    if (['t', 'true', '1', '\u0001'].includes(word)) return true;
    return ['f', 'false', '0', '\u0000'].includes(word) ? false : undefined;
  }
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

const STAMP = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?)?(?:(Z)|([+-])(\d\d)(?::?(\d\d))?)?$/;

/** Epoch ms of `2026-11-22 21:05:07.123456[+08]`; without a zone it is `offsetMinutes` east of Greenwich. Microseconds are kept. */
export function stampMs(text: string, offsetMinutes: number): number | undefined {
  const match = STAMP.exec(text.trim());
  if (!match) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', utc, sign, zoneHour, zoneMinute = '0'] =
    match;
  const whole = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const east = utc ? 0 : sign ? (sign === '-' ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute)) : offsetMinutes;
  const made = new Date(whole);
  // 30 February and 25 o'clock are no moments
  if (made.getUTCMonth() + 1 !== Number(month) || made.getUTCDate() !== Number(day) || made.getUTCHours() !== Number(hour))
    return undefined;
  return whole - east * 60_000 + (fraction === '' ? 0 : Number(`0.${fraction}`) * 1000);
}

/** The text of a moment as both dialects read it, in UTC, to the microsecond. */
export function stampText(ms: number): string {
  const micro = Math.round((ms - Math.floor(ms)) * 1000);
  return `${new Date(Math.floor(ms)).toISOString().slice(0, -1).replace('T', ' ')}${String(micro).padStart(3, '0')}`;
}

export type CursorKind = 'number' | 'time';
/** What a column may be read along by: whole numbers and moments. */
export function cursorKind(type: string): CursorKind | undefined {
  if (/^(small|big|tiny|medium)?(int|serial)|^integer|^numeric\(\d+,0\)|^decimal\(\d+,0\)/i.test(type)) return 'number';
  return /^timestamp|^datetime/i.test(type) ? 'time' : undefined;
}
export const isTime = (type: string): boolean => /^timestamp|^datetime|^date$/i.test(type);
