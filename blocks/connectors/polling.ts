import { driverSaid } from '#blocks/sdk/connection-words.ts';
import {
  ConnectorError,
  messageOf,
  type Sample,
  type SampleSink,
  type SessionEvent,
  type TagRequest,
} from '#blocks/sdk/connector.ts';
import { quality } from '#runtime/batch/quality.ts';

const LINK_LOST = quality('bad', 'link');
/** What fails is asked again after 1 s, then twice as long each time; the others never wait for it. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** What one question to the source brings: the tags that share a document, a query, a file. */
export interface PollGroup {
  /** Shown to a person as the device: a path, a table. */
  readonly name: string;
  readonly periodMs: number;
  readonly tags: readonly TagRequest[];
  /** One question; throws what `ConnectorError` names. Samples of single tags that failed are bad ones. */
  read(signal: AbortSignal): Promise<readonly Sample[]>;
}

/** Asks every group on the grid of its own period, with its own back-off; what was missed is not made up. */
export class Polling {
  readonly #groups: readonly Group[];
  readonly #report: (event: SessionEvent) => void;

  constructor(groups: readonly PollGroup[], sink: SampleSink, report: (event: SessionEvent) => void) {
    this.#report = report;
    this.#groups = groups.map((group) => new Group(group, sink, (event) => this.#told(event)));
  }

  /** When nothing can be reached because the network is away, the session is over: the gateway's back-off takes it from there. */
  #told(event: SessionEvent): void {
    this.#report(event);
    const failures = this.#groups.map((group) => group.failure);
    const [first] = failures;
    if (first && failures.every((failure) => failure?.part === 'network')) this.#report({ kind: 'lost', error: first });
  }

  async close(): Promise<void> {
    await Promise.all(this.#groups.map((group) => group.close()));
  }
}

class Group {
  readonly #group: PollGroup;
  readonly #sink: SampleSink;
  readonly #report: (event: SessionEvent) => void;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #pauseMs = 0;
  #state: 'unknown' | 'live' | 'failed' = 'unknown';
  failure: ConnectorError | undefined;

  constructor(group: PollGroup, sink: SampleSink, report: (event: SessionEvent) => void) {
    this.#group = group;
    this.#sink = sink;
    this.#report = report;
    this.#done = this.#poll();
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stop;
    await this.#sleep(0); // the owner has its groups by then
    while (!signal.aborted) {
      const { periodMs } = this.#group;
      const next = (Math.floor(Date.now() / periodMs) + 1) * periodMs;
      try {
        const samples = await this.#group.read(signal);
        if (signal.aborted) return;
        this.#live();
        this.#give(samples);
        await this.#sleep(next - Date.now());
      } catch (error) {
        if (signal.aborted) return;
        this.#fail(asFailure(error, this.#group.name));
        await this.#sleep(this.#pauseMs * (0.8 + 0.4 * Math.random()));
      }
    }
  }

  #live(): void {
    this.#pauseMs = 0;
    this.failure = undefined;
    if (this.#state === 'live') return;
    this.#state = 'live';
    this.#report({ kind: 'device', device: this.#group.name, state: 'live' });
  }

  #fail(failure: ConnectorError): void {
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2));
    const changed = this.failure?.code !== failure.code;
    this.failure = failure;
    if (this.#state !== 'failed') {
      this.#state = 'failed';
      const time = Date.now();
      this.#give(this.#group.tags.map(({ tagId }) => ({ tagId, time, quality: LINK_LOST })));
    }
    if (changed) this.#report({ kind: 'device', device: this.#group.name, state: 'failed', reason: failure.text });
  }

  #give(samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    // what was asked cannot be asked for again: the gateway spools, so there is nothing to wait for here
    this.#sink(samples).catch(() => {});
  }

  #sleep(ms: number): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, Math.max(0, ms));
      signal.addEventListener('abort', end);
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}

export const asFailure = (error: unknown, where: string): ConnectorError =>
  error instanceof ConnectorError ? error : new ConnectorError('device', 'device.failed', driverSaid(where, messageOf(error)));
