'use client';
import { IconAlertTriangle, IconSquareFilled } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useSay, useSession, useStudio } from '../_session/use-session.tsx';
import classes from './dock.module.css';

/** Everything that is wrong with the graph; a click goes there. */
export function Problems() {
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const problems = useStudio((state) => state.facts.problems);
  const empty = useStudio((state) => state.view.nodes.length === 0);
  if (problems.length === 0) return <p className={classes.empty}>{t(empty ? 'problems.empty' : 'problems.none')}</p>;
  return (
    <div data-testid="problems-list">
      {problems.map((problem, at) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: the same fault may be said twice of one place
          key={`${problem.code}${problem.node}${at}`}
          type="button"
          className={classes.problem}
          onClick={() => problem.node && session.goTo(problem.node)}
        >
          {problem.severity === 'error' ? (
            <IconSquareFilled size={11} color="var(--mw-p1)" role="img" aria-label={t('problems.error')} />
          ) : (
            <IconAlertTriangle size={13} color="var(--mw-p2)" role="img" aria-label={t('problems.warning')} />
          )}
          <span className="mw-mono">{[problem.node, problem.port ?? problem.param].filter(Boolean).join('.')}</span>
          <span>
            {say(problem.message)} {problem.fix && <small>{say(problem.fix)}</small>}
          </span>
        </button>
      ))}
    </div>
  );
}
