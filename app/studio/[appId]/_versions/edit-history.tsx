'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { useTRPC } from '../../../_client/trpc.ts';
import { formatMoment } from '../_session/format.ts';
import { useSession, useStudio } from '../_session/use-session.tsx';
import classes from './versions.module.css';

/** Who changed what and when; with a node chosen, in that node. */
export function EditHistory({ appId }: { appId: string }) {
  const t = useTranslations('studio-versions');
  const locale = useLocale();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const session = useSession();
  const save = useStudio((state) => state.save);
  const node = useStudio((state) =>
    state.path.length === 0 && state.selection.nodes.length === 1 ? state.selection.nodes[0] : undefined,
  );
  const history = useQuery(
    trpc.apps.history.queryOptions({ appId, ...(node === undefined ? {} : { node }) }, { placeholderData: (before) => before }),
  );
  useEffect(() => {
    if (save === 'saved') void queries.invalidateQueries(trpc.apps.history.pathFilter());
  }, [save, queries, trpc]);
  const title = node === undefined ? t('edits.title') : t('edits.ofNode', { node });
  return (
    <section className={classes.edits} aria-label={title}>
      <h3>{title}</h3>
      {history.data?.length === 0 && <p>{t('edits.none')}</p>}
      <ol data-testid="edit-history">
        {history.data?.map(({ revision, by, at, places }) => (
          <li key={revision}>
            <b>{by ?? '–'}</b> <time dateTime={at.toISOString()}>{formatMoment(at.getTime(), locale)}</time>{' '}
            {places.map(({ what, name, change, fields }, index) => (
              <span key={`${what}/${name}`}>
                {index > 0 && ', '}
                {what === 'nodes' && change !== 'removed' ? (
                  <button type="button" onClick={() => session.goTo(name)}>
                    {name}
                  </button>
                ) : (
                  <span className="mw-mono">{name || t(`edits.what.${what}`)}</span>
                )}{' '}
                {t(`difference.${change}`)}
                {fields.length > 0 && <span className="mw-mono"> {fields.slice(0, 3).join(', ').replaceAll('params.', '')}</span>}
              </span>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}
