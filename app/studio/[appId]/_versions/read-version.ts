import { graphDocument } from '#runtime/graph/document.ts';
import type { Draft } from '#runtime/graph/draft.ts';
import type { ScreenDocument } from '#runtime/graph/screens.ts';

/** A kept version as a draft. @throws `ZodError` when it is of a format that this studio does not know */
export const readVersion = (version: { readonly graph: string; readonly screens: readonly ScreenDocument[] }): Draft => ({
  graph: graphDocument.parse(JSON.parse(version.graph)),
  screens: version.screens,
});
