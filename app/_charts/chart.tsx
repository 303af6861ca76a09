'use client';
import { Button } from '@mantine/core';
import { IconChartLine, IconTable } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useAppearance } from '../_shell/appearance.tsx';
import classes from './charts.module.css';
import { type EChartsCoreOption, type EChartsType, init } from './echarts.ts';
import { type ChartTokens, readTokens } from './tokens.ts';

/** The data of a chart for reading: one click away from every picture. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ChartProps {
  /** What the picture says, in a sentence, for those who do not see it. */
  readonly label: string;
  /** Keep it stable (useCallback): drawn anew when it changes. */
  readonly option: (tokens: ChartTokens) => EChartsCoreOption;
  readonly table: () => ChartTable;
  /** CSS height; default: fills its parent. */
  readonly height?: number | string;
  /** Something beside the table button. */
  readonly actions?: ReactNode;
  /** A person has zoomed or moved: fractions of the window shown. */
  readonly onWindow?: (start: number, end: number) => void;
  /** A click in the picture: the value on the horizontal axis there. */
  readonly onPick?: (x: number) => void;
}

/** ECharts behind one door: tokens, no animation, size, text alternative, table. */
export function Chart({ label, option, table, height = '100%', actions, onWindow, onPick }: ChartProps) {
  const t = useTranslations('charts');
  const { scheme } = useAppearance();
  const [asTable, setAsTable] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const told = useRef(onWindow);
  told.current = onWindow;
  const picked = useRef(onPick);
  picked.current = onPick;

  useEffect(() => {
    const element = box.current;
    if (!element || asTable) return;
    const made = init(element, undefined, { renderer: 'canvas' });
    chart.current = made;
    const watcher = new ResizeObserver(() => made.resize());
    watcher.observe(element);
    let timer: ReturnType<typeof setTimeout> | undefined;
    made.on('datazoom', () => {
      clearTimeout(timer);
      // A wheel turns in many small steps: the last one counts.
      timer = setTimeout(() => {
        const zoom = (made.getOption() as { dataZoom?: { start?: number; end?: number }[] }).dataZoom?.[0];
        if (zoom?.start !== undefined && zoom.end !== undefined) told.current?.(zoom.start / 100, zoom.end / 100);
      }, 200);
    });
    made.getZr().on('click', (event: { offsetX: number; offsetY: number }) => {
      if (!picked.current || !made.containPixel('grid', [event.offsetX, event.offsetY])) return;
      const x = made.convertFromPixel({ xAxisIndex: 0 }, event.offsetX);
      if (typeof x === 'number') picked.current(x);
    });
    return () => {
      clearTimeout(timer);
      watcher.disconnect();
      made.dispose();
      chart.current = undefined;
    };
  }, [asTable]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the tokens behind the same element
  useEffect(() => {
    if (box.current && chart.current && !asTable)
      chart.current.setOption({ animation: false, ...option(readTokens(box.current)) }, { notMerge: true });
  }, [option, scheme, asTable]);

  return (
    <div className={classes.chart} style={{ height }}>
      {asTable ? (
        <DataTable label={label} table={table()} />
      ) : (
        <div className={classes.canvas}>
          <div ref={box} className={classes.ink} role="img" aria-label={label} />
        </div>
      )}
      <div className={classes.tools}>
        {actions}
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          leftSection={asTable ? <IconChartLine size={13} /> : <IconTable size={13} />}
          onClick={() => setAsTable(!asTable)}
        >
          {t(asTable ? 'asChart' : 'asTable')}
        </Button>
      </div>
    </div>
  );
}

function DataTable({ label, table }: { label: string; table: ChartTable }) {
  const t = useTranslations('charts');
  const shown = table.rows.slice(0, 1000);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.table} tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.join('|')}>
              {row.map((cell, i) => (
                <td key={table.columns[i]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows.length > shown.length && <p>{t('moreRows', { count: table.rows.length - shown.length })}</p>}
      {table.rows.length === 0 && <p>{t('noData')}</p>}
    </section>
  );
}
