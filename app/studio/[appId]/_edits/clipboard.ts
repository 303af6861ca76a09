import { z } from 'zod';
import { appParameter, type GraphDocument, graphNode, graphOutput, graphWire, tagRole } from '#runtime/graph/document.ts';
import { type Edit, snap } from './edit.ts';
import { freshName } from './names.ts';
import { parameterOf } from './parameters.ts';
import { sameEnd } from './wires.ts';

/** A part of a graph as text: what Ctrl+C puts on the clipboard, readable by any other app's canvas. */
const fragment = z.object({
  millwright: z.literal('graph-part'),
  format: z.literal(1),
  nodes: z.array(graphNode).min(1),
  wires: z.array(graphWire),
  roles: z.array(tagRole),
  parameters: z.array(appParameter).default([]),
  outputs: z.array(graphOutput),
});
export type Fragment = z.infer<typeof fragment>;

export function copyText(document: GraphDocument, ids: readonly string[]): string {
  const nodes = document.nodes.filter((node) => ids.includes(node.id));
  const named = new Set(nodes.map((node) => node.params.role));
  const referred = new Set(nodes.flatMap((node) => Object.values(node.params).map(parameterOf)));
  const part: Fragment = {
    millwright: 'graph-part',
    format: 1,
    nodes,
    wires: document.wires.filter((wire) => ids.includes(wire.from.node) && ids.includes(wire.to.node)),
    roles: document.roles.filter((role) => named.has(role.name)),
    parameters: document.parameters.filter((parameter) => referred.has(parameter.key)),
    outputs: document.outputs.filter((output) => ids.includes(output.from.node)),
  };
  return JSON.stringify(part, null, 2);
}

/** The part on the clipboard; undefined when the text is something else. */
export function readFragment(text: string): Fragment | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined; // Any text may be on a clipboard; what is no JSON is simply not ours.
  }
  const parsed = fragment.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

export interface Paste {
  readonly edit: Edit;
  /** Ids that the pasted nodes get. */
  readonly ids: readonly string[];
}

/** Pastes a part with fresh ids, its top left at `at`; roles and app parameters of the same name are shared, missing ones come along. */
export function pasteFragment(document: GraphDocument, part: Fragment, at: { x: number; y: number }): Paste {
  const taken = new Set(document.nodes.map((node) => node.id));
  const ids = new Map<string, string>();
  for (const node of part.nodes) {
    const id = freshName(node.id, taken);
    taken.add(id);
    ids.set(node.id, id);
  }
  const end = <T extends { node: string }>(point: T): T => ({ ...point, node: ids.get(point.node) ?? point.node });
  const left = Math.min(...part.nodes.map((node) => node.position.x));
  const top = Math.min(...part.nodes.map((node) => node.position.y));
  const nodes = part.nodes.map((node) => ({
    ...node,
    id: ids.get(node.id) ?? node.id,
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
    }),
  };
}
