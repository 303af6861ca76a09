'use client';
import { Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCheck, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { assetClassName } from '#runtime/graph/asset-classes.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { PageHeader } from '../../_parts/page-header.tsx';
import classes from './market.module.css';
import { tally } from './proof-table.tsx';

/** Everything that is listed, narrowed as one types. */
export function Market() {
  const t = useTranslations('market');
  const trpc = useTRPC();
  const format = useFormat();
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search, 150);
  const market = useQuery({ ...trpc.market.browse.queryOptions({ search: asked }), placeholderData: (before) => before });
  return (
    <>
      <PageHeader
        title={t('title')}
        hint={t('hint')}
        actions={
          <TextInput
            type="search"
            aria-label={t('search')}
            placeholder={t('search')}
            leftSection={<IconSearch size={15} />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            w={{ base: '100%', xs: 320 }}
          />
        }
      />
      {market.isError && <ErrorState error={market.error} retry={() => void market.refetch()} />}
      {market.data?.length === 0 &&
        (asked === '' ? (
          <EmptyState title={t('none')} text={t('noneText')} />
        ) : (
          <EmptyState title={t('empty')} text={t('emptyText')} />
        ))}
      <div className={classes.cards}>
        {market.data?.map((row) => {
          const figures = row.proof ? tally(row.proof) : undefined;
          return (
            <Link
              key={row.id}
              href={`/market/${row.publisher}/${row.slug}`}
              className={classes.card}
              data-testid={`listing-${row.slug}`}
            >
              <Title order={2}>{format.text(row.title)}</Title>
              <Text>{format.text(row.summary)}</Text>
              <div className={classes.facts}>
                <span>{t('by', { publisher: row.publisher })}</span>
                <span>{t('version', { version: row.version })}</span>
                <span>{row.assetClass ? format.text(assetClassName(row.assetClass)) : t('anyAsset')}</span>
                {figures && <span>{t('proven', figures)}</span>}
                {row.installed && (
                  <span>
                    <IconCheck size={12} aria-hidden /> {t('installed')}
                  </span>
                )}
              </div>
            </Link>
          );
        })}
      </div>
    </>
  );
}
