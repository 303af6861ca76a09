import { z } from 'zod';
import { bilingual } from './document.ts';

/**
 * What an operator sees: widgets bound to named outputs and forms. It stands beside the graph: changing it never changes the graph's hash.
 */

/** One thing that a widget shows. Their order is the order of lines and columns, so it is a list: objects lose theirs in the database. */
export const widgetBind = z.object({
  /** What it is to the widget: `value`, `frame`, `form`; free for lines and columns. */
  slot: z.string().min(1),
  /** A named output's column (`pressure.value`), a frame (`spectrum`), or a form (`form:setpoint`). */
  to: z.string().min(1),
  /** Its words in legends and headings; without them the output's own title. */
  title: bilingual.optional(),
});
export type WidgetBind = z.infer<typeof widgetBind>;

/** Packages made before the list wrote an object, slot to what is shown, in the order of its keys. */
const binds = z.union([
  z.array(widgetBind),
  z.record(z.string(), z.string()).transform((slots) => Object.entries(slots).map(([slot, to]): WidgetBind => ({ slot, to }))),
]);

export const screenWidget = z.object({
  id: z.string().min(1),
  /** `kpi`, `trend`, `chart`, `table`, `control`, `form`, `lease`, `alarmlist`, `gantt`, `graph`, `map`, `check`, `document`: docs/screens.md. */
  kind: z.string().min(1),
  title: bilingual.optional(),
  bind: binds,
  options: z.record(z.string(), z.unknown()).optional(),
  /** Grid of 12 columns. */
  at: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
});
export type Widget = z.infer<typeof screenWidget>;

export const screenDocument = z.object({ id: z.string().min(1), title: bilingual, widgets: z.array(screenWidget) });
export type ScreenDocument = z.infer<typeof screenDocument>;

/** `screens.json` of a package or an app's folder. @throws `ZodError` naming the place and `SyntaxError` */
export const readScreens = (text: string): ScreenDocument[] => z.array(screenDocument).parse(JSON.parse(text));

/** What stands in a slot. */
export const boundTo = (widget: Widget, slot: string): string | undefined => widget.bind.find((one) => one.slot === slot)?.to;

/** As they are read, from above and from the left: the order of the Tab key, and of a screen with one column. */
export const inReadingOrder = <T extends { readonly at: { readonly x: number; readonly y: number } }>(
  widgets: readonly T[],
): T[] => widgets.toSorted((a, b) => a.at.y - b.at.y || a.at.x - b.at.x);
