'use client';
import { ActionIcon, Button, Group, Modal, Stack, Table, Text, TextInput, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { type SubmitEvent, useMemo, useState } from 'react';
import { readFailure } from '../_client/failure.ts';
import { useTRPC } from '../_client/trpc.ts';
import { ConfirmByTyping } from '../_parts/confirm-by-typing.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { Panel } from '../_parts/panel.tsx';
import { ScrollX } from '../_parts/scroll-x.tsx';
import { usePageActions } from '../_shell/palette.tsx';
import classes from './_admin.module.css';

export function Channels() {
  const t = useTranslations('admin.channels');
  const trpc = useTRPC();
  const queries = useQueryClient();
  const channels = useQuery(trpc.channels.list.queryOptions());
  const [making, setMaking] = useState(false);
  const [removing, setRemoving] = useState<{ id: string; name: string }>();
  const remove = useMutation(
    trpc.channels.remove.mutationOptions({
      onSuccess: () => setRemoving(undefined),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.channels.pathKey() }),
    }),
  );
  usePageActions(useMemo(() => [{ id: 'channel', label: t('create'), run: () => setMaking(true) }], [t]));
  const problem = channels.error ?? remove.error;
  return (
    <div className={classes.stack}>
      {problem && <ErrorState error={problem} />}
      <Text c="dimmed">{t('hint')}</Text>
      <Panel
        flush
        title={t('title')}
        actions={
          <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
            {t('create')}
          </Button>
        }
      >
        <ScrollX label={t('title')}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('name')}</Table.Th>
                <Table.Th>{t('kind')}</Table.Th>
                <Table.Th>{t('goes')}</Table.Th>
                <Table.Th w={50}>
                  <span className="mw-visually-hidden">{t('actions')}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {channels.data?.map((channel) => (
                <Table.Tr key={channel.id}>
                  <Table.Td>{channel.kind === 'inbox' ? t('inboxName') : channel.name}</Table.Td>
                  <Table.Td>{t(`kinds.${channel.kind}`)}</Table.Td>
                  <Table.Td className={channel.kind === 'inbox' ? undefined : 'mw-mono'}>
                    {channel.kind === 'inbox' ? t('inboxGoes') : String(channel.settings.url ?? '')}
                  </Table.Td>
                  <Table.Td>
                    {channel.kind !== 'inbox' && (
                      <Tooltip label={t('remove')}>
                        <ActionIcon aria-label={t('removeName', { name: channel.name })} onClick={() => setRemoving(channel)}>
                          <IconTrash size={16} stroke={1.7} />
                        </ActionIcon>
                      </Tooltip>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollX>
      </Panel>
      <CreateChannel opened={making} onClose={() => setMaking(false)} />
      <ConfirmByTyping
        opened={removing !== undefined}
        title={t('remove')}
        loses={t('removeLoses', { name: removing?.name ?? '' })}
        word={removing?.name ?? ''}
        action={t('remove')}
        busy={remove.isPending}
        onConfirm={() => removing && remove.mutate({ id: removing.id })}
        onClose={() => setRemoving(undefined)}
      />
    </div>
  );
}

function CreateChannel({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations('admin.channels');
  const parts = useTranslations('parts');
  const locale = useLocale();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const create = useMutation(
    trpc.channels.create.mutationOptions({
      onSuccess: onClose,
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.channels.pathKey() }),
    }),
  );
  const failure = create.error ? readFailure(create.error, locale) : undefined;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    create.mutate({ kind: 'webhook', name: text('name'), url: text('url') });
  };
  return (
    <Modal
      opened={opened}
      onClose={() => {
        create.reset();
        onClose();
      }}
      title={t('create')}
      closeButtonProps={{ 'aria-label': parts('close') }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          {failure && Object.keys(failure.fields).length === 0 && <ErrorState error={create.error} />}
          <TextInput
            name="name"
            label={t('name')}
            placeholder={t('example')}
            error={failure?.fields.name}
            required
            data-autofocus
          />
          <TextInput
            name="url"
            type="url"
            label={t('url')}
            description={t('urlHint')}
            placeholder="https://"
            error={failure?.fields.url}
            required
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {parts('cancel')}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t('create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
