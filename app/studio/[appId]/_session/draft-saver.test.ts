import { describe, expect, it } from 'vitest';
import type { GraphDocument } from '#runtime/graph/document.ts';
import { emptyGraph } from '../_edits/edit.ts';
import { addNode, setLabel } from '../_edits/nodes.ts';
import { DraftConflict, type DraftIo, DraftSaver, type Saved, type SaveState, type Unsaved } from './draft-saver.ts';

const block = { block: 'millwright/series.window', version: '1.0.0', position: { x: 0, y: 0 } };

/** The server side of a draft as the saver sees it: newest revision wins, an older one is a conflict; the line can be cut. */
function setUp(start: GraphDocument = emptyGraph()) {
  const server = { ...({ graph: start, revision: 3 } as Saved), saves: 0, up: true };
  const seen = {
    states: [] as SaveState[],
    kept: undefined as Unsaved | undefined,
    merged: undefined as GraphDocument | undefined,
    collisions: 0,
  };
  const timers: { work: () => void }[] = [];
  const reach = () => {
    if (!server.up) throw new TypeError('fetch failed');
  };
  const io: DraftIo = {
    async save(revision, graph) {
      reach();
      if (revision !== server.revision) throw new DraftConflict();
      server.saves++;
      server.graph = structuredClone(graph);
      server.revision++;
      return { revision: server.revision };
    },
    async load() {
      reach();
      return { graph: structuredClone(server.graph), revision: server.revision };
    },
    keep: (unsaved) => {
      seen.kept = unsaved;
    },
    merged: (document, _theirs, collisions) => {
      seen.merged = document;
      seen.collisions = collisions.length;
    },
    state: (state) => seen.states.push(state),
    later: (work, ms) => {
      const timer = { work };
      if (ms < 100) queueMicrotask(work);
      else timers.push(timer);
      return () => {
        const at = timers.indexOf(timer);
        if (at >= 0) timers.splice(at, 1);
      };
    },
  };
  const tick = async () => {
    for (const timer of timers.splice(0)) timer.work();
    for (let at = 0; at < 20; at++) await Promise.resolve();
  };
  return { server, seen, io, tick, saver: new DraftSaver(io, { graph: start, revision: 3 }) };
}
const someoneElse = (server: Saved & { graph: GraphDocument; revision: number }, graph: GraphDocument) => {
  server.graph = graph;
  server.revision++;
};

describe('DraftSaver', () => {
  it('makes one save of a burst of edits', async () => {
    const { server, seen, saver, tick } = setUp();
    let document = emptyGraph();
    for (let at = 0; at < 5; at++) {
      document = addNode(block)(document);
      saver.edited(document);
    }
    await tick();
    expect(server.saves).toBe(1);
    expect(server.graph.nodes).toHaveLength(5);
    expect(seen.states.at(-1)).toBe('saved');
    expect(seen.kept).toBeUndefined();
  });

  it('keeps work while the line is cut and lands it afterwards', async () => {
    const { server, seen, saver, tick } = setUp();
    server.up = false;
    saver.edited(addNode(block)(emptyGraph()));
    await tick();
    expect(seen.states.at(-1)).toBe('offline');
    expect(seen.kept?.mine.nodes).toHaveLength(1);
    server.up = true;
    await tick();
    expect(server.graph.nodes).toHaveLength(1);
    expect(seen.states.at(-1)).toBe('saved');
  });

  it('puts its edits on top of what someone else saved', async () => {
    const start = addNode(block, 'a')(emptyGraph());
    const { server, seen, saver, tick } = setUp(start);
    someoneElse(server, addNode(block, 'theirs')(start));
    saver.edited(setLabel('a', 'mine')(start));
    await tick();
    expect(server.graph.nodes.map((node) => [node.id, node.label])).toEqual([
      ['a', 'mine'],
      ['theirs', undefined],
    ]);
    expect(seen.merged?.nodes).toHaveLength(2);
    expect(seen.collisions).toBe(0);
  });

  it('lands offline work on a server that went on meanwhile', async () => {
    const start = addNode(block, 'a')(emptyGraph());
    const { server, saver, tick } = setUp(start);
    server.up = false;
    saver.edited(addNode(block, 'mine')(start));
    await tick();
    someoneElse(server, setLabel('a', 'theirs')(start));
    server.up = true;
    await tick();
    expect(server.graph.nodes.map((node) => [node.id, node.label])).toEqual([
      ['a', 'theirs'],
      ['mine', undefined],
    ]);
  });

  it('saves what was left over from an earlier visit', async () => {
    const { server, io, tick } = setUp();
    new DraftSaver(io, { graph: emptyGraph(), revision: 3 }, addNode(block)(emptyGraph()));
    await tick();
    expect(server.graph.nodes).toHaveLength(1);
  });

  it('flush tells whether everything is on the server', async () => {
    const { server, saver } = setUp();
    saver.edited(addNode(block)(emptyGraph()));
    expect(await saver.flush()).toBe(true);
    server.up = false;
    saver.edited(addNode(block)(server.graph));
    expect(await saver.flush()).toBe(false);
  });
});
