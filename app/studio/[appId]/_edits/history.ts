import type { GraphDocument } from '#runtime/graph/document.ts';
import type { Edit } from './edit.ts';

/** The undo stack: documents share what did not change, so a step costs only its difference. */
export interface EditHistory {
  readonly past: readonly GraphDocument[];
  readonly now: GraphDocument;
  readonly future: readonly GraphDocument[];
  /** What the last step changed; steps with the same mark (typing into one field) become one. */
  readonly mark?: string;
}

/** Enough for a day's work; older steps are in the app's versions. */
const DEPTH = 500;

export const startHistory = (document: GraphDocument): EditHistory => ({ past: [], now: document, future: [] });

export function applyEdit(history: EditHistory, edit: Edit, mark?: string): EditHistory {
  const next = edit(history.now);
  if (next === history.now) return history;
  const joins = mark !== undefined && mark === history.mark && history.past.length > 0;
  return {
    past: joins ? history.past : [...history.past, history.now].slice(-DEPTH),
    now: next,
    future: [],
    ...(mark === undefined ? {} : { mark }),
  };
}

export function undo(history: EditHistory): EditHistory {
  const back = history.past.at(-1);
  return back ? { past: history.past.slice(0, -1), now: back, future: [history.now, ...history.future] } : history;
}

export function redo(history: EditHistory): EditHistory {
  const [next, ...future] = history.future;
  return next ? { past: [...history.past, history.now], now: next, future } : history;
}

/** After a merge with what someone else saved: the way back leads to what the server had. */
export const rebase = (server: GraphDocument, merged: GraphDocument): EditHistory =>
  merged === server ? startHistory(server) : { past: [server], now: merged, future: [] };
