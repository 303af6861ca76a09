'use client';
import { Anchor, Button } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPause, IconPlayerPlayFilled } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { EmptyState } from '../_parts/empty-state.tsx';
import { useFormat } from '../_parts/format.ts';
import { Panel } from '../_parts/panel.tsx';
import { useMay } from '../_shell/me.tsx';
import type { Glance } from './glance.ts';
import classes from './home.module.css';

export function AppsCard({ installations, drafts }: { installations: Glance['installations']; drafts: number }) {
  const t = useTranslations('home.apps');
  const format = useFormat();
  const may = useMay();
  return (
    <Panel
      flush
      title={t('title')}
      actions={
        <Anchor component={Link} href="/apps" underline="always">
          {t('all', { drafts })}
        </Anchor>
      }
    >
      {installations.length === 0 && (
        <EmptyState
          title={t('none')}
          text={t('noneText')}
          actions={
            <>
              {may('market.install') && (
                <Button component={Link} href="/market">
                  {t('market')}
                </Button>
              )}
              {may('app.write') && (
                <Button component={Link} href="/apps" variant="default">
                  {t('build')}
                </Button>
              )}
            </>
          }
        />
      )}
      {installations.map((installation) => (
        <Link key={installation.id} href="/apps" className={classes.row} style={{ flexWrap: 'wrap' }}>
          {installation.trouble ? (
            <IconAlertTriangle size={16} color="var(--mw-p2)" />
          ) : installation.running > 0 ? (
            <IconPlayerPlayFilled size={14} color="var(--mw-running)" />
          ) : (
            <IconPlayerPause size={16} color="var(--mw-dim)" />
          )}
          <span className={classes.name}>{format.text(installation.name)}</span>
          <span className={classes.side}>{t('running', { running: installation.running, all: installation.instances })}</span>
          {installation.trouble && <span className={classes.trouble}>{installation.trouble.message}</span>}
        </Link>
      ))}
    </Panel>
  );
}
