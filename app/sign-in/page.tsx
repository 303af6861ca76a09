import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { createContext } from '#server/context.ts';
import { isFirstRun } from '#server/first-run/is-first-run.ts';
import { readMe } from '#server/organization/read-me.ts';
import { SignIn } from './_sign-in.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('signin'))('title') };
}

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ to?: string; new?: string }> }) {
  const { to, new: fresh } = await searchParams;
  // Only addresses of this site: a link must not send a freshly signed-in person elsewhere.
  const target = to && /^\/(?![/\\])/.test(to) ? to : '/';
  if (await readMe(createContext(await headers()))) redirect(target);
  if (await isFirstRun()) redirect('/first-run');
  return <SignIn target={target} fresh={fresh !== undefined} />;
}
