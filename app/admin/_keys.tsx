'use client';
import {
  ActionIcon,
  Anchor,
  Button,
  Checkbox,
  Group,
  Modal,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { IconKey, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { type SubmitEvent, useMemo, useState } from 'react';
import { SCOPES, type Scope } from '#server/access.ts';
import { readFailure } from '../_client/failure.ts';
import { useTRPC } from '../_client/trpc.ts';
import { ConfirmByTyping } from '../_parts/confirm-by-typing.tsx';
import { CopyLine } from '../_parts/copy-line.tsx';
import { EmptyState } from '../_parts/empty-state.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { useFormat } from '../_parts/format.ts';
import { Panel } from '../_parts/panel.tsx';
import { ScrollX } from '../_parts/scroll-x.tsx';
import { usePageActions } from '../_shell/palette.tsx';
import classes from './_admin.module.css';

export function Keys() {
  const t = useTranslations('admin.keys');
  const format = useFormat();
  const shell = useTranslations('shell');
  const trpc = useTRPC();
  const queries = useQueryClient();
  const keys = useQuery(trpc.keys.list.queryOptions());
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<{ id: string; name: string | null }>();
  const revoke = useMutation(
    trpc.keys.revoke.mutationOptions({
      onSuccess: () => setRevoking(undefined),
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.keys.pathKey() }),
    }),
  );
  usePageActions(useMemo(() => [{ id: 'key', label: t('create'), run: () => setMaking(true) }], [t]));
  const create = (
    <Button leftSection={<IconKey size={16} />} onClick={() => setMaking(true)}>
      {t('create')}
    </Button>
  );
  const problem = keys.error ?? revoke.error;
  return (
    <div className={classes.stack}>
      {problem && <ErrorState error={problem} />}
      <Text c="dimmed">
        {t.rich('hint', {
          link: (chunks) => (
            <Anchor href="/api/v1/openapi.json" target="_blank" underline="always">
              {chunks}
            </Anchor>
          ),
        })}
      </Text>
      <Panel flush title={t('title')} actions={keys.data?.length ? create : undefined}>
        {keys.data?.length === 0 && <EmptyState title={t('none')} text={t('noneText')} actions={create} />}
        {keys.data && keys.data.length > 0 && (
          <ScrollX label={t('title')}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('name')}</Table.Th>
                  <Table.Th>{t('start')}</Table.Th>
                  <Table.Th>{t('scopes')}</Table.Th>
                  <Table.Th>{t('lastUsed')}</Table.Th>
                  <Table.Th>{t('expires')}</Table.Th>
                  <Table.Th w={50}>
                    <span className="mw-visually-hidden">{t('actions')}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {keys.data.map((key) => (
                  <Table.Tr key={key.id}>
                    <Table.Td>{key.name}</Table.Td>
                    <Table.Td className="mw-mono">{key.start}…</Table.Td>
                    <Table.Td>
                      {key.scopes.map((scope) => t(`scope.${scope.replace('.', '-')}`)).join(shell('listSeparator'))}
                    </Table.Td>
                    <Table.Td>{key.lastUsed ? format.dateTime(key.lastUsed) : t('never')}</Table.Td>
                    <Table.Td>{key.expiresAt ? format.dateTime(key.expiresAt) : t('never')}</Table.Td>
                    <Table.Td>
                      <Tooltip label={t('revoke')}>
                        <ActionIcon aria-label={t('revokeName', { name: key.name ?? '' })} onClick={() => setRevoking(key)}>
                          <IconTrash size={16} stroke={1.7} />
                        </ActionIcon>
                      </Tooltip>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </ScrollX>
        )}
      </Panel>
      <CreateKey opened={making} onClose={() => setMaking(false)} />
      <ConfirmByTyping
        opened={revoking !== undefined}
        title={t('revoke')}
        loses={t('revokeLoses', { name: revoking?.name ?? '' })}
        word={revoking?.name ?? ''}
        action={t('revoke')}
        busy={revoke.isPending}
        onConfirm={() => revoking && revoke.mutate({ id: revoking.id })}
        onClose={() => setRevoking(undefined)}
      />
    </div>
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
