import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { EmptyState } from './_parts/empty-state.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('shell'))('notFound.title') };
}

/** What is absent, what belongs to another organization, and what the person may not see: one page for all three. */
export default async function NotFound() {
  const t = await getTranslations('shell.notFound');
  return (
    <EmptyState
      page
      icon={<IconMapOff size={36} stroke={1.4} />}
      title={t('title')}
      text={t('text')}
      actions={
        <Button component="a" href="/">
          {t('home')}
        </Button>
      }
    />
  );
}
