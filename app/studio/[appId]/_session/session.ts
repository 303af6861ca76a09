import type { Bilingual, GraphDocument } from '#runtime/graph/document.ts';
import { type Draft, sameValue } from '#runtime/graph/draft.ts';
import type { ScreenDocument } from '#runtime/graph/screens.ts';
import type { ReplayReport } from '#runtime/replay/report.ts';
import type { Edit } from '../_edits/edit.ts';
import { applyEdit, applyScreenEdit, draftOf, type EditHistory, rebase, redo, startHistory, undo } from '../_edits/history.ts';
import type { Collision, Merged } from '../_edits/merge.ts';
import { type GraphView, inside, prefixOf, type ScopePath, soundPath, subgraphAt, viewAt } from '../_edits/scope.ts';
import { downstreamOf, type Endpoint } from '../_edits/wires.ts';
import type { SaveState } from './draft-saver.ts';
import type { GraphFacts } from './facts.ts';
import { LiveStore } from './live-store.ts';

export interface ShownRun {
  readonly id: string;
  readonly kind: 'test' | 'backtest' | 'pinned';
  readonly report: ReplayReport;
  /** The graph that ran: nodes that changed since are stale. */
  readonly graph: GraphDocument;
}
/** Someone else who has the same app open. */
export interface Person {
  /** Their open page: one person may have two. */
  readonly client: string;
  readonly name: string;
  /** Nodes that they have chosen. */
  readonly nodes: readonly string[];
  /** Where their pointer is on the canvas, in its own measure; absent while it is elsewhere. */
  readonly pointer?: { readonly x: number; readonly y: number } | undefined;
}
export interface StudioState {
  readonly history: EditHistory;
  /** The subgraph that is open, by the nodes that lead to it; empty = the app's own graph. */
  readonly path: ScopePath;
  /** The graph that is open: what the canvas shows and edits change. */
  readonly view: GraphView;
  /** About the open graph. */
  readonly facts: GraphFacts;
  readonly save: SaveState;
  readonly collisions: readonly Collision[];
  /** Others in the same app; nobody while it is not known. */
  readonly others: readonly Person[];
  readonly selection: { readonly nodes: readonly string[]; readonly wires: readonly string[] };
  /** Output port from which a wire is being drawn by keyboard. */
  readonly picking?: Endpoint | undefined;
  /** What the values on the canvas are of. */
  readonly showing: 'live' | 'run';
  readonly run?: ShownRun | undefined;
  /** Node that the canvas should bring into sight; a new object each time. */
  readonly reveal?: { readonly node: string } | undefined;
  /** The canvas should show everything; a new object each time. */
  readonly overview?: object | undefined;
  /** Note in which somebody writes. */
  readonly writing?: string | undefined;
  /** Block whose page stands beside the canvas. */
  readonly help?: string | undefined;
  readonly dock: 'records' | 'problems' | 'run' | 'history';
}

/** What is known of a graph, told about the part of it that the path leads to. */
export type Judge = (document: GraphDocument, path: ScopePath) => GraphFacts;

/** All that happens in one open studio: the graph with its undo stack, what is known of it, what is chosen, what is shown. */
export class StudioSession {
  readonly live = new LiveStore();
  readonly ran = new LiveStore();
  /** The own pointer on the canvas, for the others. It moves too often to be a state that everything here is told of. */
  pointer: Person['pointer'];
  private state: StudioState;
  private readonly listeners = new Set<() => void>();
  private readonly judge: Judge;
  /** Told after every edit: saves it. */
  onEdit: (draft: Draft) => void = () => {};

  /** Saves all that is not saved; false when it cannot be now. */
  flush: () => Promise<boolean> = async () => true;

  constructor(document: GraphDocument, judge: Judge, screens: readonly ScreenDocument[] = []) {
    this.judge = judge;
    this.state = {
      history: startHistory(document, screens),
      path: [],
      view: document,
      facts: judge(document, []),
      save: 'saved',
      collisions: [],
      others: [],
      selection: { nodes: [], wires: [] },
      showing: 'live',
      dock: 'problems',
    };
  }

  readonly get = (): StudioState => this.state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  set(change: Partial<StudioState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  get document(): GraphDocument {
    return this.state.history.now;
  }

  get draft(): Draft {
    return draftOf(this.state.history);
  }

  get view(): GraphView {
    return this.state.view;
  }
  /** The open graph's node by its name in the whole app: `mill/smooth`. */
  readonly whole = (node: string): string => prefixOf(this.state.path) + node;

  /** Changes the open graph. `mark` joins steps of the same kind (keys typed into one field) into one step of the undo stack. */
  edit(edit: Edit, mark?: string): void {
    this.editApp(inside(this.state.path, edit), mark);
  }
  /** Changes the app's graph, whichever part of it is open. */
  editApp(edit: Edit, mark?: string): void {
    this.step(applyEdit(this.state.history, edit, mark));
  }
  /** Opens a subgraph, or with a shorter path what is around it. */
  open(path: ScopePath, chosen: readonly string[] = []): void {
    const { now } = this.state.history;
    const sound = soundPath(now, path);
    this.set({
      path: sound,
      view: viewAt(now, sound),
      facts: this.judge(now, sound),
      selection: { nodes: chosen, wires: [] },
      picking: undefined,
      writing: undefined,
      overview: {},
    });
  }
  /** The same for the operator screens beside the graph: one undo stack, one save. */
  editScreens(edit: (screens: readonly ScreenDocument[]) => readonly ScreenDocument[], mark?: string): void {
    this.step(applyScreenEdit(this.state.history, edit, mark));
  }
  undo(): void {
    this.step(undo(this.state.history));
  }
  redo(): void {
    this.step(redo(this.state.history));
  }
  private step(history: EditHistory): void {
    if (history === this.state.history) return;
    const changed = history.now !== this.state.history.now || history.screens !== this.state.history.screens;
    this.take(history);
    if (changed) this.onEdit(draftOf(history));
  }
  private take(history: EditHistory): void {
    const changed = history.now !== this.state.history.now;
    // What is open may be gone: then what was around it is shown.
    const path = changed ? soundPath(history.now, this.state.path) : this.state.path;
    const view = changed ? viewAt(history.now, path) : this.state.view;
    const there = new Set(view.nodes.map((node) => node.id));
    const { nodes, wires } = this.state.selection;
    this.set({
      history,
      path,
      view,
      ...(changed ? { facts: this.judge(history.now, path) } : {}),
      selection: nodes.every((id) => there.has(id))
        ? this.state.selection
        : { nodes: nodes.filter((id) => there.has(id)), wires },
    });
  }

  /** What the server's reader of code found; it stands until the next edit is judged. */
  findings(graph: GraphDocument, problems: GraphFacts['problems']): void {
    const { facts } = this.state;
    if (graph !== this.document || problems.length === 0) return;
    this.set({ facts: { ...facts, problems: [...facts.problems.filter((problem) => problem.line === undefined), ...problems] } });
  }

  /** Someone else's changes came in and the own ones are on top. */
  merged({ draft, collisions, renamed }: Merged): void {
    const { nodes, wires } = this.state.selection;
    if (renamed.size > 0) this.set({ selection: { nodes: nodes.map((id) => renamed.get(id) ?? id), wires } });
    this.take(rebase(this.state.history, draft));
    if (collisions.length > 0) this.set({ collisions });
  }

  setOthers(others: readonly Person[]): void {
    if (!sameValue(others, this.state.others)) this.set({ others });
  }

  select(nodes: readonly string[], wires: readonly string[] = []): void {
    const { selection } = this.state;
    if (sameList(selection.nodes, nodes) && sameList(selection.wires, wires)) return;
    this.set({ selection: { nodes, wires } });
  }

  /** Selects nodes of the open graph and brings the first of them into sight. */
  show(node: string, ...more: readonly string[]): void {
    this.set({ selection: { nodes: [node, ...more], wires: [] }, reveal: { node } });
  }

  /** Goes to a node by its name in the whole app, into the subgraph that it is in. */
  goTo(node: string): void {
    const path = node.split('/');
    const id = path.pop() ?? node;
    if (!sameList(path, this.state.path)) this.open(path, [id]);
    if (this.state.view.nodes.some((one) => one.id === id)) this.show(id);
  }

  /** Opens the subgraph that a node of the open graph stands for, if it does. */
  enter(node: string): boolean {
    const path = [...this.state.path, node];
    if (!subgraphAt(this.document, path)) return false;
    this.open(path);
    return true;
  }
  /** Back to what is around the open subgraph. */
  leave(): boolean {
    const { path } = this.state;
    const last = path.at(-1);
    if (last === undefined) return false;
    this.open(path.slice(0, -1), [last]);
    return true;
  }

  /** A run is done: its values go on the wires. */
  showRun(run: ShownRun): void {
    this.ran.load(run.report);
    this.set({ run, showing: 'run', dock: 'run' });
  }
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, at) => item === b[at]);

/** Nodes whose value of the run is no longer what the graph would give, each with the nodes whose change is the cause. */
export function staleNodes(run: ShownRun | undefined, document: GraphDocument): ReadonlyMap<string, readonly string[]> {
  const stale = new Map<string, readonly string[]>();
  if (!run || run.graph === document) return stale;
  const ran = new Map(run.graph.nodes.map((node) => [node.id, node]));
  const into = (graph: GraphDocument, id: string) =>
    graph.wires
      .filter((wire) => wire.to.node === id)
      .map((wire) => `${wire.from.node}.${wire.from.port}>${wire.to.port}`)
      .sort()
      .join();
  const meaning = (node: GraphDocument['nodes'][number] | undefined) =>
    node && JSON.stringify([node.block, node.version, node.params, node.bind, node.as]);
  for (const node of document.nodes) {
    const before = ran.get(node.id);
    if (meaning(before) === meaning(node) && into(run.graph, node.id) === into(document, node.id)) continue;
    for (const id of downstreamOf(document, [node.id])) stale.set(id, [...(stale.get(id) ?? []), node.id]);
  }
  return stale;
}

export const inLanguage = (text: Bilingual, locale: string): string =>
  locale.startsWith('zh') ? text.zh || text.en : text.en || text.zh;
