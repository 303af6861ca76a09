'use client';
import { notifications } from '@mantine/notifications';
import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import type { Collision } from '../_edits/merge.ts';
import { useStudio } from '../_session/use-session.tsx';

/** Says what two people changed in different ways, what stands now and what the other one had meant. It stays until somebody has read it. */
export function Collisions() {
  const t = useTranslations('studio-versions');
  const collisions = useStudio((state) => state.collisions);
  useEffect(() => {
    if (collisions.length === 0) return;
    const lines = collisions.map((one) => {
      const place = placeOf(one);
      if (one.mine === undefined) return t('collision.iRemoved', { place });
      if (one.theirs === undefined) return t('collision.theyRemoved', { place });
      return t('collision.both', { place, mine: shown(one.mine), theirs: shown(one.theirs) });
    });
    notifications.show({ autoClose: false, title: t('collision.title'), message: lines.slice(0, 6).join('\n') });
  }, [collisions, t]);
  return null;
}

/** `graph.nodes.mean.params.seconds` -> `mean · seconds`. */
const placeOf = ({ at }: Collision): string => at.filter((_, depth) => depth > 1 && at[depth] !== 'params').join(' · ');

const LONG = 60;
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}
