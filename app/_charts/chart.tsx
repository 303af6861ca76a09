'use client';
import { useEffect, useRef } from 'react';
import { useAppearance } from '../_shell/appearance.tsx';
import classes from './charts.module.css';
import { type EChartsCoreOption, type EChartsType, init } from './echarts.ts';
import { Picture, type PictureProps } from './picture.tsx';
import { type ChartTokens, readTokens } from './tokens.ts';

export interface ChartProps extends PictureProps, InkProps {}

interface InkProps {
  readonly label: string;
  /** Keep it stable (useCallback): drawn anew when it changes. */
  readonly option: (tokens: ChartTokens) => EChartsCoreOption;
  /** A person has zoomed or moved: fractions of the window shown. */
  readonly onWindow?: (start: number, end: number) => void;
  /** A click in the picture: the value on the horizontal axis there. */
  readonly onPick?: (x: number) => void;
}

/** ECharts behind one door: tokens, no animation, size, text alternative, table. */
export function Chart({ table, height, actions, ...ink }: ChartProps) {
  return (
    <Picture
      label={ink.label}
      table={table}
      {...(height === undefined ? {} : { height })}
      {...(actions === undefined ? {} : { actions })}
    >
      <Ink {...ink} />
    </Picture>
  );
}

function Ink({ label, option, onWindow, onPick }: InkProps) {
  const { scheme } = useAppearance();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const told = useRef(onWindow);
  told.current = onWindow;
  const picked = useRef(onPick);
  picked.current = onPick;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
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
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the tokens behind the same element
  useEffect(() => {
    if (box.current && chart.current)
      chart.current.setOption({ animation: false, ...option(readTokens(box.current)) }, { notMerge: true });
  }, [option, scheme]);

  return <div ref={box} className={classes.ink} role="img" aria-label={label} />;
}
