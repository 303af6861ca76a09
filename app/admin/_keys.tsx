'use client';
import { Anchor, Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconKey, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { type SubmitEvent, useCallback, useState } from 'react';
import { SCOPES, type Scope } from '#server/access.ts';
import { readFailure } from '../_client/failure.ts';
import { useTRPC } from '../_client/trpc.ts';
import { CopyLine } from '../_parts/copy-line.tsx';
import { useFormat } from '../_parts/format.ts';
import { AdminList } from './_list.tsx';

export function Keys() {
  const t = useTranslations('admin.keys');
  const format = useFormat();
  const shell = useTranslations('shell');
  const trpc = useTRPC();
  const queries = useQueryClient();
  const keys = useQuery(trpc.keys.list.queryOptions());
  const [making, setMaking] = useState(false);
  const revoke = useMutation(
    trpc.keys.revoke.mutationOptions({ onSettled: () => queries.invalidateQueries({ queryKey: trpc.keys.pathKey() }) }),
  );
  const make = useCallback(() => setMaking(true), []);
  return (
    <AdminList
      title={t('title')}
      hint={t.rich('hint', {
        link: (chunks) => (
          <Anchor href="/api/v1/openapi.json" target="_blank" underline="always">
            {chunks}
          </Anchor>
        ),
      })}
      rows={keys.data}
      problem={keys.error ?? revoke.error}
      add={{ id: 'key', label: t('create'), icon: <IconKey size={16} />, run: make }}
      empty={{ title: t('none'), text: t('noneText') }}
      columns={[
        { label: t('name'), cell: (key) => key.name },
        { label: t('start'), mono: true, cell: (key) => `${key.start}…` },
        {
          label: t('scopes'),
          cell: (key) => key.scopes.map((scope) => t(`scope.${scope.replace('.', '-')}`)).join(shell('listSeparator')),
        },
        { label: t('lastUsed'), cell: (key) => (key.lastUsed ? format.dateTime(key.lastUsed) : t('never')) },
        { label: t('expires'), cell: (key) => (key.expiresAt ? format.dateTime(key.expiresAt) : t('never')) },
      ]}
      removal={{
        label: t('revoke'),
        labelOf: (name) => t('revokeName', { name }),
        icon: <IconTrash size={16} stroke={1.7} />,
        loses: (name) => t('revokeLoses', { name }),
        busy: revoke.isPending,
        remove: (key) => revoke.mutateAsync({ id: key.id }),
      }}
    >
      <CreateKey opened={making} onClose={() => setMaking(false)} />
    </AdminList>
  );
}

const DAYS = ['30', '90', '365', 'never'] as const;

function CreateKey({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations('admin.keys');
  const parts = useTranslations('parts');
  const locale = useLocale();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Scope[]>(['samples.write']);
  const [days, setDays] = useState<string>('365');
  const create = useMutation(
    trpc.keys.create.mutationOptions({ onSettled: () => queries.invalidateQueries({ queryKey: trpc.keys.pathKey() }) }),
  );
  const failure = create.error ? readFailure(create.error, locale) : undefined;
  const close = () => {
    onClose();
    create.reset();
    setName('');
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate({ name, scopes, ...(days === 'never' ? {} : { days: Number(days) }) });
  };
  return (
    <Modal opened={opened} onClose={close} title={t('create')} closeButtonProps={{ 'aria-label': parts('close') }}>
      {create.data ? (
        <Stack gap="sm">
          <Text>{t('once')}</Text>
          <CopyLine text={create.data.key} />
          <Group justify="flex-end">
            <Button onClick={close}>{t('kept')}</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              label={t('name')}
              placeholder={t('example')}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={failure ? (failure.fields.name ?? failure.message) : undefined}
              required
              maxLength={32}
              data-autofocus
            />
            <Checkbox.Group
              label={t('scopes')}
              value={scopes}
              onChange={(next) => setScopes(SCOPES.filter((scope) => next.includes(scope)))}
            >
              <Stack gap={6} mt={4}>
                {SCOPES.map((scope) => (
                  <Checkbox key={scope} value={scope} label={t(`scope.${scope.replace('.', '-')}`)} />
                ))}
              </Stack>
            </Checkbox.Group>
            <Select
              label={t('expires')}
              data={DAYS.map((value) => ({
                value,
                label: value === 'never' ? t('never') : t('inDays', { days: Number(value) }),
              }))}
              value={days}
              onChange={(value) => value && setDays(value)}
              allowDeselect={false}
            />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                {parts('cancel')}
              </Button>
              <Button type="submit" loading={create.isPending} disabled={scopes.length === 0}>
                {t('create')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
