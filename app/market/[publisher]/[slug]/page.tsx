import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../../../_shell/require.ts';
import { Listing } from '../../_market/listing.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('market'))('title') };
}

export default async function ListingPage({ params }: { params: Promise<{ publisher: string; slug: string }> }) {
  const { publisher, slug } = await params;
  await requireMe(`/market/${publisher}/${slug}`, 'market.read');
  return <Listing publisher={publisher} slug={slug} />;
}
