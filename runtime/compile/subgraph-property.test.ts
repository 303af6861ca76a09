import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactly, runRows } from '#blocks/sdk/testing.ts';
import {
  type GraphDocument,
  type GraphDocumentInput,
  type GraphWire,
  graphDocument,
  type Subgraph,
} from '#runtime/graph/document.ts';
import { endKey, type PortEnd, SUBGRAPH } from '#runtime/graph/subgraph.ts';
import { buildProgram, checkApp, compileGraph } from './compile.ts';
import { everyBlock, randomGraph, randomRows } from './random-graphs.testing.ts';
import { generator } from './random-numbers.testing.ts';

/**
 * A random part of a random graph made a subgraph, and a part of that again: the program is to the letter that of the graph written
 * flat by the test itself, and gives what the graph gave before it was cut.
 */
interface Part extends Pick<Subgraph, 'nodes' | 'wires' | 'inputs' | 'outputs'> {}
interface Cut {
  readonly part: Part;
  readonly inner: Part;
  /** Nodes and wires of the part in the order in which they come when it is written out; those of the inner part last. */
  readonly order: {
    readonly nodes: readonly string[];
    readonly wires: readonly GraphWire[];
    readonly inside: readonly GraphWire[];
  };
}

/** `chosen` nodes of the part become one node `name`. */
function cut(part: Part, chosen: ReadonlySet<string>, name: string): Cut {
  const inputs: Subgraph['inputs'] = [];
  const outputs: Subgraph['outputs'] = [];
  const entered = new Map<string, { to: PortEnd[]; wires: GraphWire[] }>();
  const left = new Map<string, string>();
  const wires: { wire: GraphWire; stands: GraphWire[] }[] = [];
  const inside = part.wires.filter((w) => chosen.has(w.from.node) && chosen.has(w.to.node));
  const enter = (to: PortEnd[]) => {
    inputs.push({ name: `i${inputs.length}`, to });
    return { node: name, port: `i${inputs.length - 1}` };
  };
  const leave = (from: PortEnd): PortEnd => {
    const port = left.get(endKey(from)) ?? `o${outputs.length}`;
    if (!left.has(endKey(from))) outputs.push({ name: port, from });
    left.set(endKey(from), port);
    return { node: name, port };
  };
  for (const wire of part.wires) {
    if (inside.includes(wire)) continue;
    const from = chosen.has(wire.from.node) ? leave(wire.from) : wire.from;
    if (!chosen.has(wire.to.node)) {
      wires.push({ wire: { from, to: wire.to }, stands: [wire] });
      continue;
    }
    const known = entered.get(endKey(wire.from));
    if (known) {
      known.to.push(wire.to);
      known.wires.push(wire);
      continue;
    }
    const made = { to: [wire.to], wires: [wire] };
    entered.set(endKey(wire.from), made);
    wires.push({ wire: { from, to: enter(made.to) }, stands: made.wires });
  }
  const outerInputs = part.inputs.map((input) => ({
    ...input,
    to: input.to.map((end) => (chosen.has(end.node) ? enter([end]) : end)),
  }));
  const outerOutputs = part.outputs.map((o) => (chosen.has(o.from.node) ? { ...o, from: leave(o.from) } : o));
  const innerNodes = part.nodes.filter((n) => chosen.has(n.id));
  const stand = { id: name, block: SUBGRAPH, version: '1.0.0', params: { graph: name }, position: { x: 0, y: 0 } };
  const at = part.nodes.findIndex((n) => chosen.has(n.id));
  const nodes = part.nodes.flatMap((n, i) => (i === at ? [stand] : chosen.has(n.id) ? [] : [n]));
  return {
    part: { nodes, wires: wires.map((w) => w.wire), inputs: outerInputs, outputs: outerOutputs },
    inner: { nodes: innerNodes, wires: inside, inputs, outputs },
    order: {
      nodes: nodes.flatMap((n) => (n === stand ? innerNodes.map((x) => x.id) : [n.id])),
      wires: wires.flatMap((w) => w.stands),
      inside,
    },
  };
}

const RANDOM = /fixture\.(burst|idle|past)$/; // draw numbers by their id, which changes when they move

test('cut into subgraphs, twice: the program of the flat graph, to the letter; what it gave before', {
  timeout: 60_000,
}, async () => {
  const catalogue = await everyBlock();
  let rowsOut = 0;
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 2, max: 12 }), async (seed, size) => {
      const random = generator(seed);
      const drawn = randomGraph(random, size);
      const original = graphDocument.parse({
        ...drawn,
        nodes: drawn.nodes.map((n) => (RANDOM.test(n.block) ? { ...n, block: 'millwright/fixture.scale', params: {} } : n)),
      });
      const some = (ids: readonly string[], share: number) => {
        const picked = ids.filter(() => random() < share);
        return new Set(picked.length > 0 ? picked : ids.slice(-1));
      };
      const cuttable = original.nodes.filter((n) => !n.block.startsWith('test/')).map((n) => n.id);
      const chosen = some(cuttable, 0.5);
      const first = cut({ ...original, inputs: [] }, chosen, 'sub');
      const deep = some(
        first.inner.nodes.map((n) => n.id),
        0.5,
      );
      const second = cut(first.inner, deep, 'deep');
      const document: GraphDocumentInput = {
        format: 1,
        nodes: first.part.nodes,
        wires: first.part.wires,
        outputs: first.part.outputs,
        subgraphs: { sub: second.part, deep: second.inner },
      };
      const path = (id: string) => (deep.has(id) ? `sub/deep/${id}` : chosen.has(id) ? `sub/${id}` : id);
      const moved = (end: PortEnd) => ({ ...end, node: path(end.node) });
      const ids = first.order.nodes.flatMap((id) =>
        id === first.inner.nodes[0]?.id ? second.order.nodes : chosen.has(id) ? [] : [id],
      );
      const flat: GraphDocument = {
        ...original,
        nodes: ids.flatMap((id) => original.nodes.filter((n) => n.id === id)).map((n) => ({ ...n, id: path(n.id) })),
        wires: [...first.order.wires, ...second.order.wires, ...second.order.inside].map((w) => ({
          from: moved(w.from),
          to: moved(w.to),
        })),
        outputs: original.outputs.map((o) => ({ ...o, from: moved(o.from) })),
      };
      const [made, want, before] = await Promise.all([
        compileGraph(document, { catalogue }),
        buildProgram(flat, checkApp(flat, catalogue), { catalogue }),
        compileGraph(original, { catalogue }),
      ]);
      if (!made.ok || !want.ok || !before.ok)
        throw new Error(JSON.stringify([made, want, before].map((x) => (x.ok ? 'ok' : x.problems))));
      expect(made.program.text).toBe(want.program.text);
      expect({ ...made.program.info, graphHash: '' }).toEqual({ ...want.program.info, graphHash: '' });

      const asking = original.nodes.filter((n) => n.block.endsWith('.ask')).map((n) => n.id);
      const rows = randomRows(random, 120, asking);
      const got = runRows(
        made.program,
        rows.map((row) => (row.answer ? { ...row, answer: { ...row.answer, node: path(row.answer.node) } } : row)),
        { seed, sizes: [7, 1, 30], restoreAt: 2 },
      );
      // rows of several wires into one node come in the order of the wires, which a cut may change
      const into = (wires: readonly GraphWire[], id: string) =>
        wires.filter((w) => w.to.node === id).map((w) => `${endKey(w.from)} ${w.to.port}`);
      const drawnOrder = original.wires.map((w) => ({ from: moved(w.from), to: moved(w.to) }));
      if (flat.nodes.some((n) => String(into(flat.wires, n.id)) !== String(into(drawnOrder, n.id)))) return;
      compared++;
      const was = runRows(before.program, rows, { seed });
      rowsOut += Object.values(was.outputs).reduce((n, list) => n + list.length, 0);
      const none = { alarms: [], effects: [], dead: [], late: {}, counts: {} };
      expect(exactly({ ...got, ...none }) === exactly({ ...was, ...none }), `outputs of seed ${seed}, size ${size}`).toBe(true);
      expect(got.counts).toEqual(Object.fromEntries(Object.entries(was.counts).map(([id, n]) => [path(id), n])));
      const sorted = (list: readonly { readonly node: string }[], of = (id: string) => id) =>
        list.map((x) => JSON.stringify({ ...x, node: of(x.node), line: 0 })).sort();
      expect(sorted(got.effects)).toEqual(sorted(was.effects, path));
      expect(sorted(got.alarms)).toEqual(sorted(was.alarms, path));
    }),
    { numRuns: 10, seed: 1 },
  );
  expect(compared).toBeGreaterThan(1);
  expect(rowsOut).toBeGreaterThan(200);
});
