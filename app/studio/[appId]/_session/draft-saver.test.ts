import { describe, expect, it } from 'vitest';
import { applyChanges, changesBetween } from '#runtime/graph/changes.ts';
import type { GraphDocument } from '#runtime/graph/document.ts';
import type { Draft } from '#runtime/graph/draft.ts';
import { emptyGraph } from '../_edits/edit.ts';
import { addNode, setLabel } from '../_edits/nodes.ts';
import { DraftConflict, type DraftIo, DraftSaver, type SaveState, type Since, type Unsaved } from './draft-saver.ts';

const block = { block: 'millwright/series.window', version: '1.0.0', position: { x: 0, y: 0 } };

const draftOf = (graph: GraphDocument): Draft => ({ graph, screens: [] });

/** The server side of a draft as the saver sees it: the newest revision alone can be changed; the line can be cut, also after a save and before its answer. */
function setUp(start: GraphDocument = emptyGraph()) {
  const server = {
    draft: draftOf(start),
    revision: 3,
    edits: [] as Extract<Since, { edits: unknown }>['edits'][number][],
    saves: 0,
    up: true,
    deaf: false,
  };
  const seen = {
    states: [] as SaveState[],
    kept: undefined as Unsaved | undefined,
    merged: undefined as Draft | undefined,
    collisions: 0,
  };
  const timers: { work: () => void }[] = [];
  const reach = () => {
    if (!server.up) throw new TypeError('fetch failed');
  };
  const io: DraftIo = {
    async save(revision, changes, batch) {
      reach();
      if (revision !== server.revision) throw new DraftConflict();
      server.saves++;
      server.draft = applyChanges(server.draft, structuredClone(changes));
      server.edits.push({ batch, changes: structuredClone(changes) });
      server.revision++;
      if (server.deaf) throw new TypeError('fetch failed');
      return { revision: server.revision };
    },
    async since(revision) {
      reach();
      return { revision: server.revision, edits: server.edits.slice(revision - 3) };
    },
    keep: (unsaved) => {
      seen.kept = unsaved;
    },
    merged: ({ draft, collisions }) => {
      seen.merged = draft;
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
  return { server, seen, io, tick, saver: new DraftSaver(io, { draft: draftOf(start), revision: 3 }) };
}
const someoneElse = (server: ReturnType<typeof setUp>['server'], graph: GraphDocument) => {
  const changes = changesBetween(server.draft, draftOf(graph));
  server.edits.push({ batch: 'theirs', changes });
  server.draft = applyChanges(server.draft, changes);
  server.revision++;
};

describe('DraftSaver', () => {
  it('makes one save of a burst of edits', async () => {
    const { server, seen, saver, tick } = setUp();
    let document = emptyGraph();
    for (let at = 0; at < 5; at++) {
      document = addNode(block)(document);
      saver.edited(draftOf(document));
    }
    await tick();
    expect(server.saves).toBe(1);
    expect(server.draft.graph.nodes).toHaveLength(5);
    expect(seen.states.at(-1)).toBe('saved');
    expect(seen.kept).toBeUndefined();
  });

  it('keeps work while the line is cut and lands it afterwards', async () => {
    const { server, seen, saver, tick } = setUp();
    server.up = false;
    saver.edited(draftOf(addNode(block)(emptyGraph())));
    await tick();
    expect(seen.states.at(-1)).toBe('offline');
    expect(seen.kept?.mine.graph.nodes).toHaveLength(1);
    server.up = true;
    await tick();
    expect(server.draft.graph.nodes).toHaveLength(1);
    expect(seen.states.at(-1)).toBe('saved');
  });

  it('puts its edits on top of what someone else saved', async () => {
    const start = addNode(block, 'a')(emptyGraph());
    const { server, seen, saver, tick } = setUp(start);
    someoneElse(server, addNode(block, 'theirs')(start));
    saver.edited(draftOf(setLabel('a', 'mine')(start)));
    await tick();
    expect(server.draft.graph.nodes.map((node) => [node.id, node.label])).toEqual([
      ['a', 'mine'],
      ['theirs', undefined],
    ]);
    expect(seen.merged?.graph.nodes).toHaveLength(2);
    expect(seen.collisions).toBe(0);
  });

  it('lands offline work on a server that went on meanwhile', async () => {
    const start = addNode(block, 'a')(emptyGraph());
    const { server, saver, tick } = setUp(start);
    server.up = false;
    saver.edited(draftOf(addNode(block, 'mine')(start)));
    await tick();
    someoneElse(server, setLabel('a', 'theirs')(start));
    server.up = true;
    await tick();
    expect(server.draft.graph.nodes.map((node) => [node.id, node.label])).toEqual([
      ['a', 'theirs'],
      ['mine', undefined],
    ]);
  });

  it('saves what was left over from an earlier visit', async () => {
    const { server, io, tick } = setUp();
    new DraftSaver(io, { draft: draftOf(emptyGraph()), revision: 3 }, { mine: draftOf(addNode(block)(emptyGraph())) });
    await tick();
    expect(server.draft.graph.nodes).toHaveLength(1);
  });

  it('flush tells whether everything is on the server', async () => {
    const { server, saver } = setUp();
    saver.edited(draftOf(addNode(block)(emptyGraph())));
    expect(await saver.flush()).toBe(true);
    server.up = false;
    saver.edited(draftOf(addNode(block)(server.draft.graph)));
    expect(await saver.flush()).toBe(false);
  });

  it('doubles nothing when a save arrived and its answer did not', async () => {
    const { server, seen, saver, tick } = setUp();
    server.deaf = true;
    const once = addNode(block, 'a')(emptyGraph());
    saver.edited(draftOf(once));
    await tick();
    expect(seen.states.at(-1)).toBe('offline');
    server.deaf = false;
    saver.edited(draftOf(setLabel('a', 'mine')(once)));
    await tick();
    await tick();
    expect(server.draft.graph.nodes.map((node) => [node.id, node.label])).toEqual([['a', 'mine']]);
    expect(seen.collisions).toBe(0);
  });

  it('takes in what others saved as soon as it hears of it', async () => {
    const { server, seen, saver, tick } = setUp();
    someoneElse(server, addNode(block, 'theirs')(emptyGraph()));
    saver.heard(server.revision);
    await tick();
    expect(seen.merged?.graph.nodes.map((node) => node.id)).toEqual(['theirs']);
    expect(server.saves).toBe(0);
    expect(saver.clean).toBe(true);
  });
});
