import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { RecordsPage } from './_records/records-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('records'))('title') };
}

export default async function Page({ searchParams }: { searchParams: Promise<{ kind?: string; code?: string }> }) {
  await requireMe('/records', 'record.read');
  const { kind, code } = await searchParams;
  return <RecordsPage {...(kind ? { kind } : {})} {...(code ? { code } : {})} />;
}
