/**
 * The chain of format migrations: one step per format, each a pure function of plain JSON. A document's hash stays that of its original
 * bytes. To add one: raise `GRAPH_FORMAT`, append `{ from: <old>, migrate }`, keep a document of the old format as a test case.
 */
export interface Migration {
  readonly from: number;
  readonly migrate: (document: Record<string, unknown>) => Record<string, unknown>;
}

/** Format 1 is the first: nothing is older yet. */
export const MIGRATIONS: readonly Migration[] = [];
