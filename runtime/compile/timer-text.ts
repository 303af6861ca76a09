import type { Layout } from './layout.ts';
import type { PlanLoop, PlanUnit } from './plan.ts';

/**
 * A timer goes off at its own time, as if a tick stood in the log before the first entry at or after it. So what comes of it stands between two entries:
 * rows are met by (entry, time of the timer), those of the entry itself last, and a tick more or less in the log changes nothing.
 * A timer that is set for a time that has passed goes off at once, where the row stands that set it.
 */

/** Whether rows between two entries may come to the loop. */
export const isTimed = (loop: PlanLoop): boolean =>
  loop.over ? loop.over.node.timed : (loop.root?.ins.some((w) => !w.facts.back && w.from.timed) ?? false);

/** The time at which a row is met: of the entry that brought it, or of the timer that it came of. */
export const nowOf = (loop: PlanLoop | undefined): string => (loop && isTimed(loop) ? '$now' : '$clock[$row]');

/** Takes the timer that is due next: its key, and where and when it goes off. */
export const firingText = (wake: number): string[] => [
  `const $due = $T${wake}.min, $k = $T${wake}.take(), $last = $T${wake}.last(), $over = $due <= $last, $row = $over ? $T${wake}.row : $rowAt($due), $firing = $over ? $last : $due;`,
  `if (!$over) $T${wake}.at = $due; $T${wake}.row = $row; $pos[0] = $T${wake}.at;`,
];

/** Loops on a cycle with timers among them run timer by timer between two rows: what one gives may set another, or come back. */
export const byPosition = (unit: PlanUnit): boolean =>
  unit.byRow && unit.loops.some((loop) => isTimed(loop) || loop.nodes.some((n) => n.wakes));

/** The loops of such a unit over all rows. */
export function positionsText(unit: PlanUnit, layout: Layout): string {
  const next = unit.loops.flatMap((loop) => [
    ...loop.nodes.flatMap((n) => {
      const cell = layout.get(n.id, '$wake');
      return cell ? [`$T${cell.index}.min`] : [];
    }),
    ...(isTimed(loop) ? [`$next${loop.index}(r)`] : []),
  ]);
  const run = (till: string) => unit.loops.map((loop) => `$loop${loop.index}(r, ${till});`).join(' ');
  return `for (let r = 0; r < $N; r++) { for (;;) { const till = Math.min(${next.join(', ')}); if (!(till <= $clock[r])) break; ${run('till')} } ${run('Infinity')} }`;
}
/** When, before row r, the next row of a loop stands that came of a timer. */
export const nextText = (loop: PlanLoop, streams: readonly { readonly at: string; readonly text: string }[]): string =>
  `const $next${loop.index} = (function (r) { return Math.min(${streams.map(({ at, text }) => `${at} < ${text}.n && ${text}.row[${at}] === r ? ${text}.at[${at}] : Infinity`).join(', ')}); });`;
