import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { createContext } from '#server/context.ts';
import { readMe } from '#server/organization/read-me.ts';
import { NewOrganization } from './_new-organization.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('welcome'))('title') };
}

/** The first page of a new account, and the way to one more organization. */
export default async function WelcomePage() {
  const me = await readMe(createContext(await headers()));
  if (!me) redirect('/sign-in?to=%2Fwelcome');
  return <NewOrganization first={me.memberships.length === 0} />;
}
