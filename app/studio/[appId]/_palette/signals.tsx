'use client';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { displayUnit } from '#runtime/units/units.ts';
import { useTRPC } from '../../../_client/trpc.ts';
import { BlockIcon } from '../_canvas/block-icon.tsx';
import { putRole } from '../_edits/roles.ts';
import { type PlantSignal, roleOfTag } from '../_edits/tag-role.ts';
import { scoreOf } from '../_session/catalogue.ts';
import { useSay, useSession } from '../_session/use-session.tsx';
import classes from './palette.module.css';
import { place } from './place.ts';

/** As many as one looks through; more words find the others. */
const MOST = 12;

/** Tags of the own plant that answer the search: taking one makes it a role of the app and puts its source on the canvas. */
export function Signals({ query, version }: { query: string; version: string | undefined }) {
  const t = useTranslations('studio-compose');
  const say = useSay();
  const session = useSession();
  const trpc = useTRPC();
  const asked = query.trim() !== '';
  const plant = useQuery(trpc.plant.read.queryOptions(undefined, { enabled: asked, staleTime: 60_000 }));
  if (!asked || version === undefined) return null;
  const found = (plant.data?.tags ?? [])
    .map((tag) => ({
      tag,
      score: scoreOf({ id: tag.name, title: tag.title ?? { en: tag.name, zh: tag.name }, signals: tag.signal ?? '' }, query),
    }))
    .filter((hit) => hit.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST);
  if (found.length === 0) return null;
  const take = (tag: PlantSignal) => {
    const { document } = session;
    const known = document.roles.find((role) => role.name === tag.signal && role.type === tag.type);
    const role = known ?? roleOfTag(document, tag);
    const mark = `signal:${role.name}:${document.nodes.length}`;
    if (!known) session.editApp(putRole(role), mark);
    place(session, { block: 'millwright/source.tag', version, params: { role: role.name } }, mark);
  };
  return (
    <section>
      <h3 className={classes.heading}>
        {t('palette.signals')} <small>{found.length}</small>
      </h3>
      <ul className={classes.items}>
        {found.map(({ tag }) => (
          <li key={tag.id}>
            <button
              type="button"
              data-item
              data-block="millwright/source.tag"
              className={classes.item}
              title={t('palette.signalHelp', { name: tag.name, unit: tag.unit ? displayUnit(tag.unit) : '–' })}
              data-testid={`palette-signal-${tag.id}`}
              onClick={() => take(tag)}
            >
              <BlockIcon icon="tag" size={16} />
              <span>{tag.title ? say(tag.title) : tag.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
