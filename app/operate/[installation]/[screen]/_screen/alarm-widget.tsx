'use client';
import { useTranslations } from 'next-intl';
import { AlarmTable } from '../../../../alarms/_list/alarm-table.tsx';
import classes from './screen.module.css';
import { useScreen } from './screen-context.tsx';

export function AlarmWidget() {
  const { live, preview } = useScreen();
  const t = useTranslations('operate');
  const alarms = live.state?.alarms;
  if (!alarms) return <p className={classes.nothing}>{t(preview ? 'noValues' : 'loading')}</p>;
  if (alarms.length === 0) return <p className={classes.nothing}>{t('noAlarms')}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t('alarms')}>
      <AlarmTable alarms={alarms} compact />
    </section>
  );
}
