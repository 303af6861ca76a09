import { createHash } from 'node:crypto';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { wordsOf } from '#blocks/sdk/column-words.ts';
import type { WireSchema } from '#runtime/batch/schema.ts';
import { checkApp } from '#runtime/compile/compile.ts';
import { capabilitiesOf } from '#runtime/graph/capabilities.ts';
import type { Bilingual, GraphDocument } from '#runtime/graph/document.ts';
import type { GraphProblem } from '#runtime/graph/problem.ts';
import { failed } from './errors.ts';

export interface NamedOutput {
  readonly name: string;
  readonly schema: WireSchema;
  /** What its columns are called, where their block says it. */
  readonly words: Readonly<Record<string, Bilingual>>;
}

export interface DraftCheck {
  readonly problems: readonly GraphProblem[];
  /** What the blocks ask for; sorted. */
  readonly capabilities: readonly string[];
  readonly outputs: readonly NamedOutput[];
  /** The bytes that a version keeps, and their SHA-256 in hex. */
  readonly text: string;
  readonly hash: string;
}

/** A graph and the code in it, judged as the compiler will judge them. */
export function checkDraft(graph: GraphDocument): DraftCheck {
  const check = checkApp(graph, loadCatalogue());
  const capabilities = new Set([...check.nodes.values()].flatMap(capabilitiesOf));
  const text = JSON.stringify(graph, null, 2);
  return {
    problems: check.problems,
    capabilities: [...capabilities].sort(),
    outputs: graph.outputs.flatMap(({ name, from }) => {
      const schema = check.outputAt(from)?.schema;
      if (!schema) return [];
      const node = check.nodes.get(from.node);
      const made = new Map(Object.entries(node?.node.as ?? {}).map(([own, onWire]) => [onWire, own]));
      const words = Object.keys(schema.columns).flatMap((column) => {
        const found = node && wordsOf(node.manifest, made.get(column) ?? column);
        return found ? [[column, found] as const] : [];
      });
      return [{ name, schema, words: Object.fromEntries(words) }];
    }),
    text,
    hash: createHash('sha256').update(text).digest('hex'),
  };
}

/** @throws `app.empty`, `app.not-runnable` with the first problem */
export function requireRunnable(graph: GraphDocument): DraftCheck {
  if (graph.nodes.length === 0) throw failed('app.empty');
  const check = checkDraft(graph);
  const errors = check.problems.filter((problem) => problem.severity === 'error');
  const [first] = errors;
  if (first) throw failed('app.not-runnable', { problem: first.message, count: errors.length });
  return check;
}
