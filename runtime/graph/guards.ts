import type { GraphDocument } from './document.ts';
import { printExpression } from './expression-text.ts';
import type { NodeFacts } from './facts.ts';
import type { BlockManifest } from './manifest.ts';
import { type Edge, reachable } from './order.ts';
import type { GraphProblem } from './problem.ts';
import { guardInput, unguardedWrite } from './problems.ts';

/** Guards (interlocks) before writes: which dominate a write, and what the gateway has to check again right before it acts. */

/** A wire between nodes, and the port that it enters. */
export interface PortEdge extends Edge {
  readonly port: string;
}

/** Blocks that have a machine do something: their roles must be for writing. */
export const actsOnMachine = (manifest: BlockManifest): boolean =>
  manifest.capabilities.includes('tag.write') || manifest.capabilities.includes('command.send');

/** Blocks that need a guard before them. Claims and signs of life do not: they command nothing. */
const needsGuard = (manifest: BlockManifest): boolean =>
  manifest.capabilities.includes('tag.write') || manifest.guarded !== undefined;

/** What enters a node by ports that cannot make it act leads to no act. */
const commanding = (edges: readonly PortEdge[], writer: NodeFacts): readonly PortEdge[] => {
  const { guarded } = writer.manifest;
  return guarded === undefined ? edges : edges.filter((e) => e.to !== writer.index || e.port === guarded);
};

/** Nodes through which every way from a source to `target` leads. */
export function dominators(n: number, edges: readonly Edge[], target: number, candidates: readonly number[]): number[] {
  const targets = new Set(edges.map((e) => e.to));
  const roots = Array.from({ length: n }, (_, i) => i).filter((i) => !targets.has(i));
  return candidates.filter((c) => c !== target && !reachable(n, edges, roots, new Set([c]))[target]);
}

export interface Guard {
  readonly node: string;
  readonly expression: string;
  readonly roles: Readonly<Record<string, { readonly role: string; readonly unit?: string }>>;
  /** ms */
  readonly maxAge: number;
}

/** Oldest value a guard may use when its block has no parameter `maxAge`, ms: a minute covers slow scans and is short for a plant. */
const DEFAULT_MAX_AGE = 60_000;

/** The guard's condition over tag roles; or the names in it that do not come straight from a tag. */
export function readGuard(
  document: GraphDocument,
  nodes: ReadonlyMap<string, NodeFacts>,
  node: NodeFacts,
): Guard | { readonly strangers: readonly string[] } | undefined {
  const expression = node.expressions.find((e) => e.path === node.manifest.guards);
  if (!expression) return undefined;
  const roles: Record<string, { role: string; unit?: string }> = {};
  const strangers: string[] = [];
  for (const name of [...expression.names, ...expression.handled]) {
    const input = node.inputs[name.port];
    const [wire, ...more] = input?.wires ?? [];
    const from = wire === undefined ? undefined : nodes.get(document.wires[wire]?.from.node ?? '');
    const unit = name.logical ? input?.columns[name.logical]?.schema.unit : input?.schema.columns[name.column]?.unit;
    if (more.length > 0 || from?.manifest.source?.kind !== 'tag' || !from.role) strangers.push(name.name);
    else roles[name.name] = { role: from.role.name, ...(unit === undefined ? {} : { unit }) };
  }
  if (strangers.length > 0) return { strangers };
  const { maxAge } = node.params;
  return {
    node: node.node.id,
    expression: printExpression(expression.ast),
    roles,
    maxAge: typeof maxAge === 'number' ? maxAge * 1000 : DEFAULT_MAX_AGE,
  };
}

export function checkGuards(
  document: GraphDocument,
  nodes: ReadonlyMap<string, NodeFacts>,
  edges: readonly PortEdge[],
  report: (problem: GraphProblem) => void,
): void {
  const guards = [...nodes.values()].filter((x) => x.manifest.guards);
  const indexes = guards.map((g) => g.index);
  for (const writer of nodes.values())
    if (
      needsGuard(writer.manifest) &&
      dominators(document.nodes.length, commanding(edges, writer), writer.index, indexes).length === 0
    )
      report(unguardedWrite(writer.node.id));
  for (const guard of guards) {
    const read = readGuard(document, nodes, guard);
    if (read && 'strangers' in read)
      for (const name of read.strangers) report(guardInput(guard.node.id, guard.manifest.guards ?? '', name));
  }
}

/** Writing node -> the guards that dominate it. */
export function preconditionsOf(
  document: GraphDocument,
  nodes: ReadonlyMap<string, NodeFacts>,
  edges: readonly PortEdge[],
): Record<string, Guard[]> {
  const guards = [...nodes.values()].filter((x) => x.manifest.guards);
  const out: Record<string, Guard[]> = {};
  for (const writer of nodes.values()) {
    if (!needsGuard(writer.manifest)) continue;
    const above = new Set(
      dominators(
        document.nodes.length,
        commanding(edges, writer),
        writer.index,
        guards.map((g) => g.index),
      ),
    );
    out[writer.node.id] = guards
      .filter((g) => above.has(g.index))
      .flatMap((g) => {
        const read = readGuard(document, nodes, g);
        return read && !('strangers' in read) ? [read] : [];
      });
  }
  return out;
}
