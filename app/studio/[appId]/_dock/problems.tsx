'use client';
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconSquareFilled } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { useSay, useSession, useStudio, useView } from '../_session/use-session.tsx';
import classes from './dock.module.css';
import { fixFor } from './fixes.ts';

/** Each way out is judged: more than a person reads at once would cost every edit. */
const FIXED = 12;

/** Everything that is wrong with the graph; a click goes there, and where one edit puts it right, it is offered. */
export function Problems() {
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const problems = useStudio((state) => state.facts.problems);
  const facts = useStudio((state) => state.facts);
  const roles = useStudio((state) => state.history.now.roles);
  const view = useView();
  const empty = view.nodes.length === 0;
  const fixes = useMemo(() => {
    const newest = (block: string) => blockCatalogue().versions(block)[0];
    return new Map(
      problems.slice(0, FIXED).flatMap((problem) => {
        const fix = fixFor(problem, { view, facts, roles, newest });
        return fix ? [[problem, fix] as const] : [];
      }),
    );
  }, [problems, view, facts, roles]);
  if (problems.length === 0) return <p className={classes.empty}>{t(empty ? 'problems.empty' : 'problems.none')}</p>;
  return (
    <div data-testid="problems-list">
      {problems.map((problem, at) => {
        const fix = fixes.get(problem);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same fault may be said twice of one place
          <div key={`${problem.code}${problem.node}${at}`} className={classes.problemRow}>
            <button type="button" className={classes.problem} onClick={() => problem.node && session.goTo(problem.node)}>
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
            {fix && (
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => {
                  session.edit(fix.edit);
                  if (fix.node) session.show(fix.node);
                }}
                data-testid="problem-fix"
              >
                {say(fix.label)}
              </Button>
            )}
          </div>
        );
      })}
    </div>
  );
}
