'use client';
import { useLocale, useTranslations } from 'next-intl';
import { displayUnit } from '#runtime/units/units.ts';
import { mainColumn } from '../_session/facts.ts';
import { formatValue, isDoubtful } from '../_session/format.ts';
import { useStudio, useWireValue } from '../_session/use-session.tsx';
import classes from './time.module.css';

/** The last value on a wire, while the canvas shows a run or a pinned window. */
export function WireValue({ node, port, x, y }: { node: string; port: string; x: number; y: number }) {
  const t = useTranslations('studio');
  const locale = useLocale();
  const showing = useStudio((state) => state.showing);
  const live = useWireValue(node, port);
  const schema = useStudio((state) => state.facts.schemaOf({ node, port }));
  const facts = useStudio((state) => state.facts);
  if (showing !== 'run' || !live) return null;
  const column = mainColumn(schema, facts.ownColumns({ node, port })) ?? Object.keys(live.last.values)[0];
  const value = column === undefined ? undefined : live.last.values[column];
  if (column === undefined || !value) return null;
  const { type, unit } = schema?.columns[column] ?? {};
  const text = type === 'boolean' && value.v !== null ? t(value.v ? 'canvas.on' : 'canvas.off') : formatValue(value.v, locale);
  return (
    <div
      className={classes.value}
      style={{ transform: `translate(-50%, -100%) translate(${x}px, ${y - 3}px)` }}
      data-doubtful={isDoubtful(value.q) || undefined}
      data-testid={`wire-value-${node}.${port}`}
    >
      {text}
      {unit && unit !== '1' ? ` ${displayUnit(unit)}` : ''}
    </div>
  );
}
