'use client';
import { Tooltip } from '@mantine/core';
import { useTranslations } from 'next-intl';
import classes from './parts.module.css';

/** On everything that does not come from a real machine. */
export function SimulatedBadge() {
  const t = useTranslations('parts');
  return (
    <Tooltip label={t('simulatedHint')}>
      <span className={classes.simulated}>{t('simulated')}</span>
    </Tooltip>
  );
}
