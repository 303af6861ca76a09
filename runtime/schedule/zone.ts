/** Wall clock and instants, by the tz data that Node carries. Local dates are `YYYY-MM-DD`. */

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA-u-ca-gregory-nu-latn', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Is it an IANA zone that this machine knows? */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** The wall clock at an instant, as if it were UTC, epoch ms; whole seconds. */
function wallOf(time: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(time)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
const offsetOf = (time: number, zone: string): number => {
  const whole = Math.floor(time / 1000) * 1000;
  return wallOf(whole, zone) - whole;
};

const dateOf = (wall: number): string => new Date(wall).toISOString().slice(0, 10);
export const addDays = (date: string, days: number): string => dateOf(Date.parse(date) + days * DAY);
/** Monday = 1 … Sunday = 7. */
export const weekdayOf = (date: string): number => new Date(date).getUTCDay() || 7;

export function localOf(time: number, zone: string): { readonly date: string; readonly minutes: number } {
  const wall = wallOf(time, zone);
  return { date: dateOf(wall), minutes: (wall - Date.parse(dateOf(wall))) / 60_000 };
}

/**
 * The instant of a wall-clock time. One that happens twice (clock set back) means the first; one that does not happen (clock set forward)
 * is as much later as the clock was moved: 02:30 becomes 03:30.
 */
export function instantOf(date: string, minutes: number, zone: string): number {
  const wall = Date.parse(date) + minutes * 60_000;
  const before = wall - offsetOf(wall - DAY, zone);
  const after = wall - offsetOf(wall + DAY, zone);
  const real = [before, after].filter((t) => wallOf(t, zone) === wall);
  return real.length > 0 ? Math.min(...real) : before;
}
