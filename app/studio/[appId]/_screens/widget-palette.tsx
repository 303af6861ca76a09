'use client';
import {
  IconAdjustmentsHorizontal,
  IconBellRinging,
  IconChartHistogram,
  IconChartLine,
  IconCircleCheck,
  IconFileText,
  IconLayoutList,
  IconLock,
  IconMap2,
  IconNumber123,
  IconShare,
  IconTable,
} from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { ComponentType } from 'react';
import type { ScreenDocument } from '#runtime/graph/screens.ts';
import { WIDGETS, type WidgetKind, widgetKind } from '#runtime/graph/widgets.ts';
import { unitLabel } from '../../../_parts/unit.ts';
import paletteClasses from '../_palette/palette.module.css';
import { useSay, useSession } from '../_session/use-session.tsx';
import { addWidget, nextWidgetId } from './edits.ts';
import classes from './screens.module.css';
import { kindFor, type Showable, startWidget } from './suggest.ts';
import type { ScreenSupply } from './use-preview.ts';
import { useShowableName } from './use-showable-name.ts';

const ICONS: Readonly<Record<string, ComponentType<{ size?: number; stroke?: number }>>> = {
  kpi: IconNumber123,
  trend: IconChartLine,
  chart: IconChartHistogram,
  table: IconTable,
  control: IconAdjustmentsHorizontal,
  lease: IconLock,
  alarmlist: IconBellRinging,
  gantt: IconLayoutList,
  graph: IconShare,
  map: IconMap2,
  check: IconCircleCheck,
  document: IconFileText,
};

/** What is being dragged out of the palette: while it is dragged, a browser does not say. */
export interface Carried {
  readonly kind: WidgetKind;
  readonly wish?: Showable;
}
export const carried: { current: Carried | undefined } = { current: undefined };

/** What the graph gives, and the widgets to show it with; dragged onto the grid, or put at the first free place by a click or Enter. */
export function WidgetPalette(props: {
  screen: ScreenDocument | undefined;
  supply: ScreenSupply;
  all: readonly Showable[];
  mayEdit: boolean;
  onAdded: (widget: string) => void;
}) {
  const t = useTranslations('studio-screens');
  const say = useSay();
  const session = useSession();
  const nameOf = useShowableName(props.supply);
  const disabled = !props.mayEdit || !props.screen;
  const add = ({ kind, wish }: Carried) => {
    const { screen } = props;
    if (!screen) return;
    const id = nextWidgetId(screen, kind.kind);
    session.editScreens(addWidget(screen.id, startWidget(kind, id, props.all, screen.widgets, wish)));
    props.onAdded(id);
  };
  const item = (key: string, icon: string, text: string, hint: string, what: Carried, small?: string) => {
    const Icon = ICONS[icon] ?? IconTable;
    return (
      <li key={key}>
        <button
          type="button"
          className={paletteClasses.item}
          disabled={disabled}
          draggable={!disabled}
          title={hint}
          data-testid={`screen-palette-${key}`}
          onDragStart={(event) => {
            event.dataTransfer.setData('text/x-millwright-widget', key);
            event.dataTransfer.effectAllowed = 'copy';
            carried.current = what;
          }}
          onDragEnd={() => {
            carried.current = undefined;
          }}
          onClick={() => add(what)}
        >
          <Icon size={16} stroke={1.6} />
          <span>{text}</span>
          {small && <small className={classes.unit}>{small}</small>}
        </button>
      </li>
    );
  };
  return (
    <nav className={`${paletteClasses.palette} ${classes.palette}`} aria-label={t('palette')}>
      <div className={classes.sections}>
        <section>
          <h2 className={classes.heading}>{t('given')}</h2>
          {props.all.length === 0 && <p className={paletteClasses.nothing}>{t('nothingGiven')}</p>}
          <ul className={paletteClasses.items}>
            {props.all.map((one) => {
              const kind = widgetKind(kindFor(one));
              return (
                kind &&
                item(
                  one.to,
                  kind.kind,
                  nameOf(one.to),
                  t('asKind', { kind: say(kind.title) }),
                  { kind, wish: one },
                  unitLabel(one.unit),
                )
              );
            })}
          </ul>
        </section>
        <section>
          <h2 className={classes.heading}>{t('widgets')}</h2>
          <ul className={paletteClasses.items}>
            {WIDGETS.map((kind) => item(kind.kind, kind.kind, say(kind.title), say(kind.summary), { kind }))}
          </ul>
        </section>
      </div>
    </nav>
  );
}
