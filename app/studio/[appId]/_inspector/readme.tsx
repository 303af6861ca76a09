'use client';
import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../../_client/trpc.ts';
import { Markdown } from '../../../_parts/markdown.tsx';
import classes from './inspector.module.css';

/** The block's own documentation: formula, source, units. */
export function Readme({ block }: { block: string }) {
  const t = useTranslations('studio');
  const trpc = useTRPC();
  const readme = useQuery(trpc.apps.blockReadme.queryOptions({ block }, { staleTime: Number.POSITIVE_INFINITY }));
  if (readme.isPending) return <Loader size="sm" m="md" aria-label={t('loading')} />;
  return <div className={classes.readme}>{readme.data ? <Markdown text={readme.data} /> : <p>{t('inspector.noReadme')}</p>}</div>;
}
