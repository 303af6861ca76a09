import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../../_shell/require.ts';
import { Studio } from './studio.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('studio'))('title') };
}

export default async function StudioPage({ params }: { params: Promise<{ appId: string }> }) {
  const { appId } = await params;
  await requireMe(`/studio/${appId}`, 'app.read');
  return <Studio appId={appId} />;
}
