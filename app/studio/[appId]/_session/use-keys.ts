'use client';
import { useEffect } from 'react';
import type { Bilingual } from '#runtime/graph/document.ts';
import { copyText, type Fragment, pasteFragment, readFragment } from '../_edits/clipboard.ts';
import { groupNodes, ungroupNodes } from '../_edits/groups.ts';
import { removeNodes } from '../_edits/nodes.ts';
import { makeSubgraph } from '../_edits/part.ts';
import type { StudioSession } from './session.ts';
import { useSession } from './use-session.tsx';

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
    target.closest('.monaco-editor') !== null);
const inDialog = (target: EventTarget | null): boolean => target instanceof Element && target.closest('[role="dialog"]') !== null;

/** Below everything, chosen and in sight. */
export function pastePart(session: StudioSession, part: Fragment): void {
  const { view } = session;
  const below = view.nodes.length === 0 ? 0 : Math.max(...view.nodes.map((node) => node.position.y)) + 132;
  const left = view.nodes.length === 0 ? 0 : Math.min(...view.nodes.map((node) => node.position.x));
  const paste = pasteFragment(view, part, { x: left, y: below });
  session.edit(paste.edit);
  const [first, ...more] = paste.ids;
  if (first !== undefined) session.show(first, ...more);
}

/** Makes one block of what is chosen; it stays chosen and can be opened. */
export function subgraphOfChosen(session: StudioSession, title: string): void {
  const made = makeSubgraph(session.view, session.get().selection.nodes, title);
  if (!made) return;
  session.edit(made.edit);
  session.show(made.node);
}

/** The next node with a problem after the one that is chosen, round and round. */
export function nextProblem(session: StudioSession): void {
  const { facts, selection } = session.get();
  const nodes = [...new Set(facts.problems.flatMap((problem) => problem.node ?? []))];
  const at = selection.nodes[0] === undefined ? -1 : nodes.indexOf(session.whole(selection.nodes[0]));
  const next = nodes[(at + 1) % nodes.length];
  session.set({ dock: 'problems' });
  if (next !== undefined) session.goTo(next);
}

/** The block that help is wanted of: the one that has the focus in a list, else the chosen node's. */
function helpWanted(session: StudioSession, target: EventTarget | null): string | undefined {
  const focused = target instanceof Element ? target.closest<HTMLElement>('[data-block]')?.dataset.block : undefined;
  const [chosen] = session.get().selection.nodes;
  return focused ?? session.view.nodes.find((node) => node.id === chosen)?.block;
}

export interface KeyTexts {
  readonly group: string;
  readonly part: string;
  refuse(reason: Bilingual): void;
  shortcuts(): void;
}

/** Keys of the whole studio; while someone types into a field they belong to the field. */
export function useKeys(texts: KeyTexts): void {
  const session = useSession();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // Help is one key away wherever one is.
      if (event.key === 'F1') {
        event.preventDefault();
        const block = helpWanted(session, event.target);
        if (session.get().help !== undefined && (block === undefined || block === session.get().help))
          session.set({ help: undefined });
        else if (block !== undefined) session.set({ help: block });
        else texts.shortcuts();
        return;
      }
      if (isField(event.target) || inDialog(event.target)) return;
      const command = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      const { nodes } = session.get().selection;
      if (command && key === 'z') event.shiftKey ? session.redo() : session.undo();
      else if (command && key === 'y') session.redo();
      else if (command && key === 'a') session.select(session.view.nodes.map((node) => node.id));
      else if (command && key === 'd') {
        const copied = nodes.length > 0 ? readFragment(copyText(session.view, nodes)) : undefined;
        if (copied?.ok) pastePart(session, copied.part);
      } else if (command && key === 'g') session.edit(event.shiftKey ? ungroupNodes(nodes) : groupNodes(nodes, texts.group));
      else if (command && key === 'e') subgraphOfChosen(session, texts.part);
      else if (event.key === 'F8') nextProblem(session);
      else if (!command && !event.altKey && event.key === '?') texts.shortcuts();
      else if (!command && !event.altKey && key === '/') document.getElementById('studio-palette-search')?.focus();
      else return;
      event.preventDefault();
    };
    // The clipboard's own events: they work without asking, and other apps read the same text.
    const onCopy = (event: ClipboardEvent) => {
      const { nodes } = session.get().selection;
      const marked = (getSelection()?.toString() ?? '') !== '';
      if (isField(event.target) || marked || nodes.length === 0 || !event.clipboardData) return;
      event.clipboardData.setData('text/plain', copyText(session.view, nodes));
      event.preventDefault();
      if (event.type === 'cut') session.edit(removeNodes(nodes));
    };
    const onPaste = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (isField(event.target) || inDialog(event.target) || text.trim() === '') return;
      event.preventDefault();
      const read = readFragment(text);
      if (read.ok) pastePart(session, read.part);
      else texts.refuse(read.reason);
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
  }, [session, texts]);
}
