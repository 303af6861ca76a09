'use client';
import { TextInput } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import { searchBlocks } from '../_session/catalogue.ts';
import { useSay } from '../_session/use-session.tsx';
import { BlockIcon } from './block-icon.tsx';
import classes from './canvas.module.css';

/** The blocks that fit a wire dropped on empty canvas: type to narrow, arrows and Enter to take. */
export function BlockMenu(props: {
  at: { x: number; y: number };
  blocks: readonly BlockManifest[];
  onTake: (manifest: BlockManifest) => void;
  onClose: () => void;
}) {
  const t = useTranslations('studio');
  const say = useSay();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const found = searchBlocks(props.blocks, query);
  useEffect(() => {
    const leave = (event: PointerEvent) => {
      if (event.target instanceof globalThis.Node && !box.current?.contains(event.target)) props.onClose();
    };
    document.addEventListener('pointerdown', leave, true);
    return () => document.removeEventListener('pointerdown', leave, true);
  }, [props.onClose]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') props.onClose();
    else if (event.key === 'ArrowDown') setActive(Math.min(found.length - 1, active + 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(0, active - 1));
    else if (event.key === 'Enter') {
      const chosen = found[active];
      if (chosen) props.onTake(chosen);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const x = Math.min(props.at.x, globalThis.innerWidth - 262);
  const y = Math.min(props.at.y, globalThis.innerHeight - 330);
  return (
    <div ref={box} className={classes.menu} style={{ left: x, top: y }} data-testid="block-menu">
      <TextInput
        m={4}
        data-autofocus
        autoFocus
        value={query}
        placeholder={t('palette.search')}
        aria-label={t('canvas.fitting')}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul>
        {found.map((manifest, at) => (
          <li key={manifest.id}>
            <button
              type="button"
              data-active={at === active || undefined}
              onClick={() => props.onTake(manifest)}
              title={say(manifest.summary)}
            >
              <BlockIcon icon={manifest.icon} />
              {say(manifest.title)}
            </button>
          </li>
        ))}
        {found.length === 0 && <li style={{ padding: 8 }}>{t('palette.nothing')}</li>}
      </ul>
    </div>
  );
}
