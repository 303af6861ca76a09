'use client';
import { useTranslations } from 'next-intl';
import { type DragEvent, type KeyboardEvent, useCallback, useId, useMemo, useRef, useState } from 'react';
import type { ScreenProblem } from '#runtime/graph/check-screens.ts';
import { inReadingOrder, type ScreenDocument, type Widget } from '#runtime/graph/screens.ts';
import { widgetKind } from '#runtime/graph/widgets.ts';
import operatorClasses from '../../../operate/[installation]/[screen]/_screen/screen.module.css';
import { Tile, tilePlace, useWidgetTitle } from '../../../operate/[installation]/[screen]/_screen/tile.tsx';
import { useSay, useSession } from '../_session/use-session.tsx';
import { addBind, addWidget, duplicateWidget, nextWidgetId, placeWidget, removeWidget, setBind } from './edits.ts';
import { clamp, type Place, settle } from './layout.ts';
import classes from './screens.module.css';
import { type Showable, slotFor, startWidget } from './suggest.ts';
import { measureGrid, useTileDrag } from './use-tile-drag.ts';
import { carried } from './widget-palette.tsx';

const NEW = ' ';
const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * The grid while it is made. A tile is one button over its picture: arrows move it, Shift and arrows size it, Delete takes it away, Ctrl D doubles it; the
 * pointer drags it and its corner. From the palette things are dropped beside tiles, or on one that can show them too.
 */
export function EditableGrid(props: {
  screen: ScreenDocument;
  problems: readonly ScreenProblem[];
  all: readonly Showable[];
  chosen: string | undefined;
  mayEdit: boolean;
  onChoose: (widget: string | undefined) => void;
}) {
  const { screen, mayEdit, onChoose } = props;
  const t = useTranslations('studio-screens');
  const say = useSay();
  const session = useSession();
  const grid = useRef<HTMLDivElement>(null);
  const helpId = useId();
  const [coming, setComing] = useState<{ at: Place; onto?: string }>();
  const [told, setTold] = useState('');
  const titleOf = useWidgetTitle();
  const commit = useCallback(
    (id: string, at: Place) => session.editScreens(placeWidget(screen.id, id, at)),
    [session, screen.id],
  );
  const { dragged, start } = useTileDrag(grid, commit);

  // While something is carried its place is shown with all that makes room for it; nothing is changed yet.
  const moving = dragged ?? (coming && !coming.onto ? { id: NEW, at: coming.at } : undefined);
  const widgets = useMemo(() => {
    if (!moving) return screen.widgets;
    const places = settle(screen.widgets, moving.id, moving.at);
    return screen.widgets.map((one) => ({ ...one, at: places.get(one.id) ?? one.at }));
  }, [screen.widgets, moving]);
  const leastOf = (widget: Widget) => widgetKind(widget.kind)?.least ?? { w: 1, h: 1 };
  const nameOf = (widget: Widget) => {
    const kind = widgetKind(widget.kind);
    const title = titleOf(widget);
    return [kind ? say(kind.title) : widget.kind, title].filter(Boolean).join(' · ');
  };
  const placeText = ({ x, y, w, h }: Place) => t('place', { column: x + 1, row: y + 1, width: w, height: h });

  const onKey = (event: KeyboardEvent<HTMLButtonElement>, widget: Widget) => {
    const step = STEPS[event.key];
    const command = event.ctrlKey || event.metaKey;
    if (!mayEdit || event.altKey) return;
    if (step && !command) {
      const [dx, dy] = step;
      const { x, y, w, h } = widget.at;
      const wish = event.shiftKey ? { x, y, w: Math.min(12 - x, w + dx), h: h + dy } : { x: x + dx, y: y + dy, w, h };
      const at = clamp(wish, leastOf(widget));
      session.editScreens(placeWidget(screen.id, widget.id, at), `place:${screen.id}/${widget.id}`);
      setTold(placeText(at));
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      const order = inReadingOrder(screen.widgets);
      const next = order[order.indexOf(widget) + 1] ?? order[order.indexOf(widget) - 1];
      session.editScreens(removeWidget(screen.id, widget.id));
      onChoose(next?.id);
      focusTile(grid.current, next?.id);
      setTold(t('removed', { name: nameOf(widget) }));
    } else if (command && event.key.toLowerCase() === 'd') {
      const copy = nextWidgetId(screen, widget.kind);
      session.editScreens(duplicateWidget(screen.id, widget.id, copy));
      onChoose(copy);
      requestAnimationFrame(() => focusTile(grid.current, copy));
    } else if (event.key === 'Escape') onChoose(undefined);
    else return;
    event.preventDefault();
    // The keys of the graph are not meant.
    event.nativeEvent.stopImmediatePropagation();
  };

  const overTile = (event: DragEvent) =>
    (event.target instanceof Element ? event.target.closest('[data-tile]') : null)?.getAttribute('data-tile') ?? undefined;
  const onOver = (event: DragEvent) => {
    const what = carried.current;
    if (!what || !grid.current || !mayEdit) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    const onto = screen.widgets.find((one) => one.id === overTile(event));
    const { x, y } = measureGrid(grid.current).cellAt(event.clientX, event.clientY);
    const at = clamp({ x, y, ...what.kind.size }, what.kind.least);
    setComing({ at, ...(onto && what.wish && slotFor(onto, what.wish) ? { onto: onto.id } : {}) });
  };
  const onDrop = (event: DragEvent) => {
    const what = carried.current;
    carried.current = undefined;
    setComing(undefined);
    if (!what || !coming) return;
    event.preventDefault();
    const onto = screen.widgets.find((one) => one.id === coming.onto);
    const slot = onto && what.wish && slotFor(onto, what.wish);
    if (onto && what.wish && slot) {
      session.editScreens(
        'slot' in slot
          ? setBind(screen.id, onto.id, slot.slot, { to: what.wish.to })
          : addBind(screen.id, onto.id, slot.stem, what.wish.to),
      );
      onChoose(onto.id);
      return;
    }
    const id = nextWidgetId(screen, what.kind.kind);
    session.editScreens(addWidget(screen.id, startWidget(what.kind, id, props.all, screen.widgets, what.wish), coming.at));
    onChoose(id);
  };

  return (
    <>
      <p id={helpId} className="mw-visually-hidden">
        {t('keys')}
      </p>
      <p className="mw-visually-hidden" role="status">
        {told}
      </p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: where things are dropped; the palette's buttons do the same by keyboard */}
      <div
        ref={grid}
        className={`${operatorClasses.grid} ${classes.grid}`}
        data-testid="screen-grid"
        data-moving={moving !== undefined || undefined}
        onDragOver={onOver}
        onDragLeave={(event) => event.currentTarget.contains(event.relatedTarget as Node | null) || setComing(undefined)}
        onDrop={onDrop}
      >
        {moving && <i className={classes.ghost} style={tilePlace(moving.at)} aria-hidden />}
        {inReadingOrder(widgets).map((shown) => {
          const widget = screen.widgets.find((one) => one.id === shown.id) ?? shown;
          const problems = props.problems.filter((one) => one.screen === screen.id && one.widget === widget.id);
          return (
            <div
              key={widget.id}
              className={classes.frame}
              style={tilePlace(shown.at)}
              data-tile={widget.id}
              data-chosen={props.chosen === widget.id || undefined}
              data-onto={coming?.onto === widget.id || undefined}
              data-dragged={dragged?.id === widget.id || undefined}
            >
              <div inert className={classes.picture}>
                <Tile widget={shown} />
              </div>
              <button
                type="button"
                className={classes.cover}
                aria-label={`${nameOf(widget)}, ${placeText(widget.at)}`}
                aria-describedby={helpId}
                aria-pressed={props.chosen === widget.id}
                data-testid={`frame-${widget.id}`}
                onClick={() => onChoose(widget.id)}
                onFocus={() => onChoose(widget.id)}
                onKeyDown={(event) => onKey(event, widget)}
                onPointerDown={(event) =>
                  mayEdit && start(event, widget.id, widget.at, 'move', (at) => clamp(at, leastOf(widget)))
                }
              />
              {problems.length > 0 && (
                <ul className={classes.flaws} data-testid={`flaws-${widget.id}`}>
                  {problems.map((one) => (
                    <li key={`${one.code}${one.slot}`}>{say(one.message)}</li>
                  ))}
                </ul>
              )}
              {mayEdit && (
                <span
                  className={classes.corner}
                  aria-hidden
                  data-testid={`corner-${widget.id}`}
                  onPointerDown={(event) => {
                    onChoose(widget.id);
                    start(event, widget.id, widget.at, 'resize', (at) =>
                      clamp({ ...at, w: Math.min(12 - at.x, at.w) }, leastOf(widget)),
                    );
                  }}
                />
              )}
            </div>
          );
        })}
        {screen.widgets.length === 0 && !moving && <p className={classes.blank}>{t('blank')}</p>}
      </div>
    </>
  );
}

function focusTile(grid: HTMLElement | null, id: string | undefined): void {
  const tile = [...(grid?.querySelectorAll<HTMLElement>('[data-tile]') ?? [])].find((one) => one.dataset.tile === id);
  tile?.querySelector('button')?.focus();
}
