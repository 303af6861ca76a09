'use client';
import { Kbd, Modal } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { Fragment } from 'react';
import classes from './help.module.css';

/** Every key of the studio, by what it is for. `_session/use-keys.ts` and `_canvas/use-canvas-keys.ts` do what is written here. */
const KEYS = {
  find: [
    ['search', '/'],
    ['fits', 'W'],
    ['palette', 'Ctrl K'],
    ['help', 'F1'],
    ['this', '?'],
  ],
  move: [
    ['tab', 'Tab'],
    ['walk', 'Alt ← ↑ → ↓'],
    ['choose', 'Enter'],
    ['add', 'Shift Enter'],
    ['all', 'Ctrl A'],
    ['move', '← ↑ → ↓'],
    ['open', 'Enter Enter'],
    ['leave', 'Esc'],
  ],
  change: [
    ['undo', 'Ctrl Z'],
    ['redo', 'Ctrl Shift Z'],
    ['copy', 'Ctrl C X V'],
    ['double', 'Ctrl D'],
    ['remove', 'Delete'],
    ['group', 'Ctrl G'],
    ['part', 'Ctrl E'],
    ['note', 'N'],
  ],
  look: [
    ['problem', 'F8'],
    ['zoom', '+ − 0'],
  ],
} as const;

export function Shortcuts({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations('studio-compose.shortcuts');
  const ui = useTranslations('studio');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('title')}
      size="min(820px, 94vw)"
      closeButtonProps={{ 'aria-label': ui('close') }}
    >
      <div className={classes.keys} data-testid="shortcuts">
        {(Object.keys(KEYS) as (keyof typeof KEYS)[]).map((group) => (
          <section key={group}>
            <h3>{t(`groups.${group}`)}</h3>
            <dl>
              {KEYS[group].map(([what, keys]) => (
                <Fragment key={what}>
                  <dt>
                    <Kbd size="xs">{keys}</Kbd>
                  </dt>
                  <dd>{t(what)}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
