'use client';
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { AccessRole } from '#server/access.ts';
import { chooseOrganization, signOut } from '../../_client/sign.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import classes from '../../welcome/welcome.module.css';

interface Offer {
  readonly organization: string;
  readonly inviter: string;
  readonly email: string;
  readonly roles: readonly AccessRole[];
}

/** What an invitation offers, and the one step that fits the reader: sign in, sign in as another, or join. */
export function Invitation({
  id,
  offer,
  problem,
  signedInAs,
}: {
  id: string;
  offer?: Offer;
  problem?: { readonly en: string; readonly zh: string };
  signedInAs?: string | undefined;
}) {
  const t = useTranslations('invite');
  const roles = useTranslations('roles');
  const shell = useTranslations('shell');
  const format = useFormat();
  const trpc = useTRPC();
  const accept = useMutation(trpc.members.accept.mutationOptions({ onSuccess: ({ orgId }) => chooseOrganization(orgId) }));
  const back = encodeURIComponent(`/invite/${id}`);
  const another = signedInAs !== undefined && offer && signedInAs.toLowerCase() !== offer.email.toLowerCase();
  return (
    <div className={classes.page}>
      <div className={classes.card}>
        <Stack gap="sm">
          <Title order={1}>{t('title')}</Title>
          {!offer && <Text>{format.text(problem)}</Text>}
          {offer && (
            <Text>
              {t.rich('offer', {
                inviter: offer.inviter,
                organization: offer.organization,
                roles: offer.roles.map((role) => roles(role)).join(shell('listSeparator')),
                b: (chunks) => <strong>{chunks}</strong>,
              })}
            </Text>
          )}
          {offer && <Text c="dimmed">{t('forAddress', { email: offer.email })}</Text>}
          {accept.error && <ErrorState error={accept.error} />}
          {offer && signedInAs === undefined && (
            <Group gap="xs">
              <Button component="a" href={`/sign-in?to=${back}`}>
                {t('signIn')}
              </Button>
              <Button component="a" variant="default" href={`/sign-in?new&to=${back}`}>
                {t('makeAccount')}
              </Button>
            </Group>
          )}
          {another && (
            <>
              <Text>{t('another', { email: signedInAs })}</Text>
              <Button variant="default" onClick={signOut}>
                {shell('signOut')}
              </Button>
            </>
          )}
          {offer && signedInAs !== undefined && !another && (
            <Button loading={accept.isPending || accept.isSuccess} onClick={() => accept.mutate({ id })}>
              {t('join', { organization: offer.organization })}
            </Button>
          )}
        </Stack>
      </div>
    </div>
  );
}
