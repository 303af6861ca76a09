'use client';
import { Tabs } from '@mantine/core';
import { IconAlertTriangle, IconHistory, IconReportAnalytics, IconTable } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { StudioState } from '../_session/session.ts';
import { useSession, useStudio } from '../_session/use-session.tsx';
import classes from './dock.module.css';
import { Failures } from './failures.tsx';
import { Problems } from './problems.tsx';
import { Records } from './records.tsx';
import { RunReportView } from './run-report.tsx';
import { Versions } from './versions.tsx';

export function Dock({ appId }: { appId: string }) {
  const t = useTranslations('studio');
  const session = useSession();
  const dock = useStudio((state) => state.dock);
  const problems = useStudio((state) => state.facts.problems.length);
  const run = useStudio((state) => state.run);
  return (
    <section className={classes.dock} aria-label={t('dock.name')} data-testid="studio-dock">
      <Tabs value={dock} onChange={(next) => next && session.set({ dock: next as StudioState['dock'] })} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="records" leftSection={<IconTable size={15} stroke={1.6} />}>
            {t('dock.records')}
          </Tabs.Tab>
          <Tabs.Tab
            value="problems"
            leftSection={<IconAlertTriangle size={15} stroke={1.6} />}
            rightSection={problems > 0 ? <span className={classes.count}>{problems}</span> : undefined}
          >
            {t('dock.problems')}
          </Tabs.Tab>
          <Tabs.Tab value="run" leftSection={<IconReportAnalytics size={15} stroke={1.6} />}>
            {t('dock.run')}
          </Tabs.Tab>
          <Tabs.Tab value="history" leftSection={<IconHistory size={15} stroke={1.6} />}>
            {t('dock.history')}
          </Tabs.Tab>
        </Tabs.List>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className={classes.panel} tabIndex={0} aria-label={t(`dock.${dock}`)}>
          <Tabs.Panel value="records">
            <Records />
          </Tabs.Panel>
          <Tabs.Panel value="problems">
            <Problems />
            <Failures appId={appId} />
          </Tabs.Panel>
          <Tabs.Panel value="run">
            {run ? (
              <RunReportView report={run.report} onNode={(node) => session.show(node)} />
            ) : (
              <p className={classes.empty}>{t('report.none')}</p>
            )}
          </Tabs.Panel>
          <Tabs.Panel value="history">
            <Versions appId={appId} />
          </Tabs.Panel>
        </section>
      </Tabs>
    </section>
  );
}
