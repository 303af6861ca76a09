import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { isFirstRun } from '#server/first-run/is-first-run.ts';
import { FirstRun } from './_first-run.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('firstrun'))('title') };
}

/** An empty platform leads everyone here; once there is an account, nobody any more. */
export default async function FirstRunPage() {
  if (!(await isFirstRun())) redirect('/sign-in');
  return <FirstRun />;
}
