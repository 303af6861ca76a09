'use client';
import { Tooltip, VisuallyHidden } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useSession, useStudio } from '../_session/use-session.tsx';
import classes from './versions.module.css';

/** Who else has this app open; a click goes to what they have chosen. */
export function People() {
  const t = useTranslations('studio-versions');
  const session = useSession();
  const others = useStudio((state) => state.others);
  if (others.length === 0) return null;
  return (
    <ul className={classes.people} aria-label={t('people.title')} data-testid="studio-people">
      {others.map(({ client, name, nodes }) => {
        const [node] = nodes;
        const where = node === undefined ? t('people.here', { name }) : t('people.at', { name, node });
        return (
          <li key={client}>
            <Tooltip label={where}>
              <button type="button" onClick={() => node !== undefined && session.goTo(node)}>
                {initialsOf(name)} <VisuallyHidden>{where}</VisuallyHidden>
              </button>
            </Tooltip>
          </li>
        );
      })}
    </ul>
  );
}

/** `Lin Wei` -> LW, `林伟` -> 林, `lin@works` -> LI. */
function initialsOf(name: string): string {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  const [first = '?', second] = words;
  if (/\p{Script=Han}/u.test(first)) return first.slice(0, 1);
  return (second && !name.includes('@') ? first.slice(0, 1) + second.slice(0, 1) : first.slice(0, 2)).toUpperCase();
}
