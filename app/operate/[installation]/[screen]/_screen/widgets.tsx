'use client';
import { IconRoute } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useCallback, useMemo } from 'react';
import { z } from 'zod';
import { boundTo, type Widget, type WidgetBind } from '#runtime/graph/screens.ts';
import { ControlChart } from '../../../../_charts/control-chart.tsx';
import { FrameChart } from '../../../../_charts/frame-chart.tsx';
import { frameForm } from '../../../../_charts/frame-options.ts';
import { Sparkline } from '../../../../_charts/sparkline.tsx';
import { TrendChart, type TrendLine } from '../../../../_charts/trend-chart.tsx';
import { useFormat } from '../../../../_parts/format.ts';
import { SimulatedBadge } from '../../../../_parts/simulated-badge.tsx';
import { Value } from '../../../../_parts/value.tsx';
import { useMay } from '../../../../_shell/me.tsx';
import { frameBind, frameOf } from './frame.ts';
import classes from './screen.module.css';
import { useScreen, useStaleAfter } from './screen-context.tsx';
import { type TrendData, useTrendData } from './use-trend-data.ts';

type Course = NonNullable<ReturnType<TrendData['byBind']['get']>>;

const option = (widget: Widget, name: string): number | undefined => {
  const value = widget.options?.[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

/** The words of what is shown: the screen's own, else the output's title, with the column where it is not simply the value. */
export function useBindName(): (bind: WidgetBind) => string {
  const { facts } = useScreen();
  const format = useFormat();
  const column = useColumnFacts();
  return ({ to, title }) => {
    if (title) return format.text(title);
    const [output = to, name] = to.split('.');
    const words = format.text(facts.outputs.find((o) => o.name === output)?.title) || output;
    return name && name !== 'value' ? `${words} · ${column(output, name).name}` : words;
  };
}

/** A column of an output: words, unit and type as its block says them; else it is called as its maker calls it. */
export function useColumnFacts(): (
  output: string,
  column: string,
) => { name: string; unit: string | null; type: string | undefined } {
  const { facts } = useScreen();
  const format = useFormat();
  return useCallback(
    (output, column) => {
      const known = facts.outputs.find((o) => o.name === output)?.columns[column];
      return { name: format.text(known?.title) || column, unit: known?.unit ?? null, type: known?.type };
    },
    [facts, format],
  );
}

/** One figure: value, unit, quality, age, where it lies in its normal range, and how it moved in the last hour. */
export function KpiWidget({ widget }: { widget: Widget }) {
  const { facts, live } = useScreen();
  const staleAfterMs = useStaleAfter();
  const t = useTranslations('operate');
  const format = useFormat();
  const may = useMay();
  const bind = boundTo(widget, 'value') ?? '';
  const value = live.value(bind, facts.instance?.key);
  const history = useTrendData([bind], 60, 78).byBind.get(bind);
  const low = option(widget, 'low');
  const high = option(widget, 'high');
  const number = value?.value ?? null;
  const outside = number !== null && ((low !== undefined && number < low) || (high !== undefined && number > high));
  const first = firstOfHour(history);
  const change = number !== null && first !== undefined ? number - first : undefined;
  return (
    <div className={classes.kpi} data-abnormal={outside || undefined}>
      <div className={classes.kpiTop}>
        <Value
          value={shownValue(value, format.text)}
          unit={value?.unit ?? null}
          quality={value?.quality ?? 0}
          at={value?.time ?? null}
          {...(staleAfterMs === undefined ? {} : { staleAfterMs })}
          size="wall"
        />
        {history && <Sparkline x={history.x} y={history.y} />}
      </div>
      {low !== undefined && high !== undefined && high > low && <Band low={low} high={high} value={number} />}
      <div className={classes.kpiFoot}>
        <span className={classes.kpiAbout}>
          {low !== undefined && high !== undefined ? `${format.exact(low)} – ${format.exact(high)}` : facts.instance?.key}
          {value?.origin === 'simulated' && <SimulatedBadge />}
          {value?.from && may('history.read') && (
            <Link
              className={classes.way ?? ''}
              href={`/runs?tab=traces&shard=${value.from.shardId}&step=${value.from.step}`}
              aria-label={t('way')}
              title={t('way')}
              prefetch={false}
            >
              <IconRoute size={15} stroke={1.6} aria-hidden />
            </Link>
          )}
        </span>
        {change !== undefined && (
          <span>
            {t('changeHour')} {change > 0 ? '+' : ''}
            {format.number(change, { digits: 3 })}
          </span>
        )}
      </div>
    </div>
  );
}

/** Value with which the last hour began; an app that is younger than most of an hour has no such change to tell. */
function firstOfHour(history: Course | undefined): number | undefined {
  const at = history?.y.findIndex((y) => y !== null) ?? -1;
  if (!history || at < 0) return undefined;
  const span = (history.x.at(-1) ?? 0) - (history.x[at] ?? 0);
  return span < 50 * 60_000 ? undefined : (history.y[at] ?? undefined);
}

/** Where a value lies: the normal range in the middle half, a mark at the value. */
function Band({ low, high, value }: { low: number; high: number; value: number | null }) {
  const at = value === null ? undefined : Math.min(1, Math.max(0, (value - low + (high - low) / 2) / (2 * (high - low))));
  return (
    <div className={classes.band} aria-hidden="true">
      <span />
      {at !== undefined && <i style={{ left: `${at * 100}%` }} />}
    </div>
  );
}

type Words = { readonly en: string; readonly zh: string };
type Shown = { readonly value: number | null; readonly other: string | null; readonly words?: Words };
/** `text`: says what is known in both languages, such as the code of a reason. */
export function shownValue(value: Shown | undefined, text?: (words: Words) => string): number | string | null {
  if (!value) return null;
  if (value.words && text) return text(value.words);
  if (value.other === null) return value.value;
  const other = JSON.parse(value.other) as { text?: string };
  return other.text ?? '…';
}

export function TrendWidget({ widget }: { widget: Widget }) {
  const binds = useMemo(() => widget.bind.map(({ to }) => to), [widget]);
  const minutes = option(widget, 'minutes') ?? 60;
  const { from, to, byBind } = useTrendData(binds, minutes, 1000);
  const name = useBindName();
  const format = useFormat();
  const low = option(widget, 'low');
  const high = option(widget, 'high');
  const t = useTranslations('operate');
  const title = format.text(widget.title) || widget.bind.map(name).join(', ');
  const [value, ucl, lcl] = ['value', 'ucl', 'lcl'].map((slot) => byBind.get(boundTo(widget, slot) ?? ''));
  if (value && ucl && lcl) return <ControlChart title={title} {...alignedLimits(value, ucl, lcl)} from={from} to={to} />;
  const lines = widget.bind.map((bind, i): TrendLine => {
    const data = byBind.get(bind.to);
    return {
      name: name(bind),
      unit: data?.unit ?? null,
      x: data?.x ?? [],
      y: data?.y ?? [],
      quality: data?.quality ?? [],
      ...(i === 0
        ? {
            limits: [
              ...(high === undefined ? [] : [{ value: high, label: `${t('high')} ${format.exact(high)}` }]),
              ...(low === undefined ? [] : [{ value: low, label: `${t('low')} ${format.exact(low)}` }]),
            ],
            ...(low !== undefined && high !== undefined ? { band: [low, high] as const } : {}),
          }
        : {}),
    };
  });
  return <TrendChart title={title} lines={lines} from={from} to={to} />;
}

/** Limits at the moments of the values: a control chart's block gives all three at once, its history may be thinned differently. */
function alignedLimits(value: Course, ucl: Course, lcl: Course) {
  const at = (limit: Course) => {
    let row = 0;
    return value.x.map((x) => {
      while (row + 1 < limit.x.length && (limit.x[row + 1] ?? 0) <= x) row++;
      return limit.y[row] ?? null;
    });
  };
  return { unit: value.unit, x: value.x, y: value.y, ucl: at(ucl), lcl: at(lcl) };
}

/** A frame (spectrum, Pareto) as a picture; the newest one. `options.show`: which columns, the horizontal axis first; `options.form`: see `FrameChart`. */
export function ChartWidget({ widget }: { widget: Widget }) {
  const { facts, live } = useScreen();
  const t = useTranslations('operate');
  const format = useFormat();
  const bind = frameBind(widget, 'frame', 'value');
  const value = live.value(bind, facts.instance?.key);
  const columnFacts = useColumnFacts();
  const other = value?.other;
  const shown = z.array(z.string()).safeParse(widget.options?.show).data;
  const wanted = shown?.join('\n');
  const columns = useMemo(() => {
    const frame = frameOf({ other: other ?? null });
    const names = wanted?.split('\n').filter((n) => frame && n in frame) ?? Object.keys(frame ?? {});
    return frame && names.map((n) => ({ ...columnFacts(bind, n), values: frame[n] ?? [] }));
  }, [other, wanted, columnFacts, bind]);
  if (!columns || !value) return <p className={classes.nothing}>{t('noFrame')}</p>;
  return (
    <div className={classes.fill}>
      <FrameChart title={format.text(widget.title) || bind} columns={columns} form={frameForm(widget.options?.form)} />
      <p className={classes.foot}>{t('measured', { time: format.time(value.time) })}</p>
    </div>
  );
}
