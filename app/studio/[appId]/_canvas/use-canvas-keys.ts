'use client';
import { useReactFlow } from '@xyflow/react';
import { type KeyboardEvent, useCallback } from 'react';
import { addNote, changeNote, nextNoteId, removeNotes } from '../_edits/groups.ts';
import { nudgeNodes } from '../_edits/nodes.ts';
import { neighbour } from '../_session/neighbour.ts';
import { useSession } from '../_session/use-session.tsx';
import { noteOf } from './flow-elements.ts';
import type { Offer } from './wire-menu.tsx';

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const isField = (target: EventTarget): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

/** The canvas by keyboard; what each key does is listed where `?` shows it. */
export function useCanvasKeys(offer: (offer: Offer) => void): (event: KeyboardEvent) => void {
  const session = useSession();
  const flow = useReactFlow();

  const focusNode = useCallback((id: string) => {
    // Only what is in sight is drawn; the canvas has gone there by then.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus()),
    );
  }, []);

  const onFocusedNode = useCallback(
    (event: KeyboardEvent, id: string): boolean => {
      const note = noteOf(id);
      const { nodes } = session.get().selection;
      if (event.key === 'Enter' || event.key === ' ') {
        if (note !== undefined) session.set({ writing: note });
        else if (event.shiftKey || event.ctrlKey || event.metaKey)
          session.select(nodes.includes(id) ? nodes.filter((one) => one !== id) : [...nodes, id]);
        else if (!(event.key === 'Enter' && nodes.includes(id) && session.enter(id))) session.select([id]);
        return true;
      }
      if (note !== undefined && (event.key === 'Delete' || event.key === 'Backspace')) {
        session.edit(removeNotes([note]));
        document.getElementById('studio-canvas')?.focus();
        return true;
      }
      const arrow = ARROWS[event.key];
      if (note !== undefined && arrow && !event.altKey) {
        const step = event.shiftKey ? 48 : 12;
        const at = session.view.notes?.find((one) => one.id === note)?.position;
        if (at)
          session.edit(changeNote(note, { position: { x: at.x + arrow[0] * step, y: at.y + arrow[1] * step } }), `nudge:${id}`);
        return true;
      }
      return false;
    },
    [session],
  );

  return useCallback(
    (event: KeyboardEvent) => {
      if (isField(event.target)) return;
      const { nodes: chosen } = session.get().selection;
      const done = () => {
        event.preventDefault();
        event.stopPropagation();
      };
      const node =
        event.target instanceof HTMLElement && event.target.matches('.react-flow__node') ? event.target.dataset.id : undefined;
      if (node !== undefined && onFocusedNode(event, node)) return done();

      const arrow = ARROWS[event.key];
      if (arrow && event.altKey) {
        // To the next node that way: from the focused one, else from the chosen one.
        const from = node ?? chosen[0];
        const next = neighbour(session.view.nodes, from, arrow);
        if (next !== undefined) {
          session.show(next);
          focusNode(next);
        }
        return done();
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (arrow && chosen.length > 0) {
        const step = event.shiftKey ? 48 : 12;
        session.edit(nudgeNodes(chosen, arrow[0] * step, arrow[1] * step), `nudge:${chosen.join()}`);
        return done();
      }
      const key = event.key.toLowerCase();
      if (event.key === 'Escape') {
        const { picking, selection } = session.get();
        if (picking) session.set({ picking: undefined });
        else if (selection.nodes.length + selection.wires.length > 0) session.select([]);
        else session.leave();
      } else if (key === 'w') {
        const [id] = chosen;
        const port = id === undefined ? undefined : Object.keys(session.get().facts.manifest(id)?.outputs ?? {})[0];
        const at = id === undefined ? undefined : session.view.nodes.find((one) => one.id === id)?.position;
        if (id === undefined || port === undefined || !at) return;
        offer({ end: { node: id, port }, side: 'out', at: flow.flowToScreenPosition({ x: at.x + 252, y: at.y }) });
      } else if (key === 'n') {
        const box = document.getElementById('studio-canvas')?.getBoundingClientRect();
        const middle = { x: (box?.x ?? 0) + (box?.width ?? 0) / 2 - 120, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 - 40 };
        const id = nextNoteId(session.view);
        session.edit(addNote({ text: '', position: flow.screenToFlowPosition(middle) }, id));
        session.set({ writing: id });
      } else if (event.key === '+' || event.key === '=') void flow.zoomIn();
      else if (event.key === '-') void flow.zoomOut();
      else if (event.key === '0') void flow.fitView({ minZoom: 0.3, maxZoom: 1, padding: 0.12 });
      else return;
      done();
    },
    [session, flow, offer, onFocusedNode, focusNode],
  );
}
