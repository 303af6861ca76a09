import { headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import type { Permission } from '#server/access.ts';
import { createContext } from '#server/context.ts';
import { type Me, readMe } from '#server/organization/read-me.ts';

/**
 * First line of every page: who is not signed in goes to sign in and comes back, who has no organization makes one, who lacks the permission
 * finds nothing. `const me = await requireMe('/plant', 'plant.read')`.
 */
export async function requireMe(path: string, permission?: Permission): Promise<Me & { org: NonNullable<Me['org']> }> {
  const me = await readMe(createContext(await headers()));
  if (!me) redirect(path === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(path)}`);
  const { org } = me;
  if (!org) redirect('/welcome');
  if (permission && !me.may.includes(permission)) notFound();
  return { ...me, org };
}
