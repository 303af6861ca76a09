import { afterEach, expect, it, vi } from 'vitest';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import type { PinSaid } from '#server/runs/ask-pinned.ts';
import { makeJudge } from '../_session/judge.ts';
import { StudioSession } from '../_session/session.ts';
import { Pinned } from './pinned.ts';

const graph = graphDocument.parse({
  format: 1,
  roles: [{ name: 'p', title: { en: 'p', zh: 'p' } }],
  nodes: [{ id: 'tag', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'p' } }],
  wires: [],
});
/** An answer in which `tag` has the values 1 and 3 at two moments. */
const answer = (rows: number): PinSaid => {
  const at = { node: 'tag', port: 'out' };
  const wires = [{ ...at, count: 2, last: [{ time: 3, key: 'k', values: { value: { v: 3, q: 0 } } }], course: {} }];
  const moments = {
    ...{ at: [1, 3], thinned: false },
    wires: [{ ...at, key: 'k', moment: [0, 1], time: [1, 3], count: [1, 2], columns: { value: [1, 3] } }],
  };
  return { text: JSON.stringify({ kind: 'report', report: { rows, wires, moments, pinned: {} } }) };
};
const source = { label: 'file', source: { kind: 'file' as const, hash: 'x', name: 'x.csv' } };
const shown = (session: StudioSession) => session.ran.get('tag', 'out')?.last.values.value?.v;

afterEach(() => vi.unstubAllGlobals());

it('asks again when the graph means something else, not when a node is moved; the newest answer stands', async () => {
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => draw());
  const session = new StudioSession(graph, makeJudge(blockCatalogue()));
  const asked: PromiseWithResolvers<PinSaid>[] = [];
  const pinned = new Pinned(
    session,
    () => {
      const one = Promise.withResolvers<PinSaid>();
      asked.push(one);
      return one.promise;
    },
    (error) => ({ code: 'x', message: String(error) }),
  );
  pinned.pin(source);
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  session.edit((now) => ({ ...now, nodes: now.nodes.map((node) => ({ ...node, position: { x: 9, y: 9 } })) }));
  session.edit((now) => ({ ...now, outputs: [{ name: 'out', from: { node: 'tag', port: 'out' } }] }));
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  asked[1]?.resolve(answer(2));
  await vi.waitFor(() => expect(pinned.get().report?.rows).toBe(2));
  asked[0]?.resolve(answer(1));
  await asked[0]?.promise;
  expect(pinned.get().report?.rows).toBe(2);
  pinned.close();
});

it('shows the end of the window, a moment of it, and what is live again', async () => {
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => draw());
  const session = new StudioSession(graph, makeJudge(blockCatalogue()));
  const pinned = new Pinned(
    session,
    async () => answer(2),
    (error) => ({ code: 'x', message: String(error) }),
  );
  pinned.pin(source);
  await vi.waitFor(() => expect(shown(session)).toBe(3));
  expect(session.get().showing).toBe('run');
  pinned.seek(0);
  expect(shown(session)).toBe(1);
  pinned.seek(99);
  expect(shown(session)).toBe(3);
  pinned.unpin();
  expect(session.get().showing).toBe('live');
  pinned.close();
});
