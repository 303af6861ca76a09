import type { AppParameter, GraphDocument, GraphNode, GraphWire, Subgraph } from './document.ts';
import { labelOf } from './document.ts';
import type { BlockManifest, PortManifest } from './manifest.ts';
import { type ParameterValue, type ParameterValues, parameterValues } from './params.ts';
import type { GraphProblem } from './problem.ts';
import * as say from './problems.ts';

/**
 * Subgraphs are written out before anything else looks at the graph: a node that stands for one is replaced by its nodes, called
 * `outer/inner` (ids hold no slash), each use with its own. So checks, guards, states, probes and effects know nodes and wires only.
 */
export const SUBGRAPH = 'millwright/transform.subgraph';
export const SUBGRAPH_VERSION = '1.0.0';
/** Nesting multiplies: a short document could stand for millions of nodes. */
export const MOST_NODES = 5000;

export interface PortEnd {
  readonly node: string;
  readonly port: string;
}

export interface FlatGraph {
  /** Without subgraphs; the document itself when it uses none. */
  readonly document: GraphDocument;
  readonly problems: readonly GraphProblem[];
  /** Of every flat wire: its index in the document, or the node that stands for the subgraph it is in. */
  readonly origins: readonly (number | string)[];
  /** Inner node -> what its expressions may name: the app's parameters under those of its subgraph. */
  readonly scopes: ReadonlyMap<string, ParameterValues>;
  /** Inner ports (`endKey`) that an input without a wire leads to -> that input, where a person sees the lack. */
  readonly unwired: ReadonlyMap<string, PortEnd>;
  /** Inner ports whose wire comes from a node that is itself refused. */
  readonly excused: ReadonlySet<string>;
  /** The output port that stands behind an output of a subgraph; any other is itself. */
  source(from: PortEnd): PortEnd | undefined;
}

export const endKey = ({ node, port }: PortEnd): string => `${node} ${port}`;

/** What a subgraph's own names mean inside: as written where it is used, and as values. */
interface Scope {
  readonly given: Readonly<Record<string, unknown>>;
  readonly values: ParameterValues;
}
/** A node that stands for a subgraph, with its ports resolved to those of inner nodes. */
interface Use {
  readonly inputs: ReadonlyMap<string, readonly PortEnd[]>;
  readonly outputs: ReadonlyMap<string, PortEnd | undefined>;
  /** Refused: what is wired to it says nothing more. */
  readonly broken: boolean;
}
interface Wired {
  readonly wire: GraphWire;
  readonly origin: number | string;
}
const BROKEN: Use = { inputs: new Map(), outputs: new Map(), broken: true };

/** The graph as the compiler sees it. `given`: values of the app parameters, absent ones take their defaults. Pure. */
export function flattenGraph(document: GraphDocument, given: ParameterValues = {}): FlatGraph {
  if (!document.nodes.some((node) => node.block === SUBGRAPH))
    return {
      document,
      problems: [],
      origins: document.wires.map((_, i) => i),
      scopes: new Map(),
      unwired: new Map(),
      excused: new Set(),
      source: (from) => from,
    };
  return new Flattening(document, parameterValues(document.parameters, given)).run();
}

/** Nodes and wires alone, for those who show or compare a graph that has been checked. */
export const flatDocument = (document: GraphDocument): GraphDocument => flattenGraph(document).document;

class Flattening {
  readonly #document: GraphDocument;
  readonly #appValues: ParameterValues;
  readonly #nodes: GraphNode[] = [];
  readonly #problems: GraphProblem[] = [];
  readonly #scopes = new Map<string, ParameterValues>();
  readonly #unwired = new Map<string, PortEnd>();
  readonly #excused = new Set<string>();
  readonly #uses = new Map<string, Use>();
  readonly #judged = new Set<string>();
  #full = false;

  constructor(document: GraphDocument, appValues: ParameterValues) {
    this.#document = document;
    this.#appValues = appValues;
  }

  run(): FlatGraph {
    const { subgraphs: _, groups: _groups, notes: _notes, ...document } = this.#document;
    const wires = this.#expand(document, { path: '', stack: [], fed: new Set() });
    const source = (from: PortEnd): PortEnd | undefined => {
      const use = this.#uses.get(from.node);
      return use ? use.outputs.get(from.port) : from;
    };
    const outputs = document.outputs.flatMap((output) => {
      const use = this.#uses.get(output.from.node);
      if (!use) return [output];
      const from = source(output.from);
      if (from) return [{ ...output, from }];
      if (!use.broken && !use.outputs.has(output.from.port))
        this.#problems.push(say.unknownPort(output.from.node, output.from.port, 'output', [...use.outputs.keys()], {}));
      return [];
    });
    return {
      document: { ...document, nodes: this.#nodes, wires: wires.map((w) => w.wire), outputs },
      problems: this.#problems,
      origins: wires.map((w) => w.origin),
      scopes: this.#scopes,
      unwired: this.#unwired,
      excused: this.#excused,
      source,
    };
  }

  /** Writes out one level; its wires come before those of the subgraphs in it: the order in which rows of one time are merged. */
  #expand(
    level: Pick<GraphDocument, 'nodes' | 'wires'>,
    at: {
      readonly path: string;
      readonly outer?: GraphNode;
      readonly scope?: Scope;
      readonly stack: readonly string[];
      /** Ports of this level's nodes that the inputs of its subgraph lead to. */
      readonly fed: ReadonlySet<string>;
    },
  ): Wired[] {
    const { path, outer, scope, stack, fed } = at;
    const inside: Wired[] = [];
    const twice = new Set<string>();
    const standing = new Set(level.nodes.flatMap((n) => (n.block === SUBGRAPH ? [n.id] : [])));
    const wired = new Set([...fed, ...level.wires.map((w) => endKey(w.to))]);
    for (const node of level.nodes) {
      const id = path + node.id;
      if (twice.has(node.id) && standing.has(node.id)) {
        this.#problems.push(say.duplicateNode(id));
        continue;
      }
      twice.add(node.id);
      const own: GraphNode = {
        ...node,
        id,
        params: scope ? filled(node, scope.given) : node.params,
        ...(outer ? { position: outer.position, ...innerLabel(outer, node) } : {}),
      };
      if (node.block === SUBGRAPH) inside.push(...this.#stand(own, node.id, stack, wired));
      else if (this.#nodes.length < MOST_NODES) {
        this.#nodes.push(own);
        if (scope) this.#scopes.set(id, scope.values);
      } else if (!this.#full) {
        this.#full = true;
        this.#problems.push(say.subgraphSize(outer?.id ?? id, MOST_NODES));
      }
    }
    const wires = level.wires.flatMap((wire, i): Wired[] => {
      const origin = outer ? outer.id : i;
      const place = outer ? { node: outer.id } : { wire: i };
      const to = this.#targets({ node: path + wire.to.node, port: wire.to.port }, place);
      const from = this.#from({ node: path + wire.from.node, port: wire.from.port }, place);
      if (!from) for (const end of to) this.#excused.add(endKey(end));
      return from ? to.map((end) => ({ wire: { from, to: end }, origin })) : [];
    });
    return [...wires, ...inside];
  }

  #targets(to: PortEnd, place: say.Place): readonly PortEnd[] {
    const use = this.#uses.get(to.node);
    if (!use) return [to];
    const ends = use.inputs.get(to.port);
    if (!ends && !use.broken)
      this.#problems.push({ ...say.unknownPort(to.node, to.port, 'input', [...use.inputs.keys()], place), node: to.node });
    return ends ?? [];
  }

  #from(from: PortEnd, place: say.Place): PortEnd | undefined {
    const use = this.#uses.get(from.node);
    if (!use) return from;
    if (!use.broken && !use.outputs.has(from.port))
      this.#problems.push({
        ...say.unknownPort(from.node, from.port, 'output', [...use.outputs.keys()], place),
        node: from.node,
      });
    return use.outputs.get(from.port);
  }

  /** One node that stands for a subgraph. */
  #stand(node: GraphNode, local: string, stack: readonly string[], wired: ReadonlySet<string>): Wired[] {
    this.#uses.set(node.id, BROKEN);
    const found = this.#find(node, stack);
    if (!found || this.#full) return [];
    const { name, definition } = found;
    const path = `${node.id}/`;
    const inputs = this.#ports(node.id, name, definition);
    const inside = this.#expand(definition, {
      path,
      outer: node,
      scope: this.#scopeOf(node, definition.parameters),
      stack: [...stack, name],
      fed: new Set(definition.inputs.flatMap((input) => input.to.map(endKey))),
    });
    const place = { node: node.id };
    const use: Use = {
      broken: false,
      inputs: new Map(
        [...inputs.to].map(([port, ends]) => [
          port,
          ends.flatMap((e) => this.#targets({ node: path + e.node, port: e.port }, place)),
        ]),
      ),
      outputs: new Map(
        [...inputs.from].map(([port, e]) => [port, e && this.#from({ node: path + e.node, port: e.port }, place)]),
      ),
    };
    this.#uses.set(node.id, use);
    for (const [port, ends] of use.inputs)
      if (!wired.has(endKey({ node: local, port })))
        for (const end of ends) this.#unwired.set(endKey(end), { node: node.id, port });
    return inside;
  }

  #find(node: GraphNode, stack: readonly string[]): { name: string; definition: Subgraph } | undefined {
    const refuse = (problem: GraphProblem) => void this.#problems.push(problem);
    if (node.version !== SUBGRAPH_VERSION)
      return refuse(say.unknownVersion(node.id, node.block, node.version, [SUBGRAPH_VERSION])) as undefined;
    const graphs = this.#document.subgraphs ?? {};
    const name = node.params.graph;
    const definition = typeof name === 'string' && Object.hasOwn(graphs, name) ? graphs[name] : undefined;
    if (typeof name !== 'string' || !definition)
      return refuse(say.unknownSubgraph(node.id, String(name ?? ''), Object.keys(graphs))) as undefined;
    if (stack.includes(name)) return refuse(say.subgraphCycle(node.id, [...stack.slice(stack.indexOf(name)), name])) as undefined;
    return { name, definition };
  }

  /** Ports of a subgraph that lead to nodes it has. What is wrong with the subgraph itself is said at its first use. */
  #ports(node: string, graph: string, { inputs, outputs, parameters, nodes }: Subgraph) {
    const report = (problem: GraphProblem) => void (this.#judged.has(graph) || this.#problems.push(problem));
    const ids = new Set(nodes.map((n) => n.id));
    for (const [side, names] of [
      ['input', inputs.map((i) => i.name)],
      ['output', outputs.map((o) => o.name)],
      ['parameter', parameters.map((p) => p.key)],
    ] as const)
      for (const name of new Set(names.filter((n, i) => names.indexOf(n) !== i)))
        report(say.duplicateSubgraphName(node, graph, side, name));
    for (const { name, to } of inputs) {
      if (to.length === 0) report(say.subgraphPort(node, graph, 'input', name, undefined));
      for (const end of to) if (!ids.has(end.node)) report(say.subgraphPort(node, graph, 'input', name, end.node));
    }
    for (const { name, from } of outputs)
      if (!ids.has(from.node)) report(say.subgraphPort(node, graph, 'output', name, from.node));
    this.#judged.add(graph);
    return {
      to: new Map(inputs.map((i) => [i.name, i.to.filter((end) => ids.has(end.node))])),
      from: new Map(outputs.map((o) => [o.name, ids.has(o.from.node) ? o.from : undefined])),
    };
  }

  /** Values of the subgraph's parameters in this use: as given (an app parameter stays one), else their defaults. */
  #scopeOf(node: GraphNode, parameters: readonly AppParameter[]): Scope {
    const raw = node.params.values ?? {};
    const isRecord = typeof raw === 'object' && raw !== null && !Array.isArray(raw);
    if (!isRecord)
      this.#problems.push(
        say.badParam(node.id, 'values', {
          en: 'an object with a value for each parameter of the subgraph',
          zh: '应为对象，给出子图各参数的值',
        }),
      );
    const values: Readonly<Record<string, unknown>> = isRecord ? (raw as Record<string, unknown>) : {};
    const keys = parameters.map((p) => p.key);
    for (const key of Object.keys(values))
      if (!keys.includes(key)) this.#problems.push(say.unknownSubgraphValue(node.id, key, keys));
    const given: Record<string, unknown> = {};
    const known: Record<string, ParameterValue> = { ...this.#appValues };
    for (const parameter of parameters) {
      const { key } = parameter;
      const written = Object.hasOwn(values, key) ? values[key] : parameter.default;
      const app = parameterName(written);
      if (app !== undefined && !Object.hasOwn(this.#appValues, app))
        this.#problems.push(say.unknownParameter(node.id, `values.${key}`, app, Object.keys(this.#appValues)));
      const value = app === undefined ? written : (this.#appValues[app] ?? parameter.default);
      const wrong = wrongValue(parameter, value);
      if (wrong) this.#problems.push(say.badParam(node.id, `values.${key}`, wrong));
      given[key] = wrong ? parameter.default : written;
      known[key] = wrong ? parameter.default : (value as ParameterValue);
    }
    return { given, values: known };
  }
}

function wrongValue({ type, range, options }: AppParameter, value: unknown) {
  const right =
    type === 'boolean'
      ? typeof value === 'boolean'
      : type === 'text'
        ? typeof value === 'string'
        : typeof value === 'number' && Number.isFinite(value) && (type === 'number' || Number.isInteger(value));
  if (!right) {
    const zh = { number: '数值', integer: '整数', boolean: '布尔值', text: '文本' }[type];
    return { en: `a value of type ${type} is needed`, zh: `应为${zh}` };
  }
  if (range && typeof value === 'number' && (value < range[0] || value > range[1]))
    return { en: `must be within ${range[0]} … ${range[1]}`, zh: `应在 ${range[0]} … ${range[1]} 之内` };
  if (options && options.length > 0 && !options.includes(String(value)))
    return { en: `must be one of ${options.join(', ')}`, zh: `应为以下之一：${options.join('、')}` };
  return undefined;
}

/** The key, when a value is `{ "$parameter": key }`. */
function parameterName(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const { $parameter: key } = value as { $parameter?: unknown };
  return typeof key === 'string' && Object.keys(value).length === 1 ? key : undefined;
}

/** Parameters with the subgraph's own put in; those of the app stay as they are written. */
function fill(value: unknown, given: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((item) => fill(item, given));
  if (value === null || typeof value !== 'object') return value;
  const key = parameterName(value);
  if (key !== undefined) return Object.hasOwn(given, key) ? given[key] : value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v, given)]));
}

/** Which subgraph a node stands for is written, never computed: the shape of a graph does not depend on values. */
function filled({ block, params }: GraphNode, given: Readonly<Record<string, unknown>>): GraphNode['params'] {
  const made = fill(params, given) as GraphNode['params'];
  return block === SUBGRAPH ? { ...made, graph: params.graph } : made;
}

/** `Mill 3 / Smoothing`, in both languages, where either has a name of its own. */
function innerLabel(outer: GraphNode, inner: GraphNode): Pick<GraphNode, 'label'> {
  if (outer.label === undefined && inner.label === undefined) return {};
  const [a, b] = [labelOf(outer), labelOf(inner)];
  return { label: { en: `${a.en} / ${b.en}`, zh: `${a.zh} / ${b.zh}` } };
}

/**
 * What a screen shows of such a node: ports as its subgraph says, one parameter for each of the subgraph's. The check never asks for it,
 * since it sees the nodes inside.
 */
export function subgraphManifest(document: GraphDocument, node: GraphNode): BlockManifest {
  const graphs = document.subgraphs ?? {};
  const name = String(node.params.graph ?? '');
  const definition = Object.hasOwn(graphs, name) ? graphs[name] : undefined;
  const port: PortManifest = { kind: 'stream', columns: {} };
  const ports = (list: readonly { name: string }[] = []) => Object.fromEntries(list.map((p) => [p.name, port]));
  const named = [...(definition?.inputs ?? []), ...(definition?.outputs ?? [])];
  return {
    id: SUBGRAPH,
    version: SUBGRAPH_VERSION,
    title: definition?.title ?? { en: 'Subgraph', zh: '子图' },
    summary: {
      en: 'Several blocks, wired once and used as one block.',
      zh: '把多个积木连好后，作为一个积木使用。',
    },
    icon: 'box',
    labels: Object.fromEntries(named.flatMap((p) => (p.title ? [[p.name, p.title]] : []))),
    params: { type: 'object', properties: {} },
    shape: 'combine',
    combine: 'latest',
    inputs: ports(definition?.inputs),
    outputs: ports(definition?.outputs),
    optionalInputs: [],
    delays: false,
    state: {},
    stateScope: 'key',
    stateVersion: 1,
    carry: 'none',
    badQuality: 'propagate',
    capabilities: [],
  };
}
