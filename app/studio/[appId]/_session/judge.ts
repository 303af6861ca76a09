import { type CheckOptions, checkGraph, type GraphCheck } from '#runtime/graph/check.ts';
import type { Bilingual, GraphDocument } from '#runtime/graph/document.ts';
import type { BlockCatalogue } from '#runtime/graph/manifest.ts';
import type { GraphProblem } from '#runtime/graph/problem.ts';
import { SUBGRAPH, subgraphManifest } from '#runtime/graph/subgraph.ts';
import type { Edit } from '../_edits/edit.ts';
import { inside, prefixOf, type ScopePath, viewAt } from '../_edits/scope.ts';
import { type Endpoint, sameEnd, wireKey } from '../_edits/wires.ts';
import type { GraphFacts } from './facts.ts';
import { wireUp } from './wire-up.ts';

export interface JudgedFacts extends GraphFacts {
  readonly check: GraphCheck;
}

/**
 * What is known of a graph, by the function that save and compile use. A wire is refused for the reasons that the graph would have with
 * it and has not without it; answers are kept, since a pointer asks for the same pair many times.
 */
export function makeJudge(
  catalogue: BlockCatalogue,
  options: CheckOptions = {},
): (document: GraphDocument, path?: ScopePath) => JudgedFacts {
  // Opening a subgraph asks about the same graph again.
  let last: { document: GraphDocument; check: GraphCheck; path: ScopePath; facts: JudgedFacts } | undefined;
  return (document, path = []) => {
    const known = last !== undefined && sameMeaning(last.document, document) ? last : undefined;
    // A node was moved or a note written: what is known stays the same, and nothing that shows it is drawn anew.
    if (known && known.path.join('/') === path.join('/')) {
      last = { ...known, document };
      return known.facts;
    }
    const facts = judge(document, path, known?.check ?? checkGraph(document, catalogue, options));
    last = { document, check: facts.check, path, facts };
    return facts;
  };

  function judge(document: GraphDocument, path: ScopePath, check: GraphCheck): JudgedFacts {
    const prefix = prefixOf(path);
    const view = viewAt(document, path);
    const nodes = new Map(view.nodes.map((node) => [node.id, node]));
    const whole = (end: Endpoint): Endpoint => (prefix === '' ? end : { node: prefix + end.node, port: end.port });
    const wires =
      path.length === 0
        ? new Map(view.wires.map((wire, at) => [wireKey(wire), check.wireAt(at)]))
        : new Map(check.document.wires.map((wire, at) => [wireKey(wire), check.wires[at]]));
    const refusals = new Map<string, Bilingual | undefined>();
    const manifest = (id: string) => {
      const node = nodes.get(id);
      if (!node) return undefined;
      if (node.block === SUBGRAPH) return subgraphManifest(document, node);
      const newest = catalogue.versions(node.block)[0];
      return (
        catalogue.block(node.block, node.version) ?? (newest === undefined ? undefined : catalogue.block(node.block, newest))
      )?.manifest;
    };
    const schemaOf = (from: Endpoint) => check.outputAt(whole(from))?.schema;
    const wire = (from: Endpoint, to: Endpoint) => wireUp(from, to, schemaOf(from), nodes.get(to.node), manifest(to.node));
    return {
      check,
      problems: check.problems,
      prefix,
      manifest,
      schemaOf,
      ownColumns: (from) => Object.values(check.outputAt(whole(from))?.names ?? {}),
      wire,
      conversionsOf: (wire) => wires.get(wireKey({ from: whole(wire.from), to: whole(wire.to) }))?.conversions ?? [],
      refusal(from, to) {
        const key = wireKey({ from, to });
        if (!refusals.has(key)) refusals.set(key, refusalOf(document, check, wire(from, to), from, to));
        return refusals.get(key);
      },
    };

    function refusalOf(
      graph: GraphDocument,
      before: GraphCheck,
      draw: Edit,
      from: Endpoint,
      to: Endpoint,
    ): Bilingual | undefined {
      if (from.node === to.node)
        return {
          en: 'A block cannot feed itself. Put a “Previous value” block between.',
          zh: '积木不能接到自身。请在中间加入“前值”积木。',
        };
      const next = inside(path, draw)(graph);
      if (next === graph) return undefined;
      const at = next.wires.findIndex((wire) => sameEnd(wire.from, from) && sameEnd(wire.to, to));
      const after = checkGraph(next, catalogue, options);
      const known = new Set(before.problems.map((problem) => problem.code));
      const said = new Set(before.problems.map((problem) => JSON.stringify(problem)));
      const fault = after.problems.find(
        (problem) =>
          problem.severity === 'error' &&
          ((path.length === 0 ? problem.wire === at : isAbout(problem, to) && !said.has(JSON.stringify(problem))) ||
            (problem.code.startsWith('cycle') && !known.has(problem.code))),
      );
      if (!fault) return undefined;
      return fault.fix ? { en: `${fault.message.en} ${fault.fix.en}`, zh: `${fault.message.zh}${fault.fix.zh}` } : fault.message;
    }

    /** Inside a subgraph a wire's fault is said of the node that it leads to, or of one that stands for what is around it. */
    function isAbout(problem: GraphProblem, to: Endpoint): boolean {
      return problem.node === prefix + to.node || (problem.node !== undefined && `${problem.node}/` === prefix);
    }
  }
}

type Graph = Pick<GraphDocument, 'nodes' | 'wires' | 'parameters' | 'outputs'>;
const sameGraph = (a: Graph, b: Graph): boolean =>
  a.wires === b.wires &&
  a.parameters === b.parameters &&
  a.outputs === b.outputs &&
  (a.nodes === b.nodes ||
    (a.nodes.length === b.nodes.length &&
      a.nodes.every((node, at) => {
        const other = b.nodes[at];
        if (node === other) return true;
        return (
          node.id === other?.id &&
          node.block === other.block &&
          node.version === other.version &&
          node.params === other.params &&
          node.bind === other.bind &&
          node.as === other.as &&
          node.label === other.label
        );
      })));

/** Apart from where nodes are, what is noted of them and how they are grouped. Parts that did not change are the same objects. */
const sameMeaning = (a: GraphDocument, b: GraphDocument): boolean =>
  a === b || (a.roles === b.roles && a.subgraphs === b.subgraphs && sameGraph(a, b));
