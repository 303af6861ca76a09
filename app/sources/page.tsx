import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { SourcesPage } from './_sources/sources-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('sources'))('title') };
}

export default async function Page() {
  await requireMe('/sources', 'source.read');
  return <SourcesPage />;
}
