import type { GraphDocument } from '#runtime/graph/document.ts';

/**
 * One change of a graph: a pure function from document to document. It gives the same object back when there is nothing to do, so
 * that nothing is saved and nothing can be undone.
 */
export type Edit = (document: GraphDocument) => GraphDocument;

/** Several edits as one step of the undo stack. */
export const together =
  (...edits: readonly Edit[]): Edit =>
  (document) =>
    edits.reduce((current, edit) => edit(current), document);

export const emptyGraph = (): GraphDocument => ({ format: 1, nodes: [], wires: [], roles: [], parameters: [], outputs: [] });

/** Node 212 wide, columns 252 apart; positions snap to a twelfth of it. */
export const SNAP = 12;
export const COLUMN_PITCH = 252;
export const snap = (value: number): number => Math.round(value / SNAP) * SNAP;
