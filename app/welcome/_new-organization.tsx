'use client';
import { Button, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { type SubmitEvent, useState } from 'react';
import { readFailure } from '../_client/failure.ts';
import { useTRPC } from '../_client/trpc.ts';
import classes from './welcome.module.css';

export function NewOrganization({ first }: { first: boolean }) {
  const t = useTranslations('welcome');
  const locale = useLocale();
  const trpc = useTRPC();
  const [name, setName] = useState('');
  const create = useMutation(trpc.organization.create.mutationOptions({ onSuccess: () => window.location.assign('/') }));
  const failure = create.error ? readFailure(create.error, locale) : undefined;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate({ name });
  };
  return (
    <div className={classes.page}>
      <form className={classes.card} onSubmit={submit}>
        <Stack gap="sm">
          <Title order={1}>{first ? t('title') : t('another')}</Title>
          <Text c="dimmed">{first ? t('text') : t('anotherText')}</Text>
          <TextInput
            label={t('name')}
            placeholder={t('example')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={failure ? (failure.fields.name ?? failure.message) : undefined}
            required
            minLength={2}
            maxLength={80}
            autoFocus
          />
          <Button type="submit" loading={create.isPending || create.isSuccess}>
            {t('create')}
          </Button>
          {first && <Text c="dimmed">{t('invited')}</Text>}
        </Stack>
      </form>
    </div>
  );
}
