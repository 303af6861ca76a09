'use client';
import type { Node, NodeProps } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { memo } from 'react';
import type { Bilingual, GraphGroup } from '#runtime/graph/document.ts';
import { useSay, useSession } from '../_session/use-session.tsx';
import classes from './notes.module.css';

export type GroupFlowNode = Node<
  { readonly group: GraphGroup; readonly members: readonly string[]; readonly title: Bilingual },
  'group'
>;

/** A frame round nodes. Its head chooses all of them: then they are moved, named, copied or made a subgraph together. */
export const GroupNode = memo(function GroupNode({ data }: NodeProps<GroupFlowNode>) {
  const t = useTranslations('studio-compose');
  const say = useSay();
  const session = useSession();
  const title = say(data.title) || t('group.untitled');
  return (
    <div className={classes.frame} data-testid={`group-${data.group.id}`}>
      <button
        type="button"
        className={`${classes.frameTitle} nodrag nopan`}
        onClick={() => session.select(data.members)}
        aria-label={t('group.choose', { title, count: data.members.length })}
      >
        {title}
      </button>
    </div>
  );
});
