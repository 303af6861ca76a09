import { applyChanges, type Change, changesBetween } from '#runtime/graph/changes.ts';
import { type Draft, sameValue } from '#runtime/graph/draft.ts';
import { type Merged, mergeDrafts } from '../_edits/merge.ts';

export interface Saved {
  readonly draft: Draft;
  readonly revision: number;
}
/** Work that the server does not have yet, with what it was made on. */
export interface Unsaved extends Saved {
  readonly mine: Draft;
  /** Batches of it that were sent on that revision, and of which it is not known whether they arrived. */
  readonly sent?: readonly string[] | undefined;
}
export type SaveState = 'saved' | 'saving' | 'offline' | 'refused';

/** What the server's log has after a revision: the edits in turn or, when that is too long ago or too much, the draft itself. */
export type Since =
  | { readonly revision: number; readonly edits: readonly { readonly batch: string; readonly changes: readonly Change[] }[] }
  | { readonly revision: number; readonly draft: Draft };

export interface DraftIo {
  /** @throws {DraftConflict} when the revision is not the newest; `DraftRefused` when the server will never take it; anything else = no connection. */
  save(revision: number, changes: readonly Change[], batch: string): Promise<{ revision: number }>;
  since(revision: number): Promise<Since>;
  /** Keeps unsaved work where it survives the page; undefined when all is saved. */
  keep(unsaved: Unsaved | undefined): void;
  /** Someone else's changes came in: show the draft, say what both changed. */
  merged(merged: Merged): void;
  state(state: SaveState, reason?: unknown): void;
  /** Runs `work` after `ms`; gives a function that calls it off. */
  later(work: () => void, ms: number): () => void;
}

export class DraftConflict extends Error {}
export class DraftRefused extends Error {}

/** Long enough to make one save of a burst of keys, short enough that others follow and that closing the tab loses nothing worth the name. */
const QUIET_MS = 250;
const RETRY_MS = 3_000;

/**
 * One page's end of the server's log of edits. The server takes an edit only on the newest revision, so all order and all conflicts are settled
 * here: who comes late takes the others' edits in, merges (three ways, from the last common state) and sends the rest of the own again. An edit
 * whose acknowledgement was lost comes back as somebody's and leaves nothing to send. A lost connection keeps the work and tries again.
 */
export class DraftSaver {
  private readonly io: DraftIo;
  private base: Saved;
  private mine: Draft;
  /** The newest revision that is known to be there. */
  private newest: number;
  private sent: string[];
  private underWay: Promise<boolean> | undefined;
  private callOff: (() => void) | undefined;
  private closed = false;

  constructor(io: DraftIo, base: Saved, { mine, sent = [] }: Pick<Unsaved, 'mine' | 'sent'> = { mine: base.draft }) {
    this.io = io;
    this.base = base;
    this.mine = mine;
    this.sent = [...sent];
    this.newest = base.revision;
    if (mine !== base.draft) this.plan(0);
  }

  get revision(): number {
    return this.base.revision;
  }
  get busy(): boolean {
    return this.underWay !== undefined;
  }
  get clean(): boolean {
    return !this.busy && this.settled;
  }
  private get settled(): boolean {
    return this.mine === this.base.draft && this.newest <= this.base.revision;
  }

  edited(draft: Draft): void {
    if (draft === this.mine) return;
    this.mine = draft;
    this.keep();
    if (!this.busy) {
      this.io.state('saving');
      this.plan(QUIET_MS);
    }
  }

  /** The server has this revision: somebody saved. */
  heard(revision: number): void {
    if (revision <= this.newest) return;
    this.newest = revision;
    if (!this.busy && !this.settled) this.plan(0);
  }

  /** Saves now: before a test or a deployment, and when the connection is back. Resolves when all is saved or cannot be. */
  async flush(): Promise<boolean> {
    this.callOff?.();
    while (!this.closed && !this.settled) {
      this.underWay ??= this.round().finally(() => {
        this.underWay = undefined;
      });
      if (!(await this.underWay)) return false;
    }
    return this.settled;
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
    const sent = this.mine;
    try {
      if (this.newest > this.base.revision) await this.takeIn();
      else {
        this.io.state('saving');
        const changes = changesBetween(this.base.draft, sent);
        if (changes.length === 0) this.mine = this.base.draft;
        else {
          const batch = crypto.randomUUID();
          this.sent.push(batch);
          this.keep();
          const { revision } = await this.io.save(this.base.revision, changes, batch);
          this.settle({ draft: sent, revision });
          this.newest = Math.max(this.newest, revision);
        }
      }
    } catch (error) {
      if (!(error instanceof DraftConflict)) return this.stay(error);
      try {
        await this.takeIn();
      } catch (unreachable) {
        return this.stay(unreachable);
      }
    }
    this.keep();
    this.io.state(this.mine === this.base.draft ? 'saved' : 'saving');
    return true;
  }

  /** What others saved goes under the own unsaved work. */
  private async takeIn(): Promise<void> {
    const heard = this.newest;
    const news = await this.io.since(this.base.revision);
    const edits = 'edits' in news ? news.edits : [];
    const [first] = edits;
    // The own edit that arrived though its acknowledgement did not: what was added by it is not somebody else's.
    const own = first && this.sent.includes(first.batch);
    const common = own ? applyChanges(this.base.draft, first.changes) : this.base.draft;
    const others = (own ? edits.slice(1) : edits).flatMap((edit) => edit.changes);
    const theirs = 'draft' in news ? news.draft : applyChanges(common, others);
    const merged = mergeDrafts(common, this.mine, theirs);
    this.settle({ draft: theirs, revision: news.revision });
    // What was announced before is what came; only what was announced meanwhile is still to come.
    if (this.newest === heard) this.newest = news.revision;
    this.mine = sameValue(merged.draft, theirs) ? theirs : merged.draft;
    this.io.merged({ ...merged, draft: this.mine });
  }

  private settle(base: Saved): void {
    this.base = base;
    this.newest = Math.max(this.newest, base.revision);
    this.sent = [];
  }

  private keep(): void {
    this.io.keep(this.mine === this.base.draft ? undefined : { ...this.base, mine: this.mine, sent: this.sent });
  }

  /** The work stays here; a refusal waits for the next edit, a lost connection for the next try. */
  private stay(error: unknown): false {
    this.keep();
    if (error instanceof DraftRefused) this.io.state('refused', error);
    else {
      this.io.state('offline', error);
      this.plan(RETRY_MS);
    }
    return false;
  }
}
