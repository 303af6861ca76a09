import type { ScheduleRule } from '#runtime/step/contract.ts';
import type { Due } from './due.ts';

/** A tick that is later than this was missed: nothing ran when it was due. Shorter, and a busy second of the platform would count as a failure. */
export const ON_TIME_MS = 30_000;

export interface Tick extends Due {
  /** Due times since the tick before that got none. */
  readonly missed: number;
}

/**
 * What due times become, by the schedule's policy. `skip`: late ones get no tick. `latest`: only the newest of all gets one, late or not.
 * `all`: each gets its own. What got none is counted in the next tick. `due` ascending; `missed`: counted before.
 */
export function planTicks(
  policy: ScheduleRule['misfire'],
  due: Iterable<Due>,
  now: number,
  missed: number,
): { readonly ticks: readonly Tick[]; readonly missed: number } {
  const ticks: Tick[] = [];
  let open = missed;
  let newest: Due | undefined;
  for (const one of due) {
    if (policy === 'latest') {
      if (newest) open++;
      newest = one;
    } else if (policy === 'skip' && now - one.at > ON_TIME_MS) open++;
    else {
      ticks.push({ ...one, missed: open });
      open = 0;
    }
  }
  if (!newest) return { ticks, missed: open };
  return { ticks: [{ ...newest, missed: open }], missed: 0 };
}
