import type { WireSchema } from '#runtime/batch/schema.ts';
import { frameKind } from '#runtime/graph/default-screen.ts';
import type { Widget, WidgetBind } from '#runtime/graph/screens.ts';
import { type SlotTakes, type WidgetKind, widgetKind } from '#runtime/graph/widgets.ts';

/** Something that can be put on a screen: a column of an output, a whole table, or a form. */
export interface Showable {
  /** As in a bind: `pressure.value`, `spectrum`, `form:setpoint`. */
  readonly to: string;
  readonly what: 'number' | 'value' | 'table' | 'form';
  readonly schema?: WireSchema;
  readonly unit?: string;
}

export interface Given {
  readonly outputs: readonly { readonly name: string; readonly schema?: WireSchema | undefined }[];
  readonly forms: readonly string[];
}

const NUMBERS = new Set(['number', 'integer', 'boolean']);

/** All that the graph gives to show, in its order. */
export function showables({ outputs, forms }: Given): Showable[] {
  const found: Showable[] = [];
  for (const { name, schema } of outputs) {
    if (!schema) continue;
    if (schema.kind === 'frame') found.push({ to: name, what: 'table', schema });
    else
      for (const [column, { type, unit }] of Object.entries(schema.columns))
        if (type !== 'wave' && type !== 'blob')
          found.push({ to: `${name}.${column}`, what: NUMBERS.has(type) ? 'number' : 'value', ...(unit ? { unit } : {}) });
  }
  return [...found, ...forms.map((form): Showable => ({ to: `form:${form}`, what: 'form' }))];
}

export const fits = (takes: SlotTakes, { what }: Showable): boolean =>
  takes === 'any' ? what !== 'form' : takes === 'value' ? what === 'number' || what === 'value' : takes === what;

/** The widget that shows this best. */
export function kindFor({ what, schema }: Showable): string {
  if (what === 'form') return 'control';
  return what === 'table' && schema ? frameKind(schema) : 'kpi';
}

/** What a widget of this kind begins with, bound to `wish` or to the first thing that fits and no widget of its kind shows yet. */
export function startWidget(
  kind: WidgetKind,
  id: string,
  all: readonly Showable[],
  present: readonly Widget[],
  wish?: Showable,
): Omit<Widget, 'at'> {
  const shown = new Set(present.filter((one) => one.kind === kind.kind).flatMap((one) => one.bind.map(({ to }) => to)));
  const pick = (takes: SlotTakes): Showable | undefined => {
    if (wish && fits(takes, wish)) return wish;
    const fitting = all.filter((one) => fits(takes, one));
    return fitting.find((one) => !shown.has(one.to)) ?? fitting[0];
  };
  const bind: WidgetBind[] = [];
  for (const slot of kind.slots) {
    const found = slot.required ? pick(slot.takes) : undefined;
    if (found) bind.push({ slot: slot.name, to: found.to });
  }
  // A floor plan has places before it has figures.
  if (kind.more && kind.slots.length === 0) {
    const found = pick(kind.more.takes);
    if (found) bind.push({ slot: `${kind.more.stem}1`, to: found.to });
  }
  return { id, kind: kind.kind, bind };
}

/** The slot into which something dropped on a widget goes: an empty one that takes it, else one more line. */
export function slotFor(widget: Widget, what: Showable): { slot: string } | { stem: string } | undefined {
  const kind = widgetKind(widget.kind);
  if (!kind || widget.bind.some((one) => one.to === what.to)) return undefined;
  const empty = kind.slots.find((slot) => fits(slot.takes, what) && !widget.bind.some((one) => one.slot === slot.name));
  if (empty) return { slot: empty.name };
  return kind.more && fits(kind.more.takes, what) ? { stem: kind.more.stem } : undefined;
}
