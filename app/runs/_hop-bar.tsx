'use client';
import { useTranslations } from 'next-intl';
import type { TraceRow } from '#server/trace/list-traces.ts';
import { useText } from './_text.ts';
import classes from './traces.module.css';

/** The hops of a step one after the other, and the two ways in which it may end. */
const HOPS = ['gateway', 'wait', 'program', 'commit'] as const;
type Hop = (typeof HOPS)[number];

function hopsOf(row: TraceRow): { readonly hop: Hop; readonly ms: number }[] {
  const times = [row.receivedAt ?? row.appendedAt, row.appendedAt, row.readAt, row.steppedAt, row.committedAt];
  return HOPS.map((hop, i) => {
    const [from, to] = [times[i], times[i + 1]];
    // Clocks of two machines: what ends before it began took no time that could be told.
    return { hop, ms: from == null || to == null ? 0 : Math.max(0, to - from) };
  });
}
const endsOf = (row: TraceRow) => ({
  screen: since(row, row.drawnAt ?? row.sentAt),
  action: since(row, row.performedAt),
});
const since = (row: TraceRow, at: number | null) => (at === null ? undefined : Math.max(0, at - row.committedAt));

/** The scale of a list: its longest way, so that bars can be compared; ms. */
export function longest(rows: readonly TraceRow[]): number {
  return rows.reduce((most, row) => {
    const { screen = 0, action = 0 } = endsOf(row);
    return Math.max(most, hopsOf(row).reduce((sum, { ms }) => sum + ms, 0) + Math.max(screen, action));
  }, 20);
}

export function HopBar({ row, scale }: { row: TraceRow; scale: number }) {
  const t = useTranslations('runs.trace');
  const { number } = useText();
  const { screen, action } = endsOf(row);
  const hops = hopsOf(row);
  const said = [
    ...hops.map(({ hop, ms }) => ({ name: t(`hop.${hop}`), ms })),
    ...(screen === undefined ? [] : [{ name: t('hop.screen'), ms: screen }]),
    ...(action === undefined ? [] : [{ name: t('hop.action'), ms: action }]),
  ].map(({ name, ms }) => `${name} ${number(Math.round(ms))} ms`);
  const behind = (hops.reduce((sum, { ms }) => sum + ms, 0) / scale) * 100;
  const width = (ms: number) => ({ width: `${(ms / scale) * 100}%` });
  return (
    <div className={classes.bar} role="img" aria-label={said.join(', ')} title={said.join('\n')}>
      {hops.map(({ hop, ms }) => (
        <i key={hop} data-hop={hop} style={width(ms)} />
      ))}
      {screen !== undefined && <i className={classes.end} data-hop="screen" style={{ ...width(screen), left: `${behind}%` }} />}
      {action !== undefined && <i className={classes.end} data-hop="action" style={{ ...width(action), left: `${behind}%` }} />}
    </div>
  );
}

export function HopLegend() {
  const t = useTranslations('runs.trace');
  return (
    <ul className={classes.legend}>
      {[...HOPS, 'screen' as const, 'action' as const].map((hop) => (
        <li key={hop}>
          <i data-hop={hop} aria-hidden />
          {t(`hop.${hop}`)}
        </li>
      ))}
    </ul>
  );
}
