import { dueTimes, type Place } from '#runtime/schedule/due.ts';
import type { ProgramInfo } from '#runtime/step/contract.ts';
import type { RowSeries } from './timeline.ts';

/**
 * Ticks of a program's schedules with from < due <= to, as the platform would have given them had it always run: what proofs, backtests and `mw run`
 * get, whose clock is the data's. `fed`: sources that have rows of their own.
 */
export function scheduleRows(
  info: ProgramInfo,
  options: {
    readonly place: Place;
    readonly key: string;
    readonly from: number;
    readonly to: number;
    readonly arrived?: boolean;
    readonly fed?: ReadonlySet<number>;
  },
): RowSeries[] {
  return info.sources.flatMap(({ schedule, schema }, source): RowSeries[] => {
    if (!schedule || options.fed?.has(source)) return [];
    const due = [...dueTimes(schedule, options.place, options.from, options.to)];
    if (due.length === 0) return [];
    const time = Float64Array.from(due, (d) => d.at);
    const values: Readonly<Record<string, Float64Array | unknown[]>> = {
      shift: due.map((d) => d.shift),
      day: due.map((d) => d.day),
      missed: new Float64Array(due.length),
    };
    const columns = Object.keys(schema.columns).map((name) => values[name] ?? due.map(() => null));
    // after the samples of the same moment, as a tick is appended when its time has come
    const arrival = { at: time, lane: Number.MAX_SAFE_INTEGER, seq: Float64Array.from(due, (_, i) => i + 1) };
    return [
      {
        source,
        key: options.key,
        time,
        columns,
        quality: columns.map(() => undefined),
        ...(options.arrived ? { arrival } : {}),
      },
    ];
  });
}
