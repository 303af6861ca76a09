import type { GraphDocument, GraphWire } from '#runtime/graph/document.ts';
import type { Edit } from './edit.ts';
import { freshName } from './names.ts';

export type Endpoint = GraphWire['from'];

export const sameEnd = (a: Endpoint, b: Endpoint): boolean => a.node === b.node && a.port === b.port;
export const wireKey = (wire: GraphWire): string => `${wire.from.node}.${wire.from.port}>${wire.to.node}.${wire.to.port}`;

/** Draws a wire; an input takes one wire, so the one it had is replaced. */
export const connect =
  (from: Endpoint, to: Endpoint): Edit =>
  (document) => {
    if (document.wires.some((wire) => sameEnd(wire.from, from) && sameEnd(wire.to, to))) return document;
    return { ...document, wires: [...document.wires.filter((wire) => !sameEnd(wire.to, to)), { from, to }] };
  };

export const disconnect =
  (keys: readonly string[]): Edit =>
  (document) => {
    const wires = document.wires.filter((wire) => !keys.includes(wireKey(wire)));
    return wires.length === document.wires.length ? document : { ...document, wires };
  };

/** Gives a port a name outside the graph; the name it had is replaced, an empty one takes the output away. */
export const nameOutput =
  (from: Endpoint, name: string): Edit =>
  (document) => {
    const old = document.outputs.find((output) => sameEnd(output.from, from));
    if ((old?.name ?? '') === name) return document;
    if (name === '') return { ...document, outputs: document.outputs.filter((output) => output !== old) };
    const free = freshName(
      name,
      document.outputs.filter((output) => output !== old).map((output) => output.name),
    );
    return {
      ...document,
      outputs: old
        ? document.outputs.map((output) => (output === old ? { ...output, name: free } : output))
        : [...document.outputs, { name: free, from }],
    };
  };

export const setOutputTitle =
  (name: string, title: { en: string; zh: string } | undefined): Edit =>
  (document) => ({
    ...document,
    outputs: document.outputs.map((output) => {
      if (output.name !== name) return output;
      const { title: _old, ...rest } = output;
      return title && (title.en || title.zh) ? { ...rest, title } : rest;
    }),
  });

/** Nodes from which a change of `start` can be seen: itself and everything downstream. */
export function downstreamOf(document: GraphDocument, start: Iterable<string>): ReadonlySet<string> {
  const seen = new Set(start);
  const open = [...seen];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const wire of document.wires) {
      if (wire.from.node === node && !seen.has(wire.to.node)) {
        seen.add(wire.to.node);
        open.push(wire.to.node);
      }
    }
  }
  return seen;
}
