import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { PlantPage } from './_plant/plant-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('plant'))('title') };
}

export default async function Page() {
  await requireMe('/plant', 'plant.read');
  return <PlantPage />;
}
