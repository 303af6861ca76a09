'use client';
import { Anchor } from '@mantine/core';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { GraphNode } from '#runtime/graph/document.ts';

/** A node whose block is not here: nothing of it is lost; where to get the block. */
export function Missing({ node }: { node: GraphNode }) {
  const t = useTranslations('studio-compose');
  const [publisher = ''] = node.block.split('/');
  return (
    <div data-testid="missing-block">
      <b>{t('missing.title')}</b>
      <p style={{ margin: '4px 0' }}>{t('missing.text', { block: node.block, version: node.version })}</p>
      <p style={{ margin: '4px 0' }}>{t('missing.where', { publisher })}</p>
      <Anchor component={Link} href="/market">
        {t('missing.market')}
      </Anchor>
    </div>
  );
}
