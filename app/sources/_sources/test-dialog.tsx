'use client';
import { Button, Group, Loader, Modal, Stack, TextInput } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type SubmitEvent, useEffect, useState } from 'react';
import type { TestPart } from '#blocks/sdk/connector.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import type { ConnectionRow } from '#server/sources/list-connections.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import classes from './sources.module.css';

/** Tries the connection part by part and says which one fails and what would be right. */
export function TestDialog({ row, onClose }: { row: ConnectionRow; onClose: () => void }) {
  const t = useTranslations('sources');
  const format = useFormat();
  const trpc = useTRPC();
  const [address, setAddress] = useState('');
  const ask = useMutation(trpc.sources.ask.mutationOptions());
  const { mutate } = ask;
  useEffect(() => mutate({ connectionId: row.id, kind: 'test', request: {} }), [mutate, row.id]);
  const parts = (ask.data?.parts ?? []) as readonly TestPart[];
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    mutate({ connectionId: row.id, kind: 'test', request: address ? { address } : {} });
  };
  return (
    <Modal opened onClose={onClose} title={t('testTitle', { name: row.name })} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="sm">
        <div aria-live="polite">
          {ask.isPending && (
            <Group gap="xs">
              <Loader role="status" size="xs" /> {t('testing')}
            </Group>
          )}
          {ask.error && <ErrorState error={ask.error} />}
          {ask.data && !ask.isPending && ask.data.ok === false && (
            <p className={classes.reason}>{format.text(ask.data.reason as Bilingual)}</p>
          )}
          {!ask.isPending && (
            <ul className={classes.parts}>
              {parts.map((part, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the same part may be tried twice, and the list is made anew each time
                <li key={i}>
                  {part.ok ? <IconCheck size={16} aria-label={t('ok')} /> : <IconX size={16} aria-label={t('failed')} />}
                  <div>
                    <strong>{t(`parts.${part.part}`)}</strong> {format.text(part.detail)}
                    <span className={classes.dim}> {t('ms', { ms: format.number(part.ms, { digits: 3 }) })}</span>
                  </div>
                </li>
              ))}
            </ul>
          )}
        </div>
        <form onSubmit={submit}>
          <Group align="flex-end" gap="xs">
            <TextInput
              className={classes.grow}
              label={t('testAddress')}
              value={address}
              onChange={(event) => setAddress(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={ask.isPending}>
              {t('testAgain')}
            </Button>
          </Group>
        </form>
      </Stack>
    </Modal>
  );
}
