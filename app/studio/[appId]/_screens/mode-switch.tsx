'use client';
import { SegmentedControl } from '@mantine/core';
import { IconLayoutDashboard, IconSitemap } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { InTopBar } from '../../../_shell/slots.tsx';
import { useSession } from '../_session/use-session.tsx';
import classes from './screens.module.css';

export type StudioMode = 'graph' | 'screens';

/** The graph, or the screens that operators see of it. */
export function ModeSwitch({ mode, onChange }: { mode: StudioMode; onChange: (mode: StudioMode) => void }) {
  const t = useTranslations('studio-screens');
  const session = useSession();
  // In a narrow top bar the word is for readers of the page alone.
  const choice = (Icon: typeof IconSitemap, text: string) => (
    <span className={classes.mode} title={text}>
      <Icon size={15} stroke={1.7} aria-hidden />
      <span>{text}</span>
    </span>
  );
  return (
    <InTopBar side="left">
      <SegmentedControl
        size="xs"
        aria-label={t('mode')}
        value={mode}
        onChange={(next) => {
          // Screens are of the whole app, and the keys that act on what is chosen mean widgets there.
          if (next === 'screens') session.open([]);
          onChange(next as StudioMode);
        }}
        data={[
          { value: 'graph', label: choice(IconSitemap, t('graphMode')) },
          { value: 'screens', label: choice(IconLayoutDashboard, t('screensMode')) },
        ]}
        data-testid="studio-mode"
      />
    </InTopBar>
  );
}
