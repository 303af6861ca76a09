'use client';
import { Badge, Button, Group, Stack, Table } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { useTRPC } from '../_client/trpc.ts';
import { ConfirmByTyping } from '../_parts/confirm-by-typing.tsx';
import { EmptyState } from '../_parts/empty-state.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { PageHeader } from '../_parts/page-header.tsx';
import { Panel } from '../_parts/panel.tsx';
import { useMe } from '../_shell/me.tsx';
import { Installations } from './_installations.tsx';
import { NewApp } from './_new-app.tsx';

/** Drafts that are being made and apps that are installed, with the health of their instances. */
export function Apps() {
  const t = useTranslations('apps');
  const me = useMe();
  const [making, setMaking] = useState(false);
  const mayWrite = me?.may.includes('app.write') ?? false;
  return (
    <>
      <PageHeader
        title={t('title')}
        hint={t('hint')}
        actions={
          mayWrite && (
            <Button leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)} data-testid="new-app">
              {t('new')}
            </Button>
          )
        }
      />
      <Stack gap="md" px="md" pb="md">
        <Installations />
        <Drafts onNew={mayWrite ? () => setMaking(true) : undefined} />
      </Stack>
      {making && <NewApp onClose={() => setMaking(false)} />}
    </>
  );
}

function Drafts({ onNew }: { onNew: (() => void) | undefined }) {
  const t = useTranslations('apps');
  const locale = useLocale();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const apps = useQuery(trpc.apps.list.queryOptions());
  const [doomed, setDoomed] = useState<{ id: string; name: string }>();
  const remove = useMutation(
    trpc.apps.delete.mutationOptions({
      onSuccess: () => {
        setDoomed(undefined);
        void queries.invalidateQueries(trpc.apps.pathFilter());
      },
    }),
  );
  if (apps.isError) return <ErrorState error={apps.error} retry={() => void apps.refetch()} />;
  const name = (text: { en: string; zh: string }) => (locale.startsWith('zh') ? text.zh : text.en);
  return (
    <Panel title={t('drafts')} flush>
      {remove.isError && <ErrorState error={remove.error} />}
      {apps.data?.length === 0 ? (
        <EmptyState
          title={t('noDrafts')}
          text={t('noDraftsHelp')}
          actions={onNew && <Button onClick={onNew}>{t('new')}</Button>}
        />
      ) : (
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('name')}</Table.Th>
              <Table.Th>{t('blocks')}</Table.Th>
              <Table.Th>{t('runsOn')}</Table.Th>
              <Table.Th>{t('edited')}</Table.Th>
              <Table.Th>
                <span className="mw-visually-hidden">{t('actions')}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {apps.data?.map((app) => (
              <Table.Tr key={app.id}>
                <Table.Td>
                  <Link
                    href={`/studio/${app.id}`}
                    data-testid={`draft-${app.slug}`}
                    style={{ color: 'var(--mw-accent)', fontWeight: 600 }}
                  >
                    {name(app.name)}
                  </Link>
                </Table.Td>
                <Table.Td>{app.nodes}</Table.Td>
                <Table.Td>
                  {app.instances > 0 ? (
                    <Badge variant="outline" color="gray">
                      {t('instances', { count: app.instances })}
                    </Badge>
                  ) : (
                    '–'
                  )}
                </Table.Td>
                <Table.Td>
                  {new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(app.updatedAt)}
                </Table.Td>
                <Table.Td>
                  <Group gap={6} justify="flex-end">
                    <Button component={Link} href={`/studio/${app.id}`} variant="default">
                      {t('open')}
                    </Button>
                    {onNew && (
                      <Button variant="subtle" color="gray" onClick={() => setDoomed({ id: app.id, name: name(app.name) })}>
                        {t('delete')}
                      </Button>
                    )}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {doomed && (
        <ConfirmByTyping
          opened
          title={t('deleteTitle')}
          loses={t('deleteLoses', { name: doomed.name })}
          word={doomed.name}
          action={t('delete')}
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ appId: doomed.id })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </Panel>
  );
}
