/** One break or stop of a shift: minutes after the shift began, and how long. */
export interface Pause {
  readonly at: number;
  readonly minutes: number;
}
export interface Stop extends Pause {
  readonly reason: string;
}
export interface Calendar {
  /** Length of a shift, min; shifts follow each other from the site's midnight. */
  readonly shift: number;
  /** Site clock minus UTC, hours. */
  readonly utcOffset: number;
  readonly breaks: readonly Pause[];
  readonly stops: readonly Stop[];
}

export interface Moment {
  readonly state: 'running' | 'break' | 'stopped';
  /** Of a stop; otherwise empty. */
  readonly reason: string;
  /** Epoch ms at which this state ends at the latest. */
  readonly until: number;
}

const MINUTE = 60_000;

/** What the calendar says of a moment (epoch ms). A break goes before a stop. */
export function momentAt(time: number, calendar: Calendar): Moment {
  const length = calendar.shift * MINUTE;
  const site = time + calendar.utcOffset * 3_600_000;
  const began = time - (site - Math.floor(site / length) * length);
  let until = began + length;
  const inside = (pause: Pause): boolean => {
    const from = began + pause.at * MINUTE;
    const to = Math.min(began + length, from + pause.minutes * MINUTE);
    if (time < from) until = Math.min(until, from);
    return time >= from && time < to;
  };
  const end = (pause: Pause): number => Math.min(began + length, began + (pause.at + pause.minutes) * MINUTE);
  const resting = calendar.breaks.find(inside);
  if (resting) return { state: 'break', reason: '', until: end(resting) };
  const standing = calendar.stops.find(inside);
  if (standing) return { state: 'stopped', reason: standing.reason, until: Math.min(until, end(standing)) };
  return { state: 'running', reason: '', until };
}

/** True where breaks and stops overlap, or reach over the end of the shift. */
export function overlaps(pauses: readonly Pause[], shift: number): boolean {
  const sorted = [...pauses].sort((a, b) => a.at - b.at);
  return sorted.some((pause, i) => pause.at + pause.minutes > (sorted[i + 1]?.at ?? shift));
}
