'use client';
import { useTranslations } from 'next-intl';
import type { CSSProperties, ReactNode } from 'react';
import type { Widget } from '#runtime/graph/screens.ts';
import { useFormat } from '../../../../_parts/format.ts';
import { AlarmWidget } from './alarm-widget.tsx';
import { CheckWidget } from './check-widget.tsx';
import { ControlWidget } from './control-widget.tsx';
import { DocumentWidget } from './document-widget.tsx';
import { LeaseWidget } from './lease-widget.tsx';
import { GanttWidget, GraphWidget, MapWidget } from './plan-widgets.tsx';
import classes from './screen.module.css';
import { useScreen } from './screen-context.tsx';
import { TableWidget } from './table-widget.tsx';
import { ChartWidget, KpiWidget, TrendWidget, useBindName } from './widgets.tsx';

const WIDGETS: Readonly<Record<string, (props: { widget: Widget }) => React.ReactNode>> = {
  kpi: KpiWidget,
  trend: TrendWidget,
  chart: ChartWidget,
  table: TableWidget,
  control: ControlWidget,
  form: ControlWidget,
  alarmlist: AlarmWidget,
  gantt: GanttWidget,
  graph: GraphWidget,
  map: MapWidget,
  check: CheckWidget,
  document: DocumentWidget,
  lease: LeaseWidget,
};

/** Where a widget lies on the grid of 12 columns, and how wide it is where there is room for six. */
export const tilePlace = ({ x, y, w, h }: Widget['at']): CSSProperties =>
  ({ '--x': x + 1, '--y': y + 1, '--w': w, '--w6': w <= 4 ? 3 : 6, '--h': h }) as CSSProperties;

export function useWidgetTitle(): (widget: Widget) => string {
  const format = useFormat();
  const name = useBindName();
  return (widget) => {
    const [first] = widget.bind;
    return widget.title ? format.text(widget.title) : first ? name(first) : '';
  };
}

export function Tile({ widget }: { widget: Widget }) {
  const { facts } = useScreen();
  const t = useTranslations('operate');
  const Body = WIDGETS[widget.kind];
  const title = useWidgetTitle()(widget);
  // What the app no longer gives is named: an empty tile would look like a quiet machine.
  const there = new Set(facts.outputs.map((output) => output.name));
  const gone = widget.bind.flatMap(({ to }) => {
    const output = to.split('.')[0] ?? to;
    return to.startsWith('form:') || there.has(output) ? [] : [output];
  });
  const nothing = gone.length > 0 && gone.length === widget.bind.length;
  let body: ReactNode = <p className={classes.nothing}>{t('widgetUnknown', { kind: widget.kind })}</p>;
  if (Body && !nothing) body = <Body widget={widget} />;
  else if (nothing) body = null;
  return (
    <div className={classes.tile} data-kind={widget.kind} data-testid={`widget-${widget.id}`} style={tilePlace(widget.at)}>
      {title && <h2>{title}</h2>}
      {gone.length > 0 && (
        <p className={classes.gone} role="status">
          {t('outputGone', { names: [...new Set(gone)].join(', ') })}
        </p>
      )}
      {body}
    </div>
  );
}
