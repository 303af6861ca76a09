import { requireMe } from '../_shell/require.ts';
import { Market } from './_market/market.tsx';

export default async function MarketPage() {
  await requireMe('/market', 'market.read');
  return <Market />;
}
