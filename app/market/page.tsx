import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { Market } from './_market/market.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('market'))('title') };
}

export default async function MarketPage() {
  await requireMe('/market', 'market.read');
  return <Market />;
}
