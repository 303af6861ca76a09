'use client';
import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { useTRPC } from '../../../_client/trpc.ts';
import { Markdown } from '../../../_parts/markdown.tsx';
import classes from './inspector.module.css';

/** The block's own documentation: formula, source, units. */
export function Readme({ block }: { block: string }) {
  const t = useTranslations('studio');
  const trpc = useTRPC();
  const language = useLocale().startsWith('zh') ? 'zh' : 'en';
  const readme = useQuery(trpc.apps.blockReadme.queryOptions({ block, language }, { staleTime: Number.POSITIVE_INFINITY }));
  if (readme.isPending) return <Loader size="sm" m="md" aria-label={t('loading')} />;
  if (!readme.data) return <p className={classes.readme}>{t('inspector.noReadme')}</p>;
  return (
    <div className={classes.readme}>
      <Link href={`/blocks/${block.split('/').at(-1)}`} target="_blank">
        {t('inspector.page')}
      </Link>
      <Markdown text={readme.data} />
    </div>
  );
}
