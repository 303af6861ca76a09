'use client';
import { Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { KindFacts } from '#server/records/describe-kinds.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { ListTable } from '../../_parts/list-table.tsx';
import { PageHeader } from '../../_parts/page-header.tsx';
import { ChangeDialog } from './change-dialog.tsx';
import { asHeading } from './heading.ts';
import { ImportDialog } from './import-dialog.tsx';
import { RecordDialog } from './record-dialog.tsx';

/** Business records: one kind at a time, newest change first; the address says the kind and the record that is open. */
export function RecordsPage({ kind: asked = 'order', code }: { kind?: string; code?: string }) {
  const t = useTranslations('records');
  const format = useFormat();
  const trpc = useTRPC();
  const described = useQuery(trpc.records.kinds.queryOptions());
  const counts = useQuery(trpc.records.counts.queryOptions());
  const [name, setName] = useState(asked);
  const [open, setOpen] = useState(code);
  const [doing, setDoing] = useState<'create' | 'import'>();
  const show = (kind: string, record?: string) => {
    setName(kind);
    setOpen(record);
    const query = new URLSearchParams({ kind, ...(record === undefined ? {} : { code: record }) });
    window.history.replaceState(null, '', `/records?${query}`);
  };
  if (described.isError) return <ErrorState error={described.error} retry={() => void described.refetch()} />;
  const { kinds = [], groups } = described.data ?? {};
  const kind = kinds.find((one) => one.name === name) ?? kinds[0];
  const first = kind?.transitions.find((one) => one.from.includes(''));
  const countOf = (of: string) => (counts.data ?? []).reduce((sum, row) => sum + (row.kind === of ? row.count : 0), 0);
  return (
    <>
      <PageHeader
        title={t('title')}
        hint={t('hint')}
        actions={
          first?.allowed && (
            <>
              <Button variant="default" onClick={() => setDoing('import')}>
                {t('import')}
              </Button>
              <Button onClick={() => setDoing('create')}>{t('create')}</Button>
            </>
          )
        }
      />
      {kind && groups && (
        <>
          <Group px="md" pb="sm" align="end">
            <Select
              label={t('kind')}
              searchable
              allowDeselect={false}
              maxDropdownHeight={480}
              w={280}
              value={kind.name}
              onChange={(next) => next && show(next)}
              data={Object.entries(groups).map(([group, title]) => ({
                group: format.text(title),
                items: kinds
                  .filter((one) => one.group === group)
                  .map((one) => ({
                    value: one.name,
                    label: `${asHeading(format.text(one.plural))}${countOf(one.name) > 0 ? ` (${format.integer(countOf(one.name))})` : ''}`,
                  })),
              }))}
            />
          </Group>
          <RecordList key={kind.name} kind={kind} onOpen={(record) => show(kind.name, record)} />
          {doing === 'create' && first && (
            <ChangeDialog
              kind={kind}
              transition={first}
              onClose={() => setDoing(undefined)}
              onDone={(made) => {
                setDoing(undefined);
                show(kind.name, made);
              }}
            />
          )}
          {doing === 'import' && <ImportDialog kind={kind} onClose={() => setDoing(undefined)} />}
          {open !== undefined && (
            <RecordDialog
              key={`${kind.name} ${open}`}
              kind={kind}
              code={open}
              kinds={kinds}
              onOpen={show}
              onClose={() => show(kind.name)}
            />
          )}
        </>
      )}
    </>
  );
}

function RecordList({ kind, onOpen }: { kind: KindFacts; onOpen: (code: string) => void }) {
  const t = useTranslations('records');
  const format = useFormat();
  const trpc = useTRPC();
  const [state, setState] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [typed] = useDebouncedValue(search, 250);
  const filter = { ...(state === null ? {} : { state }), ...(typed.trim() === '' ? {} : { search: typed.trim() }) };
  const pages = useInfiniteQuery(
    trpc.records.list.infiniteQueryOptions(
      { kind: kind.name, ...filter },
      { getNextPageParam: (page) => page.next ?? undefined, initialCursor: undefined },
    ),
  );
  const rows = pages.data?.pages.flatMap((page) => page.records) ?? [];
  const titleOf = (name: string) => asHeading(format.text(kind.states.find((one) => one.state === name)?.title ?? { en: name }));
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <Group px="md" pb="sm" align="end">
        <TextInput
          label={t('search')}
          placeholder={t('searchHelp')}
          value={search}
          onChange={(e) => setSearch(e.currentTarget.value)}
          w={280}
        />
        <Select
          label={t('state')}
          placeholder={t('anyState')}
          clearable
          value={state}
          onChange={setState}
          data={kind.states.map((one) => ({ value: one.state, label: asHeading(format.text(one.title)) }))}
        />
      </Group>
      {pages.isError && <ErrorState error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isSuccess && rows.length === 0 && (
        <EmptyState title={t(filtered ? 'noneFound' : 'none')} text={t(filtered ? 'noneFoundHelp' : 'noneHelp')} />
      )}
      {rows.length > 0 && (
        <ListTable
          label={format.text(kind.plural)}
          hover
          rows={rows}
          rowKey={(row) => row.id}
          columns={[
            { label: t('code'), mono: true, cell: (row) => row.code },
            { label: t('state'), cell: (row) => titleOf(row.state) },
            { label: t('version'), right: true, cell: (row) => format.integer(row.version) },
            { label: t('changed'), cell: (row) => format.dateTime(row.updatedAt) },
            {
              label: t('open'),
              hidden: true,
              right: true,
              cell: (row) => (
                <Button variant="default" size="xs" aria-label={t('openOf', { code: row.code })} onClick={() => onOpen(row.code)}>
                  {t('open')}
                </Button>
              ),
            },
          ]}
        />
      )}
      {pages.hasNextPage && (
        <Group p="md" justify="center">
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('more')}
          </Button>
        </Group>
      )}
    </>
  );
}
