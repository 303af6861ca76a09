'use client';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { z } from 'zod';
import type { Widget } from '#runtime/graph/screens.ts';
import { type FloorArea, FloorPlan } from '../../../../_charts/floor-plan.tsx';
import { GraphChart } from '../../../../_charts/graph-chart.tsx';
import type { PlanBar } from '../../../../_charts/plan.ts';
import { PlanChart } from '../../../../_charts/plan-chart.tsx';
import { useFormat } from '../../../../_parts/format.ts';
import { columnFor, type Frame, frameBind, frameOf, numberAt, textAt } from './frame.ts';
import classes from './screen.module.css';
import { useScreen } from './screen-context.tsx';
import { useColumnFacts } from './widgets.tsx';

/** The newest table in a slot, with its moment. */
function useFrame(
  widget: Widget,
  ...slots: readonly string[]
): { bind: string; frame: Frame | undefined; time: number | undefined } {
  const { facts, live } = useScreen();
  const bind = frameBind(widget, ...slots);
  const value = bind ? live.value(bind, facts.instance?.key) : undefined;
  const other = value?.other ?? null;
  const frame = useMemo(() => frameOf({ other }), [other]);
  return { bind, frame, time: value?.time };
}

const rowsOf = (...columns: readonly (readonly unknown[] | undefined)[]) => Math.max(0, ...columns.map((c) => c?.length ?? 0));

function barsOf(widget: Widget, frame: Frame | undefined): PlanBar[] {
  if (!frame) return [];
  const row = columnFor(widget, frame, 'row');
  const from = columnFor(widget, frame, 'from');
  const to = columnFor(widget, frame, 'to');
  const label = columnFor(widget, frame, 'label');
  const step = columnFor(widget, frame, 'step');
  return Array.from({ length: rowsOf(from, to) }, (_, i) => ({
    row: textAt(row, i),
    from: numberAt(from, i),
    to: numberAt(to, i),
    label: step ? `${textAt(label, i)} · ${textAt(step, i)}` : textAt(label, i),
    group: textAt(label, i),
  }));
}

/** Slots `plan` (or `frame`) and `actual`; `options.frozenMinutes`: nothing is moved any more so long before it begins. */
export function GanttWidget({ widget }: { widget: Widget }) {
  const t = useTranslations('operate');
  const format = useFormat();
  const { live } = useScreen();
  const plan = useFrame(widget, 'plan', 'frame', 'value');
  const actual = useFrame(widget, 'actual');
  const frozen = Number(widget.options?.frozenMinutes ?? Number.NaN);
  const planned = useMemo(() => barsOf(widget, plan.frame), [widget, plan.frame]);
  const done = useMemo(() => (actual.bind ? barsOf(widget, actual.frame) : undefined), [widget, actual.bind, actual.frame]);
  // to the minute: the picture is drawn anew when the line moves
  const now = Math.floor((Date.now() + live.clockAhead) / 60_000) * 60_000;
  if (!plan.frame || plan.time === undefined) return <p className={classes.nothing}>{t('noFrame')}</p>;
  return (
    <div className={classes.fill}>
      <PlanChart
        title={format.text(widget.title) || plan.bind}
        plan={planned}
        now={now}
        {...(done ? { actual: done } : {})}
        {...(Number.isFinite(frozen) ? { frozenUntil: now + frozen * 60_000 } : {})}
      />
      <p className={classes.foot}>{t('planned', { time: format.time(plan.time) })}</p>
    </div>
  );
}

/** Slot `frame`: links (`from`, `to`, `value`), or what a genealogy found (`via`, `id`, `direction`). `options.form`: `network` or `flow`. */
export function GraphWidget({ widget }: { widget: Widget }) {
  const t = useTranslations('operate');
  const format = useFormat();
  const { bind, frame, time } = useFrame(widget, 'frame', 'value');
  const drawn = useMemo(() => {
    if (!frame) return undefined;
    const from = columnFor(widget, frame, 'from');
    const to = columnFor(widget, frame, 'to');
    const value = columnFor(widget, frame, 'value');
    const label = columnFor(widget, frame, 'label');
    const direction = columnFor(widget, frame, 'direction');
    const roots = new Set<string>();
    const edges = Array.from({ length: rowsOf(from, to) }, (_, i) => {
      const ends: [string, string] = [textAt(from, i), textAt(to, i)];
      if (direction && frame.depth?.[i] === 1) roots.add(ends[0]);
      const number = numberAt(value, i);
      // a genealogy tells its findings from the lot that was asked for: what went into it stands on the other side
      const [a, b] = textAt(direction, i) === 'backward' ? ends.reverse() : ends;
      return {
        from: a as string,
        to: b as string,
        ...(Number.isFinite(number) ? { value: number } : {}),
        ...(label ? { label: textAt(label, i) } : {}),
      };
    }).filter((e) => e.from !== '' && e.to !== '');
    return { edges, roots: [...roots] };
  }, [frame, widget]);
  if (!drawn || time === undefined) return <p className={classes.nothing}>{t('noFrame')}</p>;
  return (
    <div className={classes.fill}>
      <GraphChart
        title={format.text(widget.title) || bind}
        edges={drawn.edges}
        marked={drawn.roots}
        form={widget.options?.form === 'flow' ? 'flow' : 'network'}
      />
      <p className={classes.foot}>{t('measured', { time: format.time(time) })}</p>
    </div>
  );
}

const floor = z.array(
  z.object({ name: z.string(), x: z.number(), y: z.number(), w: z.number().positive(), h: z.number().positive() }),
);
const place = z.object({ slot: z.string(), name: z.string().optional(), x: z.number(), y: z.number() });

/**
 * The floor of a plant. `options.floor`: areas in metres. What is on it: figures at fixed places (`options.places`: slot, x, y) or the rows of a table
 * (slot `frame`: `x`, `y`, `name`, `value`). `options.low`, `options.high`: outside of them a place is abnormal.
 */
export function MapWidget({ widget }: { widget: Widget }) {
  const t = useTranslations('operate');
  const format = useFormat();
  const { facts, live } = useScreen();
  const columnFacts = useColumnFacts();
  const { bind, frame } = useFrame(widget, 'frame');
  const areas = floor.safeParse(widget.options?.floor ?? []);
  const places = z.array(place).safeParse(widget.options?.places ?? []);
  if (!areas.success || !places.success) return <p className={classes.nothing}>{t('floorWrong')}</p>;
  const outside = (value: number | null | undefined) => {
    const [low, high] = [widget.options?.low, widget.options?.high];
    return value != null && ((typeof low === 'number' && value < low) || (typeof high === 'number' && value > high));
  };
  const fixed = places.data.map(({ slot, name, x, y }) => {
    const to = widget.bind.find((b) => b.slot === slot);
    const value = to ? live.value(to.to, facts.instance?.key)?.value : undefined;
    return { name: name ?? (format.text(to?.title) || to?.to || slot), x, y, value: value ?? null, abnormal: outside(value) };
  });
  const x = frame && columnFor(widget, frame, 'x');
  const y = frame && columnFor(widget, frame, 'y');
  const name = frame && columnFor(widget, frame, 'name');
  const value = frame && columnFor(widget, frame, 'value');
  const moving = Array.from({ length: rowsOf(x, y) }, (_, i) => {
    const number = numberAt(value, i);
    const shown = Number.isFinite(number) ? number : null;
    return { name: textAt(name, i), x: numberAt(x, i), y: numberAt(y, i), value: shown, abnormal: outside(shown) };
  });
  const points = [...fixed, ...moving];
  if (points.length === 0 && areas.data.length === 0) return <p className={classes.nothing}>{t('noFrame')}</p>;
  const [output = '', column = 'value'] = (widget.bind[0]?.to ?? '').split('.');
  const { unit } = columnFacts(output, column);
  return (
    <div className={classes.fill}>
      <FloorPlan
        title={format.text(widget.title) || bind || t('floor')}
        areas={areas.data satisfies readonly FloorArea[]}
        points={points}
        unit={unit}
      />
    </div>
  );
}
