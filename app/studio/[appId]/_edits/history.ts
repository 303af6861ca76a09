import { applyWhereUntouched, type Change, changesBetween, inverseOf } from '#runtime/graph/changes.ts';
import type { GraphDocument } from '#runtime/graph/document.ts';
import { type Draft, sameValue } from '#runtime/graph/draft.ts';
import type { ScreenDocument } from '#runtime/graph/screens.ts';
import type { Edit } from './edit.ts';

/** One step of the own undo stack: the changes that it made. */
export type Step = readonly Change[];

/** The draft with the own undo stack. Steps are changes and not documents, so that going back leaves alone what others did meanwhile. */
export interface EditHistory {
  readonly past: readonly Step[];
  readonly now: GraphDocument;
  readonly screens: readonly ScreenDocument[];
  readonly future: readonly Step[];
  /** What the last step changed; steps with the same mark (typing into one field) become one. */
  readonly mark?: string;
}

/** Enough for a day's work; older steps are in the app's versions. */
const DEPTH = 500;

export const startHistory = (now: GraphDocument, screens: readonly ScreenDocument[] = []): EditHistory => ({
  past: [],
  now,
  screens,
  future: [],
});
export const draftOf = (history: EditHistory): Draft => ({ graph: history.now, screens: history.screens });

export const applyEdit = (history: EditHistory, edit: Edit, mark?: string): EditHistory =>
  step(history, { graph: edit(history.now), screens: history.screens }, mark);

export const applyScreenEdit = (
  history: EditHistory,
  edit: (screens: readonly ScreenDocument[]) => readonly ScreenDocument[],
  mark?: string,
): EditHistory => step(history, { graph: history.now, screens: edit(history.screens) }, mark);

function step(history: EditHistory, next: Draft, mark: string | undefined): EditHistory {
  if (next.graph === history.now && next.screens === history.screens) return history;
  const changes = changesBetween(draftOf(history), next);
  if (changes.length === 0) return history;
  const last = history.past.at(-1);
  const joins = mark !== undefined && mark === history.mark && last !== undefined;
  return {
    past: joins ? [...history.past.slice(0, -1), joined(last, changes)] : [...history.past, changes].slice(-DEPTH),
    now: next.graph,
    screens: next.screens,
    future: [],
    ...(mark === undefined ? {} : { mark }),
  };
}

/** Typing changes the same places again and again: what they were first and what they are last is enough. */
function joined(before: Step, after: Step): Step {
  const same = before.length === after.length && before.every((one, at) => sameValue(one.at, after[at]?.at) && !one.order);
  if (!same) return [...before, ...after];
  return before.map(({ to: _to, ...one }, at) => {
    const to = after[at]?.to;
    return to === undefined ? one : { ...one, to };
  });
}

/** Takes the own last step back. Steps of which others have since changed everything have nothing left to take back and are passed over. */
export function undo(history: EditHistory): EditHistory {
  const last = history.past.at(-1);
  if (!last) return history;
  const { graph, screens } = applyWhereUntouched(draftOf(history), inverseOf(last));
  const back: EditHistory = {
    past: history.past.slice(0, -1),
    now: graph,
    screens,
    future: [last, ...history.future],
  };
  return graph === history.now && screens === history.screens ? undo(back) : back;
}

export function redo(history: EditHistory): EditHistory {
  const [next, ...future] = history.future;
  if (!next) return history;
  const { graph, screens } = applyWhereUntouched(draftOf(history), next);
  const forth: EditHistory = { past: [...history.past, next], now: graph, screens, future };
  return graph === history.now && screens === history.screens ? redo(forth) : forth;
}

/** Someone else's changes came in under the own ones: the own steps stay. */
export const rebase = (history: EditHistory, merged: Draft): EditHistory => ({
  ...history,
  now: merged.graph,
  screens: merged.screens,
});
