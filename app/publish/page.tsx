import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { PublishList } from './_publish/publish-list.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('publish'))('title') };
}

export default async function PublishPage() {
  await requireMe('/publish', 'publish.read');
  return <PublishList />;
}
