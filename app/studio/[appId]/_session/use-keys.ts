'use client';
import { useEffect } from 'react';
import { copyText, type Fragment, pasteFragment, readFragment } from '../_edits/clipboard.ts';
import { removeNodes } from '../_edits/nodes.ts';
import type { StudioSession } from './session.ts';
import { useSession } from './use-session.tsx';

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
    target.closest('.monaco-editor') !== null);

/** Below everything, chosen and in sight. */
function pastePart(session: StudioSession, part: Fragment | undefined) {
  if (!part) return;
  const below = Math.max(0, ...session.document.nodes.map((node) => node.position.y + 132));
  const left = Math.min(...part.nodes.map((node) => node.position.x));
  const paste = pasteFragment(session.document, part, { x: left, y: below });
  session.edit(paste.edit);
  const [first] = paste.ids;
  if (first !== undefined) session.show(first);
  session.select(paste.ids);
}

/** Keys of the whole studio; while someone types into a field they belong to the field. */
export function useKeys(): void {
  const session = useSession();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isField(event.target)) return;
      const command = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (command && key === 'z') event.shiftKey ? session.redo() : session.undo();
      else if (command && key === 'y') session.redo();
      else if (command && key === 'a') session.select(session.document.nodes.map((node) => node.id));
      else if (command && key === 'd')
        pastePart(session, readFragment(copyText(session.document, session.get().selection.nodes)));
      else if (!command && !event.altKey && key === '/') document.getElementById('studio-palette-search')?.focus();
      else return;
      event.preventDefault();
    };
    // The clipboard's own events: they work without asking, and other apps read the same text.
    const onCopy = (event: ClipboardEvent) => {
      const { nodes } = session.get().selection;
      if (isField(event.target) || nodes.length === 0 || !event.clipboardData) return;
      event.clipboardData.setData('text/plain', copyText(session.document, nodes));
      event.preventDefault();
      if (event.type === 'cut') session.edit(removeNodes(nodes));
    };
    const onPaste = (event: ClipboardEvent) => {
      const part = isField(event.target) ? undefined : readFragment(event.clipboardData?.getData('text/plain') ?? '');
      if (!part) return;
      event.preventDefault();
      pastePart(session, part);
    };
    addEventListener('keydown', onKey);
    addEventListener('copy', onCopy);
    addEventListener('cut', onCopy);
    addEventListener('paste', onPaste);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('copy', onCopy);
      removeEventListener('cut', onCopy);
      removeEventListener('paste', onPaste);
    };
  }, [session]);
}
