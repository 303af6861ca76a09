'use client';
import { useTranslations } from 'next-intl';
import type { Bilingual } from '#runtime/graph/document.ts';
import { BlockIcon } from '../_canvas/block-icon.tsx';
import { subgraphNode } from '../_edits/part.ts';
import { subgraphAt } from '../_edits/scope.ts';
import { scoreOf } from '../_session/catalogue.ts';
import { pastePart } from '../_session/use-keys.ts';
import { useSay, useSession, useStudio } from '../_session/use-session.tsx';
import classes from './palette.module.css';
import { place } from './place.ts';
import { TEMPLATES } from './templates/templates.ts';

interface Entry {
  readonly key: string;
  readonly title: Bilingual;
  readonly summary?: Bilingual;
  readonly words?: Bilingual;
  readonly icon: string;
  take(): void;
}

/** What is taken as a whole: wired blocks for a purpose. */
export function Templates({ query }: { query: string }) {
  const t = useTranslations('studio-compose');
  const session = useSession();
  const entries = TEMPLATES.map((one) => ({ ...one, key: one.id, take: () => pastePart(session, one.part) }));
  return <Section title={t('palette.templates')} entries={entries} query={query} kind="template" />;
}

/** The app's own subgraphs, to be used again; not inside themselves. */
export function Parts({ query }: { query: string }) {
  const t = useTranslations('studio-compose');
  const session = useSession();
  const document = useStudio((state) => state.history.now);
  const path = useStudio((state) => state.path);
  const open = path.map((_, at) => subgraphAt(document, path.slice(0, at + 1))?.name);
  const entries = Object.entries(document.subgraphs ?? {})
    .filter(([name]) => !open.includes(name))
    .map(([name, part]) => ({
      key: name,
      title: part.title ?? { en: name, zh: name },
      icon: 'box-multiple',
      take: () => place(session, subgraphNode(name)),
    }));
  return <Section title={t('palette.parts')} entries={entries} query={query} kind="part" />;
}

function Section(props: { title: string; entries: readonly Entry[]; query: string; kind: string }) {
  const say = useSay();
  const found = props.entries.filter((entry) => scoreOf(entry, props.query) > 0);
  if (found.length === 0) return null;
  return (
    <section>
      <h3 className={classes.heading}>
        {props.title} <small>{found.length}</small>
      </h3>
      <ul className={classes.items}>
        {found.map((entry) => (
          <li key={entry.key}>
            <button
              type="button"
              data-item
              className={classes.item}
              title={entry.summary ? say(entry.summary) : undefined}
              data-testid={`palette-${props.kind}-${entry.key}`}
              onClick={entry.take}
            >
              <BlockIcon icon={entry.icon} size={16} />
              <span>{say(entry.title)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
