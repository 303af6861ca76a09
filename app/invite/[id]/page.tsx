import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { getTranslations } from 'next-intl/server';
import { createContext } from '#server/context.ts';
import { AppError } from '#server/errors.ts';
import { readInvitation } from '#server/members/read-invitation.ts';
import { Invitation } from './_invitation.tsx';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('invite'))('title') };
}

export default async function InvitationPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const user = await createContext(await headers()).user();
  try {
    const { organization, inviter, email, roles } = await readInvitation({ id });
    return <Invitation id={id} offer={{ organization, inviter, email, roles }} signedInAs={user?.email} />;
  } catch (error) {
    if (error instanceof AppError) return <Invitation id={id} problem={error.facts.message} signedInAs={user?.email} />;
    throw error;
  }
}
