'use client';
import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import type { SubmitEvent } from 'react';
import { readFailure } from '../_client/failure.ts';
import { signIn } from '../_client/sign.ts';
import { useTRPC } from '../_client/trpc.ts';
import { Mark } from '../_shell/mark.tsx';
import { Choices } from '../sign-in/_choices.tsx';
import classes from '../sign-in/sign-in.module.css';

/** The first account of an empty platform, with the organization that runs it. */
export function FirstRun() {
  const t = useTranslations('firstrun');
  const sign = useTranslations('signin');
  const locale = useLocale();
  const trpc = useTRPC();
  const setUp = useMutation(
    trpc.firstRun.setUp.mutationOptions({
      onSuccess: async (_made, { email, password }) => {
        // Should the sign-in fail (a network that broke just now), its own page says why.
        const problem = await signIn(email, password);
        window.location.assign(problem ? '/sign-in' : '/');
      },
    }),
  );
  const failure = setUp.error ? readFailure(setUp.error, locale) : undefined;
  const fields = failure?.fields ?? {};
  const elsewhere = failure && Object.keys(fields).length === 0 ? failure : undefined;

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const password = String(form.get('password') ?? '');
    setUp.mutate({ organization: text('organization'), name: text('name'), email: text('email'), password });
  }

  return (
    <div className={classes.page}>
      <form className={classes.card} onSubmit={submit}>
        <Stack gap="sm">
          <div className={classes.brand}>
            <Mark size={34} />
            <div>
              <Title order={1}>{sign('product')}</Title>
              <Text c="dimmed">{sign('claim')}</Text>
            </div>
          </div>
          <Title order={2}>{t('title')}</Title>
          <Text c="dimmed">{t('text')}</Text>
          {elsewhere && (
            <Alert color="red" variant="default" icon={<IconAlertCircle color="var(--mw-p1)" />} role="alert">
              {elsewhere.message}{' '}
              {elsewhere.code === 'first-run.over' && (
                <Anchor component={Link} href="/sign-in" underline="always">
                  {sign('enter')}
                </Anchor>
              )}
            </Alert>
          )}
          <TextInput
            name="organization"
            label={t('organization')}
            description={t('organizationRule')}
            autoComplete="organization"
            error={fields.organization}
            required
            autoFocus
            minLength={2}
            maxLength={80}
          />
          <TextInput name="name" label={sign('name')} autoComplete="name" error={fields.name} required maxLength={80} />
          <TextInput name="email" type="email" label={sign('email')} autoComplete="username" error={fields.email} required />
          <PasswordInput
            name="password"
            label={sign('password')}
            description={sign('passwordRule')}
            autoComplete="new-password"
            error={fields.password}
            required
            minLength={10}
            maxLength={128}
            visibilityToggleButtonProps={{ 'aria-label': sign('showPassword') }}
          />
          <Button type="submit" loading={setUp.isPending || setUp.isSuccess} fullWidth>
            {t('make')}
          </Button>
        </Stack>
      </form>
      <Choices />
    </div>
  );
}
