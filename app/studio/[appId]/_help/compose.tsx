'use client';
import { Button } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useCallback, useMemo, useState } from 'react';
import type { Bilingual } from '#runtime/graph/document.ts';
import { type PageAction, usePageActions } from '../../../_shell/palette.tsx';
import { useRefuse } from '../_canvas/refusal.tsx';
import { type KeyTexts, nextProblem, subgraphOfChosen, useKeys } from '../_session/use-keys.ts';
import { useSession, useStudio } from '../_session/use-session.tsx';
import { HelpPanel } from './help-panel.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { Tour } from './tour.tsx';

/** What stands on the canvas beside the graph: keys and their list, block pages, the tour. */
export function Compose(props: { bound: boolean; onBind: () => void; onTest: () => void }) {
  const t = useTranslations('studio-compose');
  const session = useSession();
  const refuse = useRefuse();
  const [keys, setKeys] = useState(false);
  const [tour, setTour] = useState(false);
  const empty = useStudio((state) => state.view.nodes.length === 0 && state.path.length === 0);
  const say = useCallback((reason: Bilingual) => refuse(reason), [refuse]);
  useKeys(
    useMemo<KeyTexts>(
      () => ({ group: t('group.untitled'), part: t('part.untitled'), refuse: say, shortcuts: () => setKeys(true) }),
      [t, say],
    ),
  );
  usePageActions(
    useMemo<PageAction[]>(
      () => [
        { id: 'studio-keys', label: t('shortcuts.open'), description: '?', run: () => setKeys(true) },
        { id: 'studio-tour', label: t('tour.open'), run: () => setTour(true) },
        {
          id: 'studio-part',
          label: t('part.make'),
          description: 'Ctrl E',
          run: () => subgraphOfChosen(session, t('part.untitled')),
        },
        { id: 'studio-problem', label: t('shortcuts.problem'), description: 'F8', run: () => nextProblem(session) },
      ],
      [t, session],
    ),
  );
  return (
    <>
      {empty && !tour && (
        <div style={{ position: 'absolute', left: 0, right: 0, top: 'calc(50% + 56px)', textAlign: 'center', zIndex: 5 }}>
          <Button variant="default" onClick={() => setTour(true)} data-testid="tour-start">
            {t('tour.start')}
          </Button>
        </div>
      )}
      {tour && <Tour {...props} onClose={() => setTour(false)} />}
      <HelpPanel />
      <Shortcuts opened={keys} onClose={() => setKeys(false)} />
    </>
  );
}
