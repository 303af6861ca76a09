'use client';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useCallback, useState } from 'react';
import { useTRPC } from '../_client/trpc.ts';
import { CreateChannel } from './_channel-form.tsx';
import { AdminList } from './_list.tsx';

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
  const remove = useMutation(
    trpc.channels.remove.mutationOptions({ onSettled: () => queries.invalidateQueries({ queryKey: trpc.channels.pathKey() }) }),
  );
  const make = useCallback(() => setMaking(true), []);
  return (
    <AdminList
      title={t('title')}
      hint={t('hint')}
      rows={channels.data}
      problem={channels.error ?? remove.error}
      add={{ id: 'channel', label: t('create'), icon: <IconPlus size={16} />, run: make }}
      columns={[
        { label: t('name'), cell: (channel) => (channel.kind === 'inbox' ? t('inboxName') : channel.name) },
        { label: t('kind'), cell: (channel) => t(`kinds.${channel.kind}`) },
        {
          label: t('goes'),
          cell: (channel) =>
            channel.kind === 'inbox' ? t('inboxGoes') : <span className="mw-mono">{goesTo(channel.settings)}</span>,
        },
      ]}
      removal={{
        label: t('remove'),
        labelOf: (name) => t('removeName', { name }),
        icon: <IconTrash size={16} stroke={1.7} />,
        loses: (name) => t('removeLoses', { name }),
        may: (channel) => channel.kind !== 'inbox',
        busy: remove.isPending,
        remove: (channel) => remove.mutateAsync({ id: channel.id }),
      }}
    >
      <CreateChannel opened={making} onClose={() => setMaking(false)} />
    </AdminList>
  );
}
