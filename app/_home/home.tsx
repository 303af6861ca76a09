'use client';
import { useTranslations } from 'next-intl';
import { PageHeader } from '../_parts/page-header.tsx';
import { useMe } from '../_shell/me.tsx';

/** The organization at a glance. */
export function Home() {
  const t = useTranslations('home');
  const me = useMe();
  return <PageHeader title={me?.org?.name ?? t('title')} />;
}
