'use client';
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useEffect, useRef } from 'react';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { Readme } from '../_inspector/readme.tsx';
import { useSay, useSession, useStudio } from '../_session/use-session.tsx';
import classes from './help.module.css';

/** The page of a block beside the canvas: formula, parameters, example, source. F1 opens and closes it. */
export function HelpPanel() {
  const t = useTranslations('studio-compose');
  const say = useSay();
  const session = useSession();
  const block = useStudio((state) => state.help);
  const body = useRef<HTMLElement>(null);
  const before = useRef<Element | null>(null);
  useEffect(() => {
    if (block !== undefined) {
      before.current ??= document.activeElement;
      body.current?.focus();
    } else {
      if (before.current instanceof HTMLElement) before.current.focus();
      before.current = null;
    }
  }, [block]);
  if (block === undefined) return null;
  const catalogue = blockCatalogue();
  const [newest] = catalogue.versions(block);
  const manifest = newest === undefined ? undefined : catalogue.block(block, newest)?.manifest;
  const close = () => session.set({ help: undefined });
  return (
    <aside
      className={classes.help}
      aria-label={t('help.name')}
      data-testid="block-help"
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <div className={classes.helpHead}>
        <h2>{manifest ? say(manifest.title) : block}</h2>
        <small>{t('help.hint')}</small>
        <ActionIcon aria-label={t('help.close')} onClick={close}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section ref={body} className={classes.helpBody} tabIndex={0} aria-label={t('help.name')}>
        <Readme block={block} />
      </section>
    </aside>
  );
}
