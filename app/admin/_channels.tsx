'use client';
import { ActionIcon, Button, Table, Text, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import { useTRPC } from '../_client/trpc.ts';
import { ConfirmByTyping } from '../_parts/confirm-by-typing.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { Panel } from '../_parts/panel.tsx';
import { ScrollX } from '../_parts/scroll-x.tsx';
import { usePageActions } from '../_shell/palette.tsx';
import classes from './_admin.module.css';
import { CreateChannel } from './_channel-form.tsx';

/** Where a message goes, as people know it. */
function goesTo({ url, to }: Readonly<Record<string, unknown>>): string {
  return Array.isArray(to) ? to.join(', ') : String(url ?? '');
}

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
                    {channel.kind === 'inbox' ? t('inboxGoes') : goesTo(channel.settings)}
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
