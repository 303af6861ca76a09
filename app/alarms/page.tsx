import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { AlarmsPage } from './_list/alarms-page.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('alarms'))('title') };
}

export default async function Page() {
  await requireMe('/alarms', 'alarm.read');
  return <AlarmsPage />;
}
