'use client';
import { useLocale, useTranslations } from 'next-intl';
import { useSession } from '../_session/use-session.tsx';
import classes from './time.module.css';
import { usePinnedState } from './use-pinned.ts';

/** What is going on with pinned data, in one line that takes its place whether there is something to say or not. */
export function StateText() {
  const t = useTranslations('studio-data');
  const locale = useLocale();
  const session = useSession();
  const { errors, fault, asking, report, took } = usePinnedState();
  if (errors > 0)
    return (
      <button
        type="button"
        className={classes.state}
        data-wrong
        onClick={() => session.set({ dock: 'problems' })}
        data-testid="time-errors"
      >
        {t('errors', { count: errors })}
      </button>
    );
  if (fault) {
    const said = (locale.startsWith('zh') && fault.zh) || fault.message;
    return (
      <span className={classes.state} data-wrong role="status" title={said} data-testid="time-fault">
        {fault.node ? `${fault.node}: ` : ''}
        {said}
      </span>
    );
  }
  if (!report || asking)
    return (
      <span className={classes.state} role="status">
        {asking ? t('asking') : ''}
      </span>
    );
  const { again, badCells, runMs } = report.pinned;
  const words = [
    t('records', { count: report.rows }),
    again ? t('again', { count: again.length }) : t('all'),
    t('took', { ms: Math.round(took ?? runMs) }),
    ...(report.effects.total > 0 ? [t('captured', { count: report.effects.total })] : []),
    ...(badCells ? [t('badCells', { count: badCells })] : []),
  ].join(' · ');
  return (
    <span className={classes.state} role="status" title={words} data-testid="time-state" data-took={Math.round(took ?? 0)}>
      {words}
    </span>
  );
}
