'use client';
import { IconCircleCheck, IconHelpCircle, IconSquareX } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { boundTo, type Widget } from '#runtime/graph/screens.ts';
import { useFormat } from '../../../../_parts/format.ts';
import { unitLabel } from '../../../../_parts/unit.ts';
import { passes } from './check.ts';
import classes from './screen.module.css';
import { useScreen } from './screen-context.tsx';
import { useTrendData } from './use-trend-data.ts';

/** More squares than this are no longer counted by eye. */
const RUNS = 40;

/**
 * Does a figure agree with what it must be? Slots `actual`, and `expected` and `tolerance` (or numbers of these names in the options; `relative: true`
 * makes the tolerance a fraction). Said by shape and word, with the last runs beneath. `options.source`: where what is expected comes from.
 */
export function CheckWidget({ widget }: { widget: Widget }) {
  const t = useTranslations('operate');
  const format = useFormat();
  const { facts, live } = useScreen();
  const actualBind = boundTo(widget, 'actual') ?? boundTo(widget, 'value') ?? '';
  const expectedBind = boundTo(widget, 'expected');
  const { byBind } = useTrendData(expectedBind ? [actualBind, expectedBind] : [actualBind], 24 * 60, RUNS * 4);
  const of = (slot: string) => {
    const to = boundTo(widget, slot);
    if (to !== undefined) return live.value(to, facts.instance?.key)?.value;
    const fixed = widget.options?.[slot];
    return typeof fixed === 'number' ? fixed : undefined;
  };
  const shown = live.value(actualBind, facts.instance?.key);
  const expected = of('expected');
  const tolerance = of('tolerance') ?? 0;
  const relative = widget.options?.relative === true;
  const verdict = passes({ actual: shown?.value, expected, tolerance, relative });
  const state = verdict === undefined ? 'open' : verdict ? 'passed' : 'failed';
  const Icon = { open: IconHelpCircle, passed: IconCircleCheck, failed: IconSquareX }[state];
  const runs = lastRuns(byBind.get(actualBind), expectedBind ? byBind.get(expectedBind) : undefined, expected).map(
    ({ at, actual, must }) => ({ at, ok: passes({ actual, expected: must, tolerance, relative }) }),
  );
  const failed = runs.filter((r) => r.ok === false).length;
  const unit = unitLabel(shown?.unit);
  const figure = (value: number | null | undefined) => (value == null ? '–' : format.number(value, { digits: 6 }));
  const source = widget.options?.source;
  return (
    <div className={classes.check} data-state={state}>
      <p className={classes.checkState} role="status">
        <Icon size={26} stroke={1.8} aria-hidden />
        {t(`check.${state}`)}
      </p>
      <dl className={classes.checkFigures}>
        <dt>{t('check.actual')}</dt>
        <dd>
          {figure(shown?.value)} {unit}
        </dd>
        <dt>{t('check.expected')}</dt>
        <dd>
          {figure(expected)} ± {relative ? format.percent(tolerance) : figure(tolerance)} {relative ? '' : unit}
        </dd>
        {source !== undefined && (
          <>
            <dt>{t('check.source')}</dt>
            <dd>{typeof source === 'string' ? source : format.text(source as { en?: string; zh?: string })}</dd>
          </>
        )}
      </dl>
      {runs.length > 1 && (
        <p className={classes.checkRuns} aria-label={t('check.runs', { runs: runs.length, failed })} role="img">
          {runs.map((r) => (
            <i key={r.at} data-ok={r.ok} title={format.dateTime(r.at)} />
          ))}
        </p>
      )}
    </div>
  );
}

type Course = NonNullable<ReturnType<ReturnType<typeof useTrendData>['byBind']['get']>>;
function lastRuns(actual: Course | undefined, must: Course | undefined, fixed: number | null | undefined) {
  if (!actual) return [];
  let row = 0;
  return actual.x
    .map((at, i) => {
      while (must && row + 1 < must.x.length && (must.x[row + 1] ?? 0) <= at) row++;
      return { at, actual: actual.y[i], must: must ? must.y[row] : fixed };
    })
    .filter((r) => r.actual != null)
    .slice(-RUNS);
}
