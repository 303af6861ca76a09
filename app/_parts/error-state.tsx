'use client';
import { Button, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useLocale, useTranslations } from 'next-intl';
import { readFailure } from '../_client/failure.ts';
import classes from './parts.module.css';

/** What went wrong, in the reader's language, with the code that support will ask for and the way to try again. */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useTranslations('parts');
  const failure = readFailure(error, useLocale());
  return (
    <div className={classes.error} role="alert">
      <IconAlertTriangle size={18} stroke={1.7} />
      <div>
        <Text>{failure.message}</Text>
        <Text c="dimmed" className="mw-mono">
          {failure.code}
        </Text>
      </div>
      {retry && (
        <Button variant="default" onClick={retry}>
          {t('tryAgain')}
        </Button>
      )}
    </div>
  );
}
