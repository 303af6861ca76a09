import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { ScreenList } from './_list/screen-list.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('operate'))('title') };
}

export default async function OperatePage() {
  await requireMe('/operate', 'operate.read');
  return <ScreenList />;
}
