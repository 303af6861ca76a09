import type { BlockManifest, JsonSchema } from '#runtime/graph/manifest.ts';
import type { GraphProblem } from '#runtime/graph/problem.ts';
import type { FieldFacts } from '../_session/starter.ts';

/** What every field editor gets. `change(undefined)` takes the value away, so that the default holds. */
export interface FieldProps {
  readonly node: string;
  readonly manifest: BlockManifest;
  readonly name: string;
  readonly schema: JsonSchema;
  readonly meta: FieldFacts;
  readonly label: string;
  readonly help: string | undefined;
  readonly value: unknown;
  readonly required: boolean;
  /** First problem at this parameter, in the reader's language. */
  readonly error: string | undefined;
  readonly problems: readonly GraphProblem[];
  change(value: unknown): void;
}
export const testId = (props: Pick<FieldProps, 'name'>): string => `inspector-${props.name}`;
