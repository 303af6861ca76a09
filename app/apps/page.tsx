import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { Apps } from './_apps.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('apps'))('title') };
}

export default async function AppsPage() {
  await requireMe('/apps', 'app.read');
  return <Apps />;
}
