import type { GraphDocument } from '#runtime/graph/document.ts';
import { type Collision, mergeGraphs } from '../_edits/merge.ts';

export interface Saved {
  readonly graph: GraphDocument;
  readonly revision: number;
}
/** Work that the server does not have yet, with what it was made on. */
export interface Unsaved extends Saved {
  readonly mine: GraphDocument;
}
export type SaveState = 'saved' | 'saving' | 'offline' | 'refused';

export interface DraftIo {
  /** @throws {DraftConflict} when the revision is not the newest; `DraftRefused` when the server will never take it; anything else = no connection. */
  save(revision: number, graph: GraphDocument): Promise<{ revision: number }>;
  load(): Promise<Saved>;
  /** Keeps unsaved work where it survives the page; undefined when all is saved. */
  keep(unsaved: Unsaved | undefined): void;
  /** Someone else's changes came in: show `document`, say what both changed. */
  merged(document: GraphDocument, theirs: GraphDocument, collisions: readonly Collision[]): void;
  state(state: SaveState, reason?: unknown): void;
  /** Runs `work` after `ms`; gives a function that calls it off. */
  later(work: () => void, ms: number): () => void;
}

export class DraftConflict extends Error {}
export class DraftRefused extends Error {}

/** Long enough to make one save of a burst of keys, short enough that closing the tab loses nothing worth the name. */
const QUIET_MS = 400;
const RETRY_MS = 3_000;

/**
 * Saves every edit, one save at a time, in the background. A lost connection keeps the work and tries again; a save by someone else is
 * merged in (three ways, from the last common state) and saved on top.
 */
export class DraftSaver {
  private readonly io: DraftIo;
  private base: Saved;
  private mine: GraphDocument;
  private busy = false;
  private callOff: (() => void) | undefined;
  private closed = false;

  constructor(io: DraftIo, base: Saved, mine: GraphDocument = base.graph) {
    this.io = io;
    this.base = base;
    this.mine = mine;
    if (mine !== base.graph) this.plan(0);
  }

  get revision(): number {
    return this.base.revision;
  }
  get clean(): boolean {
    return !this.busy && this.mine === this.base.graph;
  }

  edited(document: GraphDocument): void {
    if (document === this.mine) return;
    this.mine = document;
    this.io.keep(document === this.base.graph ? undefined : { ...this.base, mine: document });
    if (!this.busy) {
      this.io.state('saving');
      this.plan(QUIET_MS);
    }
  }

  /** Saves now: before a test or a deployment, and when the connection is back. Resolves when all is saved or cannot be. */
  async flush(): Promise<boolean> {
    this.callOff?.();
    while (!this.closed && this.mine !== this.base.graph) {
      if (this.busy) await new Promise<void>((resolve) => this.io.later(resolve, 20));
      else if (!(await this.round())) return false;
    }
    return this.mine === this.base.graph;
  }

  close(): void {
    this.closed = true;
    this.callOff?.();
  }

  private plan(ms: number): void {
    this.callOff?.();
    if (!this.closed) this.callOff = this.io.later(() => void this.flush(), ms);
  }

  private async round(): Promise<boolean> {
    this.busy = true;
    this.io.state('saving');
    const sent = this.mine;
    try {
      const { revision } = await this.io.save(this.base.revision, sent);
      this.base = { graph: sent, revision };
    } catch (error) {
      if (!(error instanceof DraftConflict)) return this.stay(error);
      try {
        const theirs = await this.io.load();
        const { document, collisions } = mergeGraphs(this.base.graph, this.mine, theirs.graph);
        this.base = theirs;
        this.mine = JSON.stringify(document) === JSON.stringify(theirs.graph) ? theirs.graph : document;
        this.io.merged(this.mine, theirs.graph, collisions);
      } catch (unreachable) {
        return this.stay(unreachable);
      }
    } finally {
      this.busy = false;
    }
    const done = this.mine === this.base.graph;
    this.io.keep(done ? undefined : { ...this.base, mine: this.mine });
    this.io.state(done ? 'saved' : 'saving');
    return true;
  }

  /** The work stays here; a refusal waits for the next edit, a lost connection for the next try. */
  private stay(error: unknown): false {
    this.busy = false;
    this.io.keep({ ...this.base, mine: this.mine });
    if (error instanceof DraftRefused) this.io.state('refused', error);
    else {
      this.io.state('offline', error);
      this.plan(RETRY_MS);
    }
    return false;
  }
}
