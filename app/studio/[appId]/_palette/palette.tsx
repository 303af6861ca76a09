'use client';
import { TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconSearch } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import { BlockIcon } from '../_canvas/block-icon.tsx';
import { BLOCK_MIME } from '../_canvas/canvas.tsx';
import { groupOf, searchBlocks } from '../_session/catalogue.ts';
import { portKind } from '../_session/fit.ts';
import { starterParams } from '../_session/starter.ts';
import { useSay, useSession } from '../_session/use-session.tsx';
import classes from './palette.module.css';
import { Parts, Templates } from './parts.tsx';
import { place } from './place.ts';
import { Signals } from './signals.tsx';

/** Order of the groups: the way of a value through an app. Groups that are not named come after, by name. */
const GROUPS = ['source', 'simulate', 'transform', 'series', 'quality', 'condition', 'learn', 'alarm', 'notify', 'control'];

export function Palette({ blocks }: { blocks: readonly BlockManifest[] }) {
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const [query, setQuery] = useState('');
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => searchBlocks(blocks, query), [blocks, query]);
  const groups = useMemo(() => grouped(found), [found]);

  const add = (manifest: BlockManifest) => {
    place(session, { block: manifest.id, version: manifest.version, params: starterParams(manifest) });
  };
  /** Arrows walk through the list, so that a block is found and taken without leaving the keyboard. */
  const walk = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const items = [...(list.current?.querySelectorAll<HTMLButtonElement>('[data-item]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    items[event.key === 'ArrowDown' ? at + 1 : Math.max(0, at - 1)]?.focus();
    event.preventDefault();
  };

  return (
    <nav className={classes.palette} aria-label={t('palette.name')} onKeyDown={walk}>
      <div className={classes.search}>
        <TextInput
          id="studio-palette-search"
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            const [first] = found;
            if (event.key === 'Enter' && first && query !== '') add(first);
            if (event.key === 'Escape') setQuery('');
          }}
          leftSection={<IconSearch size={15} stroke={1.6} />}
          placeholder={t('palette.search')}
          aria-label={t('palette.search')}
          data-testid="palette-search"
        />
      </div>
      <div className={classes.list} ref={list}>
        {groups.map(([group, items]) => {
          const open = query !== '' || !closed.has(group);
          return (
            <section key={group}>
              <button
                type="button"
                className={classes.group}
                aria-expanded={open}
                onClick={() => setClosed((before) => toggled(before, group))}
              >
                {open ? <IconChevronDown size={13} /> : <IconChevronRight size={13} />}
                {t.has(`groups.${group}`) ? t(`groups.${group}`) : group} <small>{items.length}</small>
              </button>
              {open && (
                <ul className={classes.items}>
                  {items.map((manifest) => (
                    <li key={manifest.id}>
                      <button
                        type="button"
                        data-item
                        data-block={manifest.id}
                        className={classes.item}
                        draggable
                        title={say(manifest.summary)}
                        data-testid={`palette-item-${manifest.id.split('/').at(-1)}`}
                        onDragStart={(event) => event.dataTransfer.setData(BLOCK_MIME, manifest.id)}
                        onClick={() => add(manifest)}
                      >
                        <BlockIcon icon={manifest.icon} size={16} />
                        <span>{say(manifest.title)}</span>
                        <i className={classes.dot} data-kind={kindOf(manifest)} aria-hidden />
                      </button>
                    </li>
                  ))}
                </ul>
              )}
            </section>
          );
        })}
        <Signals query={query} version={blocks.find((block) => block.id === 'millwright/source.tag')?.version} />
        <Parts query={query} />
        <Templates query={query} />
        {groups.length === 0 && <p className={classes.nothing}>{t('palette.nothing')}</p>}
      </div>
    </nav>
  );
}

function grouped(blocks: readonly BlockManifest[]): [string, BlockManifest[]][] {
  const groups = new Map<string, BlockManifest[]>();
  for (const manifest of blocks) groups.set(groupOf(manifest.id), [...(groups.get(groupOf(manifest.id)) ?? []), manifest]);
  const rank = (group: string) => (GROUPS.includes(group) ? GROUPS.indexOf(group) : GROUPS.length);
  return [...groups].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
}

function kindOf(manifest: BlockManifest) {
  const port = Object.values(manifest.outputs)[0] ?? Object.values(manifest.inputs)[0];
  const types = Object.values(port?.columns ?? {}).map((column) => column.type);
  return portKind(port?.kind ?? 'stream', types, port?.columns.value?.type ?? types[0]);
}

const toggled = (set: ReadonlySet<string>, item: string): ReadonlySet<string> => {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
};
