'use client';
import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type SubmitEvent, useState } from 'react';
import { type SignProblem, signIn, signUp } from '../_client/sign.ts';
import { Mark } from '../_shell/mark.tsx';
import { Choices } from './_choices.tsx';
import classes from './sign-in.module.css';

/** Sign in, or make an account. `target` is where to go afterwards, on this site. */
export function SignIn({ target, fresh }: { target: string; fresh: boolean }) {
  const t = useTranslations('signin');
  const [making, setMaking] = useState(fresh);
  const [problem, setProblem] = useState<SignProblem>();
  const [busy, setBusy] = useState(false);

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const password = String(form.get('password') ?? '');
    setBusy(true);
    setProblem(undefined);
    const refused = making ? await signUp(text('name'), text('email'), password) : await signIn(text('email'), password);
    if (!refused) return window.location.assign(target);
    setProblem(refused);
    setBusy(false);
  }

  return (
    <div className={classes.page}>
      <form className={classes.card} onSubmit={submit}>
        <Stack gap="sm">
          <div className={classes.brand}>
            <Mark size={34} />
            <div>
              <Title order={1}>{t('product')}</Title>
              <Text c="dimmed">{t('claim')}</Text>
            </div>
          </div>
          <Title order={2}>{making ? t('makeAccount') : t('title')}</Title>
          {problem && (
            <Alert color="red" variant="default" icon={<IconAlertCircle color="var(--mw-p1)" />} role="alert">
              {t(`problems.${problem.code}`, { seconds: problem.code === 'throttled' ? problem.seconds : 0 })}
            </Alert>
          )}
          {making && <TextInput name="name" label={t('name')} autoComplete="name" required autoFocus maxLength={80} />}
          <TextInput name="email" type="email" label={t('email')} autoComplete="username" required autoFocus={!making} />
          <PasswordInput
            name="password"
            label={t('password')}
            autoComplete={making ? 'new-password' : 'current-password'}
            required
            minLength={making ? 10 : undefined}
            description={making ? t('passwordRule') : undefined}
            visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
          />
          <Button type="submit" loading={busy} fullWidth>
            {making ? t('makeAccount') : t('enter')}
          </Button>
          <Text ta="center">
            <Anchor
              component="button"
              type="button"
              onClick={() => {
                setMaking(!making);
                setProblem(undefined);
              }}
            >
              {making ? t('haveAccount') : t('noAccount')}
            </Anchor>
          </Text>
        </Stack>
      </form>
      <Choices />
    </div>
  );
}
