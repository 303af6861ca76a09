'use client';
import { useLocale, useTranslations } from 'next-intl';
import type { ReducedSeries } from '#runtime/replay/reduce.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { formatNumber } from '../_session/format.ts';
import { useStudio } from '../_session/use-session.tsx';
import classes from './time.module.css';
import { usePinnedState } from './use-pinned.ts';

const [WIDTH, HEIGHT] = [300, 56];
const MOST = 3;

/** The course of the numbers on one wire over the window, least and greatest of each stretch behind it. The table below has the values. */
export function WireChart({ node, port }: { node: string; port: string }) {
  const t = useTranslations('studio-data');
  const locale = useLocale();
  const run = useStudio((state) => (state.showing === 'run' ? state.run : undefined));
  const prefix = useStudio((state) => state.facts.prefix ?? '');
  const schema = useStudio((state) => state.facts.schemaOf({ node, port }));
  const { at, report } = usePinnedState();
  const wire = run?.report.wires.find((one) => one.node === prefix + node && one.port === port);
  const courses = Object.entries(wire?.course ?? {})
    .filter(([, course]) => course.last.length > 1)
    .slice(0, MOST);
  if (!run || courses.length === 0) return null;
  const now = at === undefined ? undefined : report?.moments.at[at];
  return (
    <div className={classes.charts}>
      {courses.map(([column, course]) => {
        const { low, high } = limitsOf(course);
        const unit = schema?.columns[column]?.unit;
        const shown = unit && unit !== '1' ? ` ${displayUnit(unit)}` : '';
        const { from, to } = run.report.window;
        const x = (time: number) => (((time - from) / Math.max(1, to - from)) * WIDTH).toFixed(1);
        const y = (value: number) => (HEIGHT - 4 - ((value - low) / (high - low || 1)) * (HEIGHT - 8)).toFixed(1);
        const name = `${node}.${port} ${column}`;
        return (
          <figure key={column} className={classes.chart}>
            <figcaption>
              <b>{name}</b>
              <span>{`${formatNumber(low, locale)} … ${formatNumber(high, locale)}${shown}`}</span>
            </figcaption>
            <svg
              viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={t('chart', { name, low: formatNumber(low, locale), high: `${formatNumber(high, locale)}${shown}` })}
            >
              {course.min && (
                <path
                  className={classes.band}
                  d={course.time.map((time, i) => bandAt(x(time), course.min?.[i], course.max?.[i], y)).join('')}
                />
              )}
              <path className={classes.line} d={pathOf(course, x, y)} />
              {now !== undefined && <line className={classes.now} x1={x(now)} x2={x(now)} y1={0} y2={HEIGHT} />}
            </svg>
          </figure>
        );
      })}
    </div>
  );
}

function limitsOf({ last, min, max }: ReducedSeries): { low: number; high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of [...last, ...(min ?? []), ...(max ?? [])]) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high } : { low: 0, high: 1 };
}

const bandAt = (x: string, min: number | null | undefined, max: number | null | undefined, y: (value: number) => string) =>
  min === null || min === undefined || max === null || max === undefined ? '' : `M${x} ${y(min)}V${y(max)}`;

/** A missing value is a gap. */
function pathOf({ time, last }: ReducedSeries, x: (time: number) => string, y: (value: number) => string): string {
  let pen = 'M';
  return last
    .map((value, i) => {
      if (value === null) {
        pen = 'M';
        return '';
      }
      const step = `${pen}${x(time[i] ?? 0)} ${y(value)}`;
      pen = 'L';
      return step;
    })
    .join('');
}
