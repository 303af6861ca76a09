'use client';
import { SegmentedControl } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { InTopBar } from '../../../_shell/slots.tsx';
import { useSession } from '../_session/use-session.tsx';

export type StudioMode = 'graph' | 'screens';

/** The graph, or the screens that operators see of it. */
export function ModeSwitch({ mode, onChange }: { mode: StudioMode; onChange: (mode: StudioMode) => void }) {
  const t = useTranslations('studio-screens');
  const session = useSession();
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
          { value: 'graph', label: t('graphMode') },
          { value: 'screens', label: t('screensMode') },
        ]}
        data-testid="studio-mode"
      />
    </InTopBar>
  );
}
