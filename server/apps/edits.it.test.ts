import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { changesBetween } from '#runtime/graph/changes.ts';
import type { GraphDocument } from '#runtime/graph/document.ts';
import { AppError } from '../errors.ts';
import { type TestServer, testServer } from '../session.testing.ts';
import type { DraftNews } from './follow-draft.ts';

const node = { id: 'a', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'p' }, position: { x: 0, y: 0 } };
const graph: GraphDocument = { format: 1, nodes: [node], wires: [], roles: [], parameters: [], outputs: [] };
const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof AppError) return error.facts.code;
    throw error;
  }
  return 'no error';
};
const edit = (appId: string, revision: number, changes: ReturnType<typeof changesBetween>, batch: string = randomUUID()) => ({
  appId,
  revision,
  batch,
  changes: changes as { at: string[] }[],
});

describe('edits of a draft', () => {
  let server: TestServer;
  let lin: Awaited<ReturnType<TestServer['person']>>;
  let stranger: Awaited<ReturnType<TestServer['person']>>;
  beforeAll(async () => {
    server = await testServer();
    lin = await server.person('lin@example.com', 'Lin');
    await lin.call().organization.create({ name: 'Baoan' });
    stranger = await server.person('stranger@example.com');
    await stranger.call().organization.create({ name: 'Hengtai' });
  }, 120_000);
  afterAll(() => server.stop());
  const make = async () => (await lin.call().apps.create({ name: { en: 'Guard', zh: '守护' }, graph })).id;

  it('have one order: an edit only on the newest revision, and the log says who changed what', async () => {
    const id = await make();
    const set = (value: number) => [{ at: ['graph', 'nodes', 'a', 'params', 'seconds'], to: value }];
    expect(await lin.call().apps.edit(edit(id, 0, set(5), 'first'))).toEqual({ revision: 1 });
    expect(await codeOf(lin.call().apps.edit(edit(id, 0, set(7))))).toBe('app.conflict');
    expect(await lin.call().apps.since({ appId: id, revision: 0 })).toEqual({
      revision: 1,
      edits: [{ revision: 1, batch: 'first', by: lin.id, changes: set(5) }],
    });
    expect((await lin.call().apps.get({ appId: id })).graph.nodes[0]?.params).toEqual({ role: 'p', seconds: 5 });
  });

  it('of a whole document saved come as the changes that it makes', async () => {
    const id = await make();
    await lin.call().apps.save({ appId: id, revision: 0, graph: { ...graph, nodes: [{ ...node, label: 'Pressure' }] } });
    expect(await lin.call().apps.since({ appId: id, revision: 0 })).toMatchObject({
      edits: [{ changes: [{ at: ['graph', 'nodes', 'a', 'label'], to: 'Pressure' }] }],
    });
  });

  it('give who was away for too long the draft itself', async () => {
    const id = await make();
    expect(await lin.call().apps.since({ appId: id, revision: 9 })).toMatchObject({
      revision: 0,
      draft: { graph: { nodes: [node] } },
    });
  });

  it('are refused when they make no graph, when they are too large, and to strangers', async () => {
    const id = await make();
    const wrong = edit(id, 0, [{ at: ['graph', 'nodes', 'a', 'version'], to: 'newest' }]);
    await expect(lin.call().apps.edit(wrong)).rejects.toThrow();
    const large = edit(id, 0, [{ at: ['graph', 'nodes', 'a', 'notes'], to: 'x'.repeat(2_100_000) }]);
    expect(await codeOf(lin.call().apps.edit(large))).toBe('app.too-large');
    const fine = edit(id, 0, [{ at: ['graph', 'nodes', 'a', 'label'], to: 'x' }]);
    expect(await codeOf(stranger.call().apps.edit(fine))).toBe('access.not-found');
    expect(await codeOf(stranger.call().apps.since({ appId: id, revision: 0 }))).toBe('access.not-found');
    expect(await codeOf(stranger.call().apps.present({ appId: id, client: 'their-page', nodes: [] }))).toBe('access.not-found');
    expect((await lin.call().apps.get({ appId: id })).revision).toBe(0);
  });

  it('wake whoever has the draft open, who sees the others until they are gone', async () => {
    const id = await make();
    const stream = (await lin.call().apps.follow({ appId: id, client: 'page-of-lin' })) as AsyncIterable<
      readonly [string, DraftNews]
    >;
    const news = stream[Symbol.asyncIterator]();
    const until = async (holds: (now: DraftNews) => boolean): Promise<DraftNews> => {
      for (;;) {
        const { value, done } = await news.next();
        if (done) throw new Error('the stream ended');
        if (holds(value[1])) return value[1];
      }
    };
    expect(await until(() => true)).toEqual({ revision: 0, people: [] });
    await lin.call().apps.present({ appId: id, client: 'page-of-wei', nodes: ['a'], pointer: { x: 1, y: 2 } });
    expect((await until(({ people }) => people.length > 0)).people).toEqual([
      { client: 'page-of-wei', name: 'Lin', nodes: ['a'], pointer: { x: 1, y: 2 } },
    ]);
    await lin.call().apps.edit(edit(id, 0, [{ at: ['graph', 'nodes', 'a', 'label'], to: 'x' }]));
    expect((await until(({ revision }) => revision > 0)).revision).toBe(1);
    const other = (await lin.call().apps.follow({ appId: id, client: 'page-of-wei' })) as AsyncIterable<
      readonly [string, DraftNews]
    >;
    const ends = other[Symbol.asyncIterator]();
    await ends.next();
    await ends.return?.();
    expect((await until(({ people }) => people.length === 0)).revision).toBe(1);
    await news.return?.();
  });

  it('are told by who, what and when; a version gets a name, also one that cannot run', async () => {
    const id = await make();
    await lin.call().apps.edit(edit(id, 0, [{ at: ['graph', 'nodes', 'a', 'params', 'seconds'], to: 5 }]));
    await lin.call().apps.edit(edit(id, 1, [{ at: ['graph', 'nodes', 'a', 'position'], to: { x: 12, y: 0 } }]));
    await lin.call().apps.edit(edit(id, 2, [{ at: ['graph', 'nodes', 'b'], to: { ...node, id: 'b' } }]));
    const all = await lin.call().apps.history({ appId: id });
    expect(all.map(({ by, places }) => [by, ...places.map(({ name, change, fields }) => [name, change, ...fields])])).toEqual([
      ['Lin', ['b', 'added']],
      ['Lin', ['a', 'moved']],
      ['Lin', ['a', 'changed', 'params.seconds']],
    ]);
    expect((await lin.call().apps.history({ appId: id, node: 'b' })).map((one) => one.revision)).toEqual([3]);
    expect(await stranger.call().apps.history({ appId: id })).toEqual([]);
    expect(await codeOf(lin.call().apps.nameVersion({ appId: id, revision: 1, label: 'too early' }))).toBe('app.conflict');
    await lin.call().apps.nameVersion({ appId: id, revision: 3, label: 'Before summer' });
    const [kept] = await lin.call().apps.versions({ appId: id });
    expect(kept).toMatchObject({ label: 'Before summer', version: '0.1.0', by: 'Lin', running: 0 });
    const version = await lin.call().apps.version({ versionId: kept?.id ?? '' });
    expect(JSON.parse(version.graph).nodes.map((one: { id: string }) => one.id)).toEqual(['a', 'b']);
    expect(await codeOf(stranger.call().apps.nameVersion({ appId: id, revision: 3, label: 'x' }))).toBe('access.not-found');
  });
});
