'use client';
import { IconChevronRight } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { subgraphAt } from '../_edits/scope.ts';
import { useSay, useSession, useStudio } from '../_session/use-session.tsx';
import classes from './notes.module.css';

/** Which subgraph is open, and of which use its values are; a way back to everything around it. */
export function Breadcrumb() {
  const t = useTranslations('studio-compose');
  const say = useSay();
  const session = useSession();
  const path = useStudio((state) => state.path);
  const document = useStudio((state) => state.history.now);
  if (path.length === 0) return null;
  const names = path.map((id, at) => {
    const found = subgraphAt(document, path.slice(0, at + 1));
    const title = found?.part.title ? say(found.part.title) : (found?.name ?? id);
    return `${title} · ${id}`;
  });
  return (
    <nav className={classes.path} aria-label={t('part.path')} data-testid="studio-path">
      <button type="button" onClick={() => session.open([], path.slice(0, 1))}>
        {t('part.app')}
      </button>
      {names.map((name, at) => (
        <span key={path.slice(0, at + 1).join('/')}>
          <IconChevronRight size={13} aria-hidden />
          <button
            type="button"
            aria-current={at === path.length - 1 ? 'location' : undefined}
            onClick={() => session.open(path.slice(0, at + 1))}
          >
            {name}
          </button>
        </span>
      ))}
    </nav>
  );
}
