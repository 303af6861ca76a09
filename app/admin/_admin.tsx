'use client';
import { Tabs } from '@mantine/core';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import type { ComponentType } from 'react';
import { PageHeader } from '../_parts/page-header.tsx';
import { useMay } from '../_shell/me.tsx';
import classes from './_admin.module.css';
import { Audit } from './_audit.tsx';
import { Channels } from './_channels.tsx';
import { HealthSection } from './_health.tsx';
import { Keys } from './_keys.tsx';
import { Members } from './_members.tsx';
import { RetentionSection } from './_retention.tsx';
import { SECTIONS, type SectionId } from './_sections.ts';

const CONTENT: Readonly<Record<SectionId, ComponentType>> = {
  members: Members,
  keys: Keys,
  channels: Channels,
  audit: Audit,
  retention: RetentionSection,
  health: HealthSection,
};

export function Admin({ section }: { section: SectionId }) {
  const t = useTranslations('admin');
  const may = useMay();
  const router = useRouter();
  const Content = CONTENT[section];
  return (
    <>
      <PageHeader title={t('title')} hint={t('hint')} />
      <Tabs
        value={section}
        onChange={(next) => router.replace(`/admin?section=${next}`)}
        keepMounted={false}
        className={classes.tabs}
      >
        <Tabs.List px="md">
          {SECTIONS.filter(({ permission }) => may(permission)).map(({ id }) => (
            <Tabs.Tab key={id} value={id}>
              {t(`sections.${id}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={section} p="md">
          <Content />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
