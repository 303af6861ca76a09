'use client';
import type { Node, NodeProps } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { memo, useEffect, useRef } from 'react';
import type { GraphNote } from '#runtime/graph/document.ts';
import { Markdown } from '../../../_parts/markdown.tsx';
import { changeNote, removeNotes } from '../_edits/groups.ts';
import { useSession, useStudio } from '../_session/use-session.tsx';
import classes from './notes.module.css';

export type NoteFlowNode = Node<{ readonly note: GraphNote }, 'note'>;
/** px; wide enough for a sentence a line. */
export const NOTE_WIDTH = 240;

/** A note on the canvas: Markdown; a double click or Enter writes, Escape or a click elsewhere reads. A note without a word is none. */
export const NoteNode = memo(function NoteNode({ data, selected }: NodeProps<NoteFlowNode>) {
  const t = useTranslations('studio-compose');
  const session = useSession();
  const { note } = data;
  const writing = useStudio((state) => state.writing === note.id);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (writing) field.current?.focus();
  }, [writing]);
  const done = () => {
    if (session.get().writing !== note.id) return;
    session.set({ writing: undefined });
    if (field.current?.value.trim() === '') session.edit(removeNotes([note.id]));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: by keyboard the node that holds it takes Enter
    <div
      className={classes.note}
      data-selected={selected || undefined}
      data-testid={`note-${note.id}`}
      onDoubleClick={() => session.set({ writing: note.id })}
    >
      {writing ? (
        <textarea
          ref={field}
          className="nodrag nowheel nopan"
          aria-label={t('note.text')}
          placeholder={t('note.placeholder')}
          value={note.text}
          rows={Math.max(3, note.text.split('\n').length + 1)}
          onChange={(event) => session.edit(changeNote(note.id, { text: event.currentTarget.value }), `note:${note.id}`)}
          onBlur={done}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            const node = event.currentTarget.closest<HTMLElement>('.react-flow__node');
            done();
            node?.focus();
          }}
        />
      ) : (
        <Markdown text={note.text || t('note.placeholder')} />
      )}
    </div>
  );
});
