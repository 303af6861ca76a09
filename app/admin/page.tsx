import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { requireMe } from '../_shell/require.ts';
import { Admin } from './_admin.tsx';
import { isSection, SECTIONS } from './_sections.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('title') };
}

export default async function AdminPage({ searchParams }: { searchParams: Promise<{ section?: string }> }) {
  const me = await requireMe('/admin');
  const open = SECTIONS.filter((section) => me.may.includes(section.permission));
  const first = open[0];
  if (!first) notFound();
  const { section } = await searchParams;
  const chosen = isSection(section) && open.some(({ id }) => id === section) ? section : first.id;
  return <Admin section={chosen} />;
}
