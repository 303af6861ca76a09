import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../../../../_shell/require.ts';
import { InstallPage } from '../../../_market/install-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('market'))('title') };
}

export default async function Page({ params }: { params: Promise<{ publisher: string; slug: string }> }) {
  const { publisher, slug } = await params;
  await requireMe(`/market/${publisher}/${slug}/install`, 'market.install');
  return <InstallPage publisher={publisher} slug={slug} />;
}
