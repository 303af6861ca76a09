import type { WireSchema } from '#runtime/batch/schema.ts';
import type { Bilingual, GraphDocument, GraphWire } from '#runtime/graph/document.ts';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import type { GraphProblem } from '#runtime/graph/problem.ts';
import type { Edit } from '../_edits/edit.ts';
import type { Endpoint } from '../_edits/wires.ts';

/** What is known of a graph at this moment: judged again after every edit, in the browser, by the functions that save and compile use. */
export interface GraphFacts {
  /** Of the whole app; nodes go by their names in it (`mill/smooth`). */
  readonly problems: readonly GraphProblem[];
  /** What stands before the id of a node of the open graph there: empty, or `mill/`. */
  readonly prefix?: string;
  manifest(node: string): BlockManifest | undefined;
  /** Schema of what leaves this output port; absent while it cannot be known. */
  schemaOf(from: Endpoint): WireSchema | undefined;
  /** Columns that the block itself gives there, as they are called on the wire; the others travel through. */
  ownColumns(from: Endpoint): readonly string[];
  /** Unit conversions on a wire: column of the block, unit on the wire, unit that the block wants. */
  conversionsOf(wire: GraphWire): readonly { column: string; from: string; to: string }[];
  /** The edit that draws this wire, with the columns chosen where names differ. */
  wire(from: Endpoint, to: Endpoint): Edit;
  /** Why a wire cannot be; undefined when it can. */
  refusal(from: Endpoint, to: Endpoint): Bilingual | undefined;
}

const indexes = new WeakMap<readonly GraphProblem[], ReadonlyMap<string, readonly GraphProblem[]>>();

/** Problems by node, those inside a subgraph also by each node around them. Made once for each judgement. */
function byNode(problems: readonly GraphProblem[]): ReadonlyMap<string, readonly GraphProblem[]> {
  const known = indexes.get(problems);
  if (known) return known;
  const index = new Map<string, GraphProblem[]>();
  for (const problem of problems)
    for (let id = problem.node ?? ''; id !== ''; id = id.slice(0, Math.max(0, id.lastIndexOf('/'))))
      index.set(id, [...(index.get(id) ?? []), problem]);
  indexes.set(problems, index);
  return index;
}
const NONE: readonly GraphProblem[] = [];

/** Of a node of the open graph and, where it stands for a subgraph, of those inside (`node/inner`). */
export const problemsOf = (facts: GraphFacts, node: string): readonly GraphProblem[] =>
  byNode(facts.problems).get((facts.prefix ?? '') + node) ?? NONE;

export function worstOf(facts: GraphFacts, node: string): 'error' | 'warning' | undefined {
  const problems = problemsOf(facts, node);
  if (problems.length === 0) return undefined;
  return problems.some((problem) => problem.severity === 'error') ? 'error' : 'warning';
}

export const inputWire = (document: GraphDocument, to: Endpoint): GraphWire | undefined =>
  document.wires.find((wire) => wire.to.node === to.node && wire.to.port === to.port);

/** The column that stands for a wire where one number is shown: the first of the block's own that can be shown as one, else any. */
export function mainColumn(schema: WireSchema | undefined, own: readonly string[] = []): string | undefined {
  if (!schema) return undefined;
  const names = [...own.filter((name) => schema.columns[name]), ...Object.keys(schema.columns)];
  const simple = names.find((name) => ['number', 'integer', 'boolean'].includes(schema.columns[name]?.type ?? ''));
  return simple ?? names[0];
}
