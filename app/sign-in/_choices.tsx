'use client';
import { SegmentedControl } from '@mantine/core';
import { useLocale, useTranslations } from 'next-intl';
import { isLanguage, LANGUAGES } from '../_messages/languages.ts';
import { useAppearance } from '../_shell/appearance.tsx';
import classes from './sign-in.module.css';

/** Language and appearance are wanted before one can sign in. */
export function Choices() {
  const t = useTranslations('signin');
  const shell = useTranslations('shell');
  const locale = useLocale();
  const { scheme, setScheme, setLanguage } = useAppearance();
  return (
    <div className={classes.choices}>
      <SegmentedControl
        aria-label={t('language')}
        value={locale}
        onChange={(value) => isLanguage(value) && setLanguage(value)}
        data={LANGUAGES.map((language) => ({ value: language, label: shell(`languages.${language}`) }))}
      />
      <SegmentedControl
        aria-label={t('appearance')}
        value={scheme}
        onChange={(value) => setScheme(value === 'dark' ? 'dark' : 'light')}
        data={[
          { value: 'light', label: t('light') },
          { value: 'dark', label: t('dark') },
        ]}
      />
    </div>
  );
}
