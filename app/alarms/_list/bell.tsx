'use client';
import { ActionIcon, Popover } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import classes from './alarms.module.css';

/** Notifications of apps; opening it marks them as read. */
export function Bell({ unread }: { unread: number }) {
  const t = useTranslations('alarms');
  const format = useFormat();
  const trpc = useTRPC();
  const [opened, setOpened] = useState(false);
  const inbox = useQuery({ ...trpc.alarms.inbox.queryOptions(), enabled: opened, staleTime: 0 });
  const read = useMutation(trpc.alarms.markRead.mutationOptions());
  const toggle = () => {
    // What was seen in the list is read when the list is closed.
    if (opened && inbox.data) read.mutate({ ids: inbox.data.flatMap((n) => (n.unread ? [n.id] : [])) });
    setOpened(!opened);
  };
  return (
    <Popover opened={opened} onChange={(next) => !next && opened && toggle()} position="bottom-end">
      <Popover.Target>
        <ActionIcon
          className={classes.bell}
          aria-label={unread ? t('bellUnread', { count: unread }) : t('bell')}
          onClick={toggle}
        >
          <IconBell size={18} stroke={1.7} />
          {unread > 0 && (
            <span className={classes.count} aria-hidden="true">
              {unread > 99 ? '99+' : unread}
            </span>
          )}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('bell')}>
        {inbox.error && <ErrorState error={inbox.error} />}
        {inbox.data?.length === 0 && <p className={classes.dim}>{t('inboxEmpty')}</p>}
        <ul className={classes.notes}>
          {inbox.data?.map((note) => (
            <li key={note.id} data-unread={note.unread || undefined}>
              {note.href ? <Link href={note.href}>{format.text(note.title)}</Link> : <strong>{format.text(note.title)}</strong>}
              {note.body && <p>{format.text(note.body)}</p>}
              <p>{format.time(note.createdAt)}</p>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
