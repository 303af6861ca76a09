import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { HistoryPage } from './_trend/history-page.tsx';
import { readView } from './_trend/view.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('history'))('title') };
}

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | undefined>> }) {
  await requireMe('/history', 'history.read');
  return (
    <HistoryPage
      initial={readView(new URLSearchParams(Object.entries(await searchParams).flatMap(([k, v]) => (v ? [[k, v]] : []))))}
    />
  );
}
