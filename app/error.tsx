'use client';
import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { EmptyState } from './_parts/empty-state.tsx';

/** A page that failed. The frame around it still stands, so the person can go elsewhere. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations('shell.failed');
  return (
    <EmptyState
      page
      icon={<IconAlertTriangle size={36} stroke={1.4} />}
      title={t('title')}
      text={error.digest ? t('textWithReference', { reference: error.digest }) : t('text')}
      actions={<Button onClick={reset}>{t('again')}</Button>}
    />
  );
}
