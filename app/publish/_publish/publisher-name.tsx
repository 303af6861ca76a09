'use client';
import { Button, Group, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { readFailure } from '../../_client/failure.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { Panel } from '../../_parts/panel.tsx';

/** The name under which an organization publishes; chosen once. */
export function PublisherName() {
  const t = useTranslations('publish');
  const trpc = useTRPC();
  const queries = useQueryClient();
  const locale = useLocale();
  const [name, setName] = useState('');
  const register = useMutation(
    trpc.publish.register.mutationOptions({ onSuccess: () => queries.invalidateQueries({ queryKey: trpc.publish.pathKey() }) }),
  );
  const failure = register.error ? readFailure(register.error, locale) : undefined;
  return (
    <Panel>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          register.mutate({ publisher: name });
        }}
      >
        <Group align="flex-end" gap={10}>
          <TextInput
            label={t('publisher')}
            description={t('publisherHelp')}
            value={name}
            error={failure && (failure.fields.publisher ?? failure.message)}
            onChange={(event) => setName(event.currentTarget.value)}
            w={380}
          />
          <Button type="submit" disabled={name === ''} loading={register.isPending}>
            {t('register')}
          </Button>
        </Group>
      </form>
    </Panel>
  );
}
