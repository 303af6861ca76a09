import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChanges, type Change } from '#runtime/graph/changes.ts';
import { type Draft, sameValue } from '#runtime/graph/draft.ts';
import { type Edit, emptyGraph, together } from '../_edits/edit.ts';
import { addNode, moveNodes, nextNodeId, removeNodes, setLabel, setParam } from '../_edits/nodes.ts';
import { connect, nameOutput } from '../_edits/wires.ts';
import { DraftConflict, DraftSaver } from './draft-saver.ts';
import type { GraphFacts } from './facts.ts';
import { StudioSession } from './session.ts';

const block = (name: string) => ({ block: `millwright/${name}`, version: '1.0.0', position: { x: 0, y: 0 } });
const START: Draft = {
  graph: together(
    addNode(block('source.tag'), 'a'),
    addNode(block('series.window'), 'b'),
    addNode(block('series.compare'), 'c'),
    connect({ node: 'a', port: 'out' }, { node: 'b', port: 'in' }),
    connect({ node: 'b', port: 'out' }, { node: 'c', port: 'in' }),
    nameOutput({ node: 'b', port: 'out' }, 'mean'),
  )(emptyGraph()),
  screens: [],
};
const facts: GraphFacts = {
  problems: [],
  manifest: () => undefined,
  schemaOf: () => undefined,
  ownColumns: () => [],
  conversionsOf: () => [],
  wire: () => (document) => document,
  refusal: () => undefined,
};

/** The log of the server: one order, an edit only on the newest revision. What crosses is copied, as on a line. */
class Log {
  draft = START;
  readonly edits: { batch: string; changes: readonly Change[] }[] = [];
  take(revision: number, changes: readonly Change[], batch: string) {
    if (revision !== this.edits.length) throw new DraftConflict();
    this.draft = applyChanges(this.draft, structuredClone(changes));
    this.edits.push({ batch, changes: structuredClone(changes) });
    return { revision: this.edits.length };
  }
}

/** One person's page: its session, its end of the log, and its line, which can be cut, or lose answers. */
class Page {
  readonly session = new StudioSession(START.graph, () => facts, START.screens);
  line: 'up' | 'cut' | 'deaf' = 'up';
  private readonly timers = new Set<() => void>();
  private readonly saver: DraftSaver;
  private readonly log: Log;
  constructor(log: Log) {
    this.log = log;
    const reach = () => {
      if (this.line === 'cut') throw new TypeError('fetch failed');
    };
    this.saver = new DraftSaver(
      {
        save: async (revision, changes, batch) => {
          reach();
          const answer = log.take(revision, changes, batch);
          if (this.line === 'deaf') throw new TypeError('fetch failed');
          return answer;
        },
        since: async (revision) => {
          reach();
          return structuredClone({ revision: log.edits.length, edits: log.edits.slice(revision) });
        },
        keep: () => {},
        merged: (merged) => this.session.merged(merged),
        state: () => {},
        later: (work) => {
          this.timers.add(work);
          return () => this.timers.delete(work);
        },
      },
      { draft: START, revision: 0 },
    );
    this.session.onEdit = (draft) => this.saver.edited(draft);
  }
  /** Time passes for this page: it hears of news and does what it had planned. */
  async turn() {
    if (this.line !== 'cut') this.saver.heard(this.log.edits.length);
    for (const work of [...this.timers]) {
      this.timers.delete(work);
      work();
    }
    for (let at = 0; at < 30 && this.busy; at++) await Promise.resolve();
  }
  private get busy() {
    return this.saver.busy;
  }
  get clean() {
    return this.saver.clean;
  }
  get current() {
    return this.clean && this.saver.revision === this.log.edits.length;
  }
}

/** On a busy machine fewer runs, and a failure is told before the runner's own limit. */
const LIMITED = { interruptAfterTimeLimit: 2_500, markInterruptAsFailure: false };

async function settle(pages: readonly Page[]) {
  for (const page of pages) page.line = 'up';
  for (let at = 0; at < 40 && !pages.every((page) => page.current); at++) for (const page of pages) await page.turn();
  for (const page of pages) expect(page.clean).toBe(true);
}

type Act =
  | { do: 'own'; node: string; value: number }
  | { do: 'same'; node: string; value: number }
  | { do: 'label'; node: string; label: string }
  | { do: 'move'; node: string; x: number }
  | { do: 'add' }
  | { do: 'wire'; from: string; to: string; port: string }
  | { do: 'remove'; node: string }
  | { do: 'undo' }
  | { do: 'redo' }
  | { do: 'turn' }
  | { do: 'line'; line: Page['line'] };
const node = fc.constantFrom('a', 'b', 'c');
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('own' as const), node, value: fc.integer() }),
  fc.record({ do: fc.constant('same' as const), node, value: fc.integer() }),
  fc.record({ do: fc.constant('label' as const), node, label: fc.string({ maxLength: 3 }) }),
  fc.record({ do: fc.constant('move' as const), node, x: fc.integer({ min: -9, max: 9 }) }),
  fc.constant<Act>({ do: 'add' }),
  fc.record({ do: fc.constant('wire' as const), from: node, to: node, port: fc.constantFrom('in', 'x') }),
  fc.record({ do: fc.constant('remove' as const), node }),
  fc.constant<Act>({ do: 'undo' }),
  fc.constant<Act>({ do: 'redo' }),
  { arbitrary: fc.constant<Act>({ do: 'turn' }), weight: 4 },
  fc.record({ do: fc.constant('line' as const), line: fc.constantFrom('up' as const, 'cut' as const, 'deaf' as const) }),
);
const script = (people: number) => fc.array(fc.record({ who: fc.nat({ max: people - 1 }), act }), { maxLength: 40 });

const editOf = (one: Act, who: number, serial: number): Edit | undefined => {
  switch (one.do) {
    case 'own':
      return setParam(one.node, `of${who}`, one.value);
    case 'same':
      return setParam(one.node, 'same', one.value);
    case 'label':
      return setLabel(one.node, one.label);
    case 'move':
      return moveNodes({ [one.node]: { x: one.x * 12, y: 0 } });
    case 'add':
      return (document) =>
        addNode(
          { ...block('series.window'), label: `${who}-${serial}` },
          nextNodeId(document, 'millwright/series.window'),
        )(document);
    case 'wire':
      return (document) => {
        const ids = document.nodes.map((entry) => entry.id);
        return ids.includes(one.from) && ids.includes(one.to)
          ? connect({ node: one.from, port: 'out' }, { node: one.to, port: one.port })(document)
          : document;
      };
    case 'remove':
      return removeNodes([one.node]);
    default:
      return undefined;
  }
};

async function perform(pages: readonly Page[], steps: readonly { who: number; act: Act }[]) {
  for (const [serial, { who, act: one }] of steps.entries()) {
    const page = pages[who];
    if (!page) continue;
    const edit = editOf(one, who, serial);
    if (edit) page.session.edit(edit);
    else if (one.do === 'undo') page.session.undo();
    else if (one.do === 'redo') page.session.redo();
    else if (one.do === 'line') page.line = one.line;
    else await page.turn();
  }
}

describe('several people in one app', () => {
  it('come to the same draft, whatever they do in whatever order over whatever lines', async () => {
    await fc.assert(
      fc.asyncProperty(script(3), async (steps) => {
        const log = new Log();
        const pages = [new Page(log), new Page(log), new Page(log)];
        await perform(pages, steps);
        await settle(pages);
        const ids = log.draft.graph.nodes.map((entry) => entry.id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const wire of log.draft.graph.wires) expect(ids).toEqual(expect.arrayContaining([wire.from.node, wire.to.node]));
        for (const { session } of pages) expect(sameValue(session.draft, log.draft)).toBe(true);
      }),
      { numRuns: 100, ...LIMITED },
    );
  });

  it('lose nothing that nobody else changed', async () => {
    const keeps = script(3).map((steps) => steps.filter((step) => !['remove', 'undo', 'redo'].includes(step.act.do)));
    await fc.assert(
      fc.asyncProperty(keeps, async (steps) => {
        const log = new Log();
        const pages = [new Page(log), new Page(log), new Page(log)];
        await perform(pages, steps);
        await settle(pages);
        const nodes = log.draft.graph.nodes;
        const last = new Map<string, number>();
        for (const { who, act: one } of steps) if (one.do === 'own') last.set(`${one.node}.of${who}`, one.value);
        for (const [place, value] of last) {
          const [id, name = ''] = place.split('.');
          expect(nodes.find((entry) => entry.id === id)?.params[name]).toBe(value);
        }
        const added = steps.flatMap(({ who, act: one }, serial) => (one.do === 'add' ? [`${who}-${serial}`] : []));
        expect(
          nodes
            .filter((entry) => !['a', 'b', 'c'].includes(entry.id))
            .map((entry) => entry.label)
            .sort(),
        ).toEqual(added.sort());
      }),
      { numRuns: 100, ...LIMITED },
    );
  });

  it('take back their own edits and nobody else’s', async () => {
    const owned = fc.array(
      fc.record({ who: fc.nat({ max: 1 }), act: fc.record({ do: fc.constant('own' as const), node, value: fc.integer() }) }),
      {
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(owned, async (steps) => {
        const log = new Log();
        const [one, other] = [new Page(log), new Page(log)];
        await perform(
          [one, other],
          steps.flatMap((step) => [step, { who: step.who, act: { do: 'turn' as const } }]),
        );
        await settle([one, other]);
        const theirs = log.draft.graph.nodes.map((entry) => entry.params.of1);
        for (let at = 0; at < steps.length; at++) one.session.undo();
        await settle([one, other]);
        expect(log.draft.graph.nodes.map((entry) => entry.params.of1)).toEqual(theirs);
        expect(log.draft.graph.nodes.map((entry) => entry.params.of0)).toEqual([undefined, undefined, undefined]);
        expect(sameValue(one.session.draft, other.session.draft)).toBe(true);
      }),
      { numRuns: 50, ...LIMITED },
    );
  });

  it('may both delete one node: it is gone once, and one of them brings it back with its wires', async () => {
    const log = new Log();
    const [one, other] = [new Page(log), new Page(log)];
    one.session.edit(removeNodes(['b']));
    other.session.edit(removeNodes(['b']));
    await settle([one, other]);
    expect(log.draft.graph.nodes.map((entry) => entry.id)).toEqual(['a', 'c']);
    expect(one.session.get().collisions).toEqual([]);
    expect(other.session.get().collisions).toEqual([]);
    one.session.undo();
    await settle([one, other]);
    expect(sameValue(log.draft, START)).toBe(true);
    other.session.undo();
    await settle([one, other]);
    expect(sameValue(log.draft, START)).toBe(true);
  });

  it('give their new nodes different names when both were given the same', async () => {
    const log = new Log();
    const [one, other] = [new Page(log), new Page(log)];
    for (const page of [one, other]) {
      page.session.edit(addNode({ ...block('series.window'), label: page === one ? 'one' : 'other' }, 'window'));
      page.session.edit(connect({ node: 'a', port: 'out' }, { node: 'window', port: 'in' }));
      page.session.select(['window']);
    }
    await settle([one, other]);
    const added = log.draft.graph.nodes.slice(3);
    expect(added.map((entry) => [entry.id, entry.label])).toEqual([
      ['window', 'one'],
      ['window2', 'other'],
    ]);
    expect(log.draft.graph.wires.slice(2).map((wire) => wire.to.node)).toEqual(['window', 'window2']);
    expect(other.session.get().selection.nodes).toEqual(['window2']);
  });

  it('who comes late with a value that another changed keeps the own one and is told both', async () => {
    const log = new Log();
    const [one, other] = [new Page(log), new Page(log)];
    one.session.edit(setParam('b', 'seconds', 5));
    await one.turn();
    other.session.edit(setParam('b', 'seconds', 60));
    await settle([one, other]);
    expect(one.session.document.nodes[1]?.params.seconds).toBe(60);
    expect(other.session.get().collisions).toEqual([{ at: ['graph', 'nodes', 'b', 'params', 'seconds'], mine: 60, theirs: 5 }]);
  });
});
