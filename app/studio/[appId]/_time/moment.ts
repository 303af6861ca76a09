import type { Moments } from '#runtime/replay/moments.ts';
import type { PinReport } from '#runtime/replay/pin.ts';
import type { WireRecord, WireReport } from '#runtime/replay/report.ts';

/** Records of a wire before a moment; as many as the dock shows. */
const RECORDS = 50;

/** What was on every wire at moment number `at` of the report: as a report of a run that ended there. */
export function wiresAt(report: PinReport, at: number): WireReport[] {
  const { moments } = report;
  const clock = moments.at[at] ?? Number.POSITIVE_INFINITY;
  const wires = new Map<string, { node: string; port: string; count: number; last: WireRecord[] }>();
  for (const one of moments.wires) {
    const upto = lastUpTo(one.moment, at);
    if (upto < 0) continue;
    const id = `${one.node}\n${one.port}`;
    const wire = wires.get(id) ?? { node: one.node, port: one.port, count: 0, last: [] };
    wires.set(id, wire);
    wire.count += one.count[upto] ?? 0;
    for (let i = Math.max(0, upto + 1 - RECORDS); i <= upto; i++) wire.last.push(recordOf(one, i));
  }
  const courses = new Map(report.wires.map((wire) => [`${wire.node}\n${wire.port}`, wire.course]));
  return [...wires].map(([id, wire]) => ({
    ...wire,
    last: wire.last.sort((a, b) => a.time - b.time).slice(-RECORDS),
    course: Object.fromEntries(
      Object.entries(courses.get(id) ?? {}).map(([column, { time, last, count }]) => {
        const n = lastUpTo(time, clock) + 1;
        return [column, { time: time.slice(0, n), last: last.slice(0, n), count }];
      }),
    ),
  }));
}

function recordOf(wire: Moments['wires'][number], i: number): WireRecord {
  const values = Object.entries(wire.columns).map(
    ([name, column]) => [name, { v: column[i] ?? null, q: wire.quality?.[name]?.[i] ?? 0 }] as const,
  );
  return { time: wire.time[i] ?? 0, key: wire.key, values: Object.fromEntries(values) };
}

/** Place of the last of ascending numbers that is not above `limit`; -1 = none. */
function lastUpTo(list: readonly number[], limit: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((list[mid] ?? 0) <= limit) low = mid + 1;
    else high = mid;
  }
  return low - 1;
}
