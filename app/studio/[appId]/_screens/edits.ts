import type { Bilingual } from '#runtime/graph/document.ts';
import type { ScreenDocument, Widget, WidgetBind } from '#runtime/graph/screens.ts';
import { widgetKind } from '#runtime/graph/widgets.ts';
import { freshName } from '../_edits/names.ts';
import { clamp, freePlace, type Place, settle } from './layout.ts';

/**
 * One change of the screens: a pure function, like the edits of the graph, and one step of the same undo stack. It gives the same object back when there
 * is nothing to do.
 */
export type ScreenEdit = (screens: readonly ScreenDocument[]) => readonly ScreenDocument[];

const changeScreen =
  (id: string, change: (screen: ScreenDocument) => ScreenDocument): ScreenEdit =>
  (screens) => {
    const next = screens.map((one) => (one.id === id ? change(one) : one));
    return next.every((one, at) => one === screens[at]) ? screens : next;
  };
const changeWidget = (screen: string, id: string, change: (widget: Widget) => Widget): ScreenEdit =>
  changeScreen(screen, (one) => {
    const widgets = one.widgets.map((widget) => (widget.id === id ? change(widget) : widget));
    return widgets.every((widget, at) => widget === one.widgets[at]) ? one : { ...one, widgets };
  });
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export const nextScreenId = (screens: readonly ScreenDocument[]): string =>
  freshName(
    screens.length === 0 ? 'main' : 'screen',
    screens.map((one) => one.id),
  );
export const addScreen =
  (screen: ScreenDocument): ScreenEdit =>
  (screens) => [...screens, screen];
export const removeScreen =
  (id: string): ScreenEdit =>
  (screens) =>
    screens.some((one) => one.id === id) ? screens.filter((one) => one.id !== id) : screens;
export const setScreenTitle = (id: string, title: Bilingual): ScreenEdit =>
  changeScreen(id, (one) => (same(one.title, title) ? one : { ...one, title }));
/** `by` -1: one place to the left. */
export const moveScreen =
  (id: string, by: -1 | 1): ScreenEdit =>
  (screens) => {
    const from = screens.findIndex((one) => one.id === id);
    const [mine, other] = [screens[from], screens[from + by]];
    if (!mine || !other) return screens;
    return screens.map((one, at) => (at === from ? other : at === from + by ? mine : one));
  };

export const nextWidgetId = (screen: ScreenDocument, kind: string): string =>
  freshName(
    kind,
    screen.widgets.map((one) => one.id),
  );
/** At `at`, pushing down what lies there, or at the first free place. */
export const addWidget = (screen: string, widget: Omit<Widget, 'at'>, at?: Place): ScreenEdit =>
  changeScreen(screen, (one) => {
    const size = widgetKind(widget.kind)?.size ?? { w: 4, h: 4 };
    const place = at ?? freePlace(one.widgets, size);
    const moved = settle(one.widgets, widget.id, place);
    return { ...one, widgets: [...one.widgets.map((other) => placed(other, moved)), { ...widget, at: place }] };
  });
/** The same beside it, under another name. */
export const duplicateWidget = (screen: string, id: string, copy: string): ScreenEdit =>
  changeScreen(screen, (one) => {
    const widget = one.widgets.find((other) => other.id === id);
    if (!widget) return one;
    return { ...one, widgets: [...one.widgets, { ...widget, id: copy, at: freePlace(one.widgets, widget.at) }] };
  });
export const removeWidget = (screen: string, id: string): ScreenEdit =>
  changeScreen(screen, (one) =>
    one.widgets.some((widget) => widget.id === id) ? { ...one, widgets: one.widgets.filter((widget) => widget.id !== id) } : one,
  );

/** Moved or resized; others make room. */
export const placeWidget = (screen: string, id: string, at: Place): ScreenEdit =>
  changeScreen(screen, (one) => {
    const widget = one.widgets.find((other) => other.id === id);
    if (!widget) return one;
    const moved = settle(one.widgets, id, clamp(at, widgetKind(widget.kind)?.least ?? { w: 1, h: 1 }));
    return moved.size === 0 ? one : { ...one, widgets: one.widgets.map((other) => placed(other, moved)) };
  });
const placed = (widget: Widget, moved: ReadonlyMap<string, Place>): Widget => {
  const at = moved.get(widget.id);
  return at ? { ...widget, at } : widget;
};

export const setWidgetKind = (screen: string, id: string, kind: string): ScreenEdit =>
  changeWidget(screen, id, (widget) => (widget.kind === kind ? widget : { ...widget, kind }));
/** Without a word in any language it is called as what it shows. */
export const setWidgetTitle = (screen: string, id: string, title: Bilingual | undefined): ScreenEdit =>
  changeWidget(screen, id, (widget) => {
    if (same(widget.title, title)) return widget;
    const { title: _before, ...rest } = widget;
    return title && (title.en !== '' || title.zh !== '') ? { ...rest, title } : rest;
  });
/** What stands in a slot; none empties it. A new one comes last. */
export const setBind = (screen: string, id: string, slot: string, bind: Omit<WidgetBind, 'slot'> | undefined): ScreenEdit =>
  changeWidget(screen, id, (widget) => {
    const at = widget.bind.findIndex((one) => one.slot === slot);
    const before = widget.bind[at];
    if (!bind) return before ? { ...widget, bind: widget.bind.filter((one) => one.slot !== slot) } : widget;
    const next = { slot, ...bind };
    if (before && same(before, next)) return widget;
    return { ...widget, bind: before ? widget.bind.map((one) => (one.slot === slot ? next : one)) : [...widget.bind, next] };
  });
/** Another line or column, in a slot that no other has. */
export const addBind = (screen: string, id: string, stem: string, to: string): ScreenEdit =>
  changeWidget(screen, id, (widget) => {
    const taken = new Set(widget.bind.map((one) => one.slot));
    let n = widget.bind.length + 1;
    while (taken.has(`${stem}${n}`)) n++;
    return { ...widget, bind: [...widget.bind, { slot: `${stem}${n}`, to }] };
  });
export const moveBind = (screen: string, id: string, slot: string, by: -1 | 1): ScreenEdit =>
  changeWidget(screen, id, (widget) => {
    const from = widget.bind.findIndex((one) => one.slot === slot);
    const [mine, other] = [widget.bind[from], widget.bind[from + by]];
    if (!mine || !other) return widget;
    return { ...widget, bind: widget.bind.map((one, at) => (at === from ? other : at === from + by ? mine : one)) };
  });
/** `undefined` takes an option away, so that the default holds. */
export const setOption = (screen: string, id: string, name: string, value: unknown): ScreenEdit =>
  changeWidget(screen, id, (widget) => {
    if (same(widget.options?.[name], value)) return widget;
    const { options = {}, ...rest } = widget;
    const { [name]: _before, ...others } = options;
    const next = value === undefined ? others : { ...options, [name]: value };
    return Object.keys(next).length === 0 ? rest : { ...rest, options: next };
  });
