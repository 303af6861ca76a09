import { boundTo, type Widget } from '#runtime/graph/screens.ts';
import { usualNames } from '#runtime/graph/widgets.ts';
import type { ScreenValue } from '#server/operate/live-screen.ts';

/** One whole table, column by column. */
export type Frame = Readonly<Record<string, readonly unknown[]>>;

export const frameOf = (value: Pick<ScreenValue, 'other'> | undefined): Frame | undefined =>
  value?.other ? (JSON.parse(value.other) as { frame?: Frame }).frame : undefined;

/** The output that a slot shows as a table: `plan` of `plan` or `plan.machine`. */
export const frameBind = (widget: Widget, ...slots: readonly string[]): string => {
  for (const slot of slots) {
    const to = boundTo(widget, slot);
    if (to !== undefined) return to.split('.')[0] ?? to;
  }
  return '';
};

/**
 * Which column means what: as the screen says in `options.columns` (`{"row": "machine"}`), else the first of the usual names that the table has.
 */
export function columnFor(widget: Widget, frame: Frame, meaning: string): readonly unknown[] | undefined {
  const chosen = widget.options?.columns;
  const named = chosen && typeof chosen === 'object' ? (chosen as Record<string, unknown>)[meaning] : undefined;
  const name = typeof named === 'string' ? named : usualNames(widget.kind, meaning).find((one) => one in frame);
  return name === undefined ? undefined : frame[name];
}

/** A cell as a number; `NaN` where there is none. Times are epoch ms, or text as ISO 8601 writes it. */
export const numberAt = (column: readonly unknown[] | undefined, row: number): number => {
  const cell = column?.[row];
  return typeof cell === 'number' ? cell : typeof cell === 'string' ? Date.parse(cell) : Number.NaN;
};
export const textAt = (column: readonly unknown[] | undefined, row: number): string => {
  const cell = column?.[row];
  return cell === null || cell === undefined ? '' : String(cell);
};
