import { z } from 'zod';
import {
  appParameter,
  type Bilingual,
  type GraphDocument,
  graphDocument,
  graphGroup,
  graphNode,
  graphOutput,
  graphWire,
  type Subgraph,
  tagRole,
} from '#runtime/graph/document.ts';
import { parseGraph } from '#runtime/graph/parse.ts';
import { SUBGRAPH } from '#runtime/graph/subgraph.ts';
import { type Edit, snap } from './edit.ts';
import { freshName } from './names.ts';
import { parameterOf } from './parameters.ts';
import { sameEnd } from './wires.ts';

const FORMAT = 1;

/** A part of a graph as text: what Ctrl+C puts on the clipboard, readable by any other app's canvas. */
const fragment = z.object({
  millwright: z.literal('graph-part'),
  format: z.literal(FORMAT),
  nodes: z.array(graphNode).min(1),
  wires: z.array(graphWire),
  roles: z.array(tagRole),
  parameters: z.array(appParameter).default([]),
  outputs: z.array(graphOutput),
  groups: z.array(graphGroup).optional(),
  /** Those that its nodes stand for, and those in them. */
  subgraphs: graphDocument.shape.subgraphs,
});
export type Fragment = z.infer<typeof fragment>;

type Subgraphs = NonNullable<GraphDocument['subgraphs']>;
const graphNamed = (node: Fragment['nodes'][number]): string | undefined =>
  node.block === SUBGRAPH && typeof node.params.graph === 'string' ? node.params.graph : undefined;

/** The subgraphs that nodes stand for, with those inside them. */
function neededSubgraphs(nodes: Fragment['nodes'], all: Subgraphs): Subgraphs {
  const needed: Record<string, Subgraph> = {};
  const open = nodes.flatMap((node) => graphNamed(node) ?? []);
  // The list grows while it is walked, by what stands inside.
  for (const name of open) {
    const part = Object.hasOwn(all, name) ? all[name] : undefined;
    if (!part || needed[name]) continue;
    needed[name] = part;
    open.push(...part.nodes.flatMap((node) => graphNamed(node) ?? []));
  }
  return needed;
}

export function copyText(document: GraphDocument, ids: readonly string[]): string {
  const nodes = document.nodes.filter((node) => ids.includes(node.id));
  const subgraphs = neededSubgraphs(nodes, document.subgraphs ?? {});
  const everyNode = [...nodes, ...Object.values(subgraphs).flatMap((part) => part.nodes)];
  const named = new Set(everyNode.map((node) => node.params.role));
  const referred = new Set<string | undefined>();
  const collect = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    referred.add(parameterOf(value));
    Object.values(value).forEach(collect);
  };
  for (const node of everyNode) collect(node.params);
  const groups = (document.groups ?? []).filter((group) => nodes.some((node) => node.group === group.id));
  const part: Fragment = {
    millwright: 'graph-part',
    format: FORMAT,
    nodes,
    wires: document.wires.filter((wire) => ids.includes(wire.from.node) && ids.includes(wire.to.node)),
    roles: document.roles.filter((role) => named.has(role.name)),
    parameters: document.parameters.filter((parameter) => referred.has(parameter.key)),
    outputs: document.outputs.filter((output) => ids.includes(output.from.node)),
    ...(groups.length > 0 ? { groups } : {}),
    ...(Object.keys(subgraphs).length > 0 ? { subgraphs } : {}),
  };
  return JSON.stringify(part, null, 2);
}

export type ReadPart = { readonly ok: true; readonly part: Fragment } | { readonly ok: false; readonly reason: Bilingual };
const refuse = (en: string, zh: string): ReadPart => ({ ok: false, reason: { en, zh } });

/** What is on the clipboard: a part of a graph, or a whole graph as exported. Anything else is refused with what would be right. */
export function readFragment(text: string): ReadPart {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse(
      'The text on the clipboard is no part of a graph. Copy blocks on a canvas (Ctrl C) or the text of a graph file.',
      '剪贴板中的文本不是流程图内容。请在画布上复制积木（Ctrl C），或复制流程图文件的文本。',
    );
  }
  const of = typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
  if (of.millwright === 'graph-part' && typeof of.format === 'number' && of.format > FORMAT)
    return refuse(
      `The part on the clipboard is of format ${of.format}; this version of Millwright reads up to ${FORMAT}. Update Millwright to paste it.`,
      `剪贴板内容的格式为 ${of.format}，当前版本最高支持 ${FORMAT}。请升级平台后再粘贴。`,
    );
  if (of.millwright !== 'graph-part' && ('nodes' in of || 'format' in of)) {
    const whole = parseGraph(json);
    if (!whole.ok) {
      const [first] = whole.problems;
      return first
        ? refuse(`${first.message.en} ${first.fix?.en ?? ''}`.trim(), `${first.message.zh}${first.fix?.zh ?? ''}`)
        : refuse('The graph cannot be read.', '无法读取该流程图。');
    }
    if (whole.document.nodes.length === 0) return refuse('The graph on the clipboard is empty.', '剪贴板中的流程图是空的。');
    return { ok: true, part: { millwright: 'graph-part', ...whole.document } };
  }
  const parsed = fragment.safeParse(json);
  if (parsed.success) return { ok: true, part: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join('.');
  return refuse(
    `The text on the clipboard is no part of a graph${where ? `: ${where}: ${issue?.message}` : '.'}`,
    `剪贴板中的文本不是流程图内容${where ? `：${where}：${issue?.message}` : '。'}`,
  );
}

export interface Paste {
  readonly edit: Edit;
  /** Ids that the pasted nodes get. */
  readonly ids: readonly string[];
}

/**
 * Pastes a part with fresh ids, its top left at `at`. Roles and app parameters of the same name are shared, as are subgraphs of the same name and
 * content; what is missing comes along.
 */
export function pasteFragment(document: GraphDocument, part: Fragment, at: { x: number; y: number }): Paste {
  const ids = freshIds(
    part.nodes.map((node) => node.id),
    document.nodes.map((node) => node.id),
  );
  const groupIds = freshIds(
    (part.groups ?? []).map((group) => group.id),
    (document.groups ?? []).map((group) => group.id),
  );
  const { names: graphs, added } = pastedSubgraphs(document.subgraphs ?? {}, part.subgraphs ?? {});
  const end = <T extends { node: string }>(point: T): T => {
    const [outer = '', ...inner] = point.node.split('/');
    return { ...point, node: [ids.get(outer) ?? outer, ...inner].join('/') };
  };
  const left = Math.min(...part.nodes.map((node) => node.position.x));
  const top = Math.min(...part.nodes.map((node) => node.position.y));
  const nodes = part.nodes.map(({ group, ...node }) => ({
    ...renamedGraph(node, graphs),
    id: ids.get(node.id) ?? node.id,
    ...(group !== undefined && groupIds.has(group) ? { group: groupIds.get(group) ?? group } : {}),
    position: { x: snap(node.position.x - left + at.x), y: snap(node.position.y - top + at.y) },
  }));
  const names = new Set(document.outputs.map((output) => output.name));
  const outputs = part.outputs.map((output) => {
    const name = freshName(output.name, names);
    names.add(name);
    return { ...output, name, from: end(output.from) };
  });
  const roles = part.roles.filter((role) => !document.roles.some((known) => known.name === role.name));
  const parameters = part.parameters.filter((one) => !document.parameters.some((known) => known.key === one.key));
  const groups = (part.groups ?? []).map((group) => ({ ...group, id: groupIds.get(group.id) ?? group.id }));
  return {
    ids: nodes.map((node) => node.id),
    edit: (current) => ({
      ...current,
      nodes: [...current.nodes, ...nodes],
      wires: [
        ...current.wires,
        ...part.wires
          .map((wire) => ({ from: end(wire.from), to: end(wire.to) }))
          .filter((wire) => !current.wires.some((known) => sameEnd(known.to, wire.to))),
      ],
      roles: [...current.roles, ...roles],
      parameters: [...current.parameters, ...parameters],
      outputs: [...current.outputs, ...outputs],
      ...(groups.length > 0 ? { groups: [...(current.groups ?? []), ...groups] } : {}),
      ...(Object.keys(added).length > 0 ? { subgraphs: { ...current.subgraphs, ...added } } : {}),
    }),
  };
}

function freshIds(wanted: readonly string[], there: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(there);
  return new Map(
    wanted.map((id) => {
      const fresh = freshName(id, taken);
      taken.add(fresh);
      return [id, fresh];
    }),
  );
}

const renamedGraph = <T extends Fragment['nodes'][number] | Omit<Fragment['nodes'][number], 'group'>>(
  node: T,
  names: ReadonlyMap<string, string>,
): T => {
  const name = graphNamed(node as Fragment['nodes'][number]);
  const next = name === undefined ? undefined : names.get(name);
  return next === undefined || next === name ? node : { ...node, params: { ...node.params, graph: next } };
};

/** A subgraph that is there already, the same to the letter, is shared; another one of that name comes under a fresh one. */
function pastedSubgraphs(there: Subgraphs, come: Subgraphs): { names: ReadonlyMap<string, string>; added: Subgraphs } {
  const shared = Object.keys(come).filter((name) => JSON.stringify(there[name]) === JSON.stringify(come[name]));
  const fresh = freshIds(
    Object.keys(come).filter((name) => !shared.includes(name)),
    Object.keys(there),
  );
  const names = new Map([...shared.map((name) => [name, name] as const), ...fresh]);
  const added = Object.entries(come).flatMap(([name, part]): [string, Subgraph][] =>
    shared.includes(name)
      ? []
      : [[names.get(name) ?? name, { ...part, nodes: part.nodes.map((node) => renamedGraph(node, names)) }]],
  );
  return { names, added: Object.fromEntries(added) };
}
