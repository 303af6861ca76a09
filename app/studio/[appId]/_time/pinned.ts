import type { GraphDocument } from '#runtime/graph/document.ts';
import type { PinAnswer, PinFault, PinReport } from '#runtime/replay/pin.ts';
import type { AskPinned, PinSaid } from '#server/runs/ask-pinned.ts';
import type { StudioSession } from '../_session/session.ts';
import { wiresAt } from './moment.ts';

export type PinSourceInput = AskPinned['source'];
export interface PinnedSource {
  readonly source: PinSourceInput;
  /** What the bar calls it. */
  readonly label: string;
}
export interface PinnedState {
  readonly pinned?: PinnedSource | undefined;
  readonly asking: boolean;
  readonly fault?: PinFault | undefined;
  /** Errors of the graph that must go before it can run. */
  readonly errors: number;
  readonly report?: PinReport | undefined;
  /** Number of the moment that is shown; absent = the end. */
  readonly at?: number | undefined;
  /** From the change to the values on the canvas, ms. */
  readonly took?: number | undefined;
}
type Ask = (question: Pick<AskPinned, 'source' | 'graph'>) => Promise<PinSaid>;

/** A burst of keys makes one question. */
const QUIET_MS = 30;
/** A server that is away is asked again. */
const AGAIN_MS = 3_000;
const NOTHING: PinnedState = { asking: false, errors: 0 };

/** The data that one person holds on to in an open studio: every change of the graph is asked about, and the newest answer is shown. */
export class Pinned {
  private state: PinnedState = NOTHING;
  private readonly listeners = new Set<() => void>();
  private readonly session: StudioSession;
  private readonly ask: Ask;
  private readonly readFault: (error: unknown) => PinFault;
  private asked: GraphDocument | undefined;
  private meaning = '';
  private number = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private changedAt = 0;
  private readonly stop: () => void;

  constructor(session: StudioSession, ask: Ask, readFault: (error: unknown) => PinFault) {
    this.session = session;
    this.ask = ask;
    this.readFault = readFault;
    this.stop = session.subscribe(() => this.changed());
  }

  readonly get = (): PinnedState => this.state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  private set(change: Partial<PinnedState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  pin(pinned: PinnedSource): void {
    this.number++;
    this.meaning = '';
    this.state = { ...NOTHING, pinned };
    this.set({});
    this.changedAt = performance.now();
    this.soon(0);
  }

  /** Back to what is live. */
  unpin(): void {
    this.number++;
    clearTimeout(this.timer);
    this.state = NOTHING;
    this.set({});
    this.session.set({ showing: 'live' });
  }

  /** Shows the values of a moment; past the last = the end. */
  seek(at: number): void {
    const { report } = this.state;
    if (!report) return;
    const end = report.moments.at.length - 1;
    this.set({ at: at >= end ? undefined : Math.max(0, at) });
    this.show(report);
  }

  close(): void {
    this.number++;
    clearTimeout(this.timer);
    this.stop();
  }

  /** The session told of something: asks again when the graph means something else than what was asked about. */
  private changed(): void {
    const { pinned } = this.state;
    const { document } = this.session;
    if (!pinned || pinned.source.kind === 'past' || document === this.asked) return;
    this.asked = document;
    const meaning = meaningOf(document);
    if (meaning === this.meaning) return;
    this.meaning = meaning;
    this.changedAt = performance.now();
    this.soon(QUIET_MS);
  }

  private soon(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.question(), ms);
  }

  private async question(): Promise<void> {
    const { pinned } = this.state;
    if (!pinned) return;
    const { document } = this.session;
    this.asked = document;
    this.meaning = meaningOf(document);
    const past = pinned.source.kind === 'past';
    const errors = past ? 0 : this.session.get().facts.problems.filter((problem) => problem.severity === 'error').length;
    this.set({ errors });
    if (errors > 0) return this.set({ asking: false });
    const number = ++this.number;
    const since = this.changedAt;
    this.set({ asking: true, fault: undefined });
    try {
      const said = await this.ask({ source: pinned.source, ...(past ? {} : { graph: JSON.stringify(document) }) });
      if (number !== this.number || 'superseded' in said) return;
      const answer = JSON.parse(said.text) as PinAnswer;
      if (answer.kind === 'report') this.take(answer.report, past ? (answer.graph ?? document) : document, since);
      else if (answer.kind === 'fault') this.set({ asking: false, fault: answer.fault });
    } catch (error) {
      if (number !== this.number) return;
      this.set({ asking: false, fault: this.readFault(error) });
      this.soon(AGAIN_MS);
    }
  }

  private take(report: PinReport, graph: GraphDocument, since: number): void {
    const { at } = this.state;
    this.set({
      report,
      asking: false,
      fault: undefined,
      ...(at !== undefined && at < report.moments.at.length ? {} : { at: undefined }),
    });
    this.session.set({ run: { id: 'pinned', kind: 'pinned', report, graph }, showing: 'run' });
    this.show(report);
    // React draws what it was told before the frame after the next.
    requestAnimationFrame(() => requestAnimationFrame(() => this.set({ took: performance.now() - since })));
  }

  private show(report: PinReport): void {
    const { at } = this.state;
    this.session.ran.load(at === undefined ? report : { ...report, wires: wiresAt(report, at) });
  }
}

/** All of a graph that its values depend on: where nodes stand and what they are called is not. */
function meaningOf({ nodes, wires, roles, parameters, outputs, subgraphs }: GraphDocument): string {
  const plain = nodes.map(({ id, block, version, params, bind, as }) => [id, block, version, params, bind, as]);
  return JSON.stringify([plain, wires, roles, parameters, outputs, subgraphs]);
}
