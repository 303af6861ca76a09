import { requireMe } from '../../../_shell/require.ts';
import { Listing } from '../../_market/listing.tsx';

export default async function ListingPage({ params }: { params: Promise<{ publisher: string; slug: string }> }) {
  const { publisher, slug } = await params;
  await requireMe(`/market/${publisher}/${slug}`, 'market.read');
  return <Listing publisher={publisher} slug={slug} />;
}
