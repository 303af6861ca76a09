import { driverSaid } from '#blocks/sdk/connection-words.ts';
import type { ConnectorError, ReadResult, Sample, SampleSink, SessionEvent } from '#blocks/sdk/connector.ts';
import { ConnectorError as Failure, messageOf } from '#blocks/sdk/connector.ts';
import { GOOD, quality } from '#runtime/batch/quality.ts';
import type { Link } from './link.ts';
import { type PlannedTag, planReads, type ReadGroup } from './plan.ts';
import { decode } from './registers.ts';

const LINK_LOST = quality('bad', 'link');
/** A unit that does not answer is asked again after 1 s, then twice as long each time; others never wait for it. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** An address that the device refuses is asked again this often: it may be configured later. */
const REFUSED_PAUSE_MS = 60_000;

interface Due {
  readonly group: ReadGroup;
  at: number;
}

/** Polls one unit on its own clock, link and back-off. */
export class UnitPoller {
  readonly #unit: number;
  readonly #link: Link;
  readonly #sink: SampleSink;
  readonly #report: (event: SessionEvent) => void;
  readonly #due: Due[];
  readonly #tags: readonly PlannedTag[];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #pauseMs = 0;
  #state: 'unknown' | 'live' | 'failed' = 'unknown';
  #failure: ConnectorError | undefined;

  constructor(unit: number, tags: readonly PlannedTag[], link: Link, sink: SampleSink, report: (event: SessionEvent) => void) {
    this.#unit = unit;
    this.#link = link;
    this.#sink = sink;
    this.#report = report;
    this.#tags = tags;
    this.#due = planReads(tags).map((group) => ({ group, at: Date.now() }));
    this.#done = this.#poll();
  }

  /** Why it is away; undefined while it answers or was not asked yet. */
  get failure(): ConnectorError | undefined {
    return this.#failure;
  }

  async #poll(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const next = this.#due.reduce((a, b) => (b.at < a.at ? b : a));
      const wait = next.at - Date.now();
      if (wait > 0) {
        await this.#sleep(wait);
        continue;
      }
      const failure = await this.#readGroup(next);
      if (this.#stop.signal.aborted) return;
      if (failure) {
        this.#fail(failure);
        await this.#sleep(this.#pauseMs * (0.8 + 0.4 * Math.random()));
      }
    }
  }

  /** Reads one group and plans its next time; gives the failure when the unit itself is away. */
  async #readGroup(due: Due): Promise<ConnectorError | undefined> {
    const { group } = due;
    // on the grid of its period; what was missed is not made up
    due.at = (Math.floor(Date.now() / group.periodMs) + 1) * group.periodMs;
    try {
      const raw = await this.#link.read(group.unit, group.area, group.start, group.count);
      this.#live();
      this.#give(valuesOf(group, raw, Date.now()));
    } catch (error) {
      const failure = asFailure(error);
      if (failure.part !== 'address') return failure;
      this.#live();
      this.#refused(due, failure);
    }
    return undefined;
  }

  /** One bad register must not take its neighbours along: the group is cut into single tags; a single tag is reported and asked rarely. */
  #refused(due: Due, failure: ConnectorError): void {
    const [only, ...more] = due.group.tags;
    if (!only) return;
    this.#due.splice(this.#due.indexOf(due), 1);
    if (more.length > 0) {
      for (const planned of due.group.tags) {
        for (const group of planReads([planned])) this.#due.push({ group, at: Date.now() });
      }
      return;
    }
    this.#due.push({ group: due.group, at: Date.now() + REFUSED_PAUSE_MS });
    this.#report({ kind: 'address', tagId: only.tag.tagId, error: failure });
    this.#give([{ tagId: only.tag.tagId, time: Date.now(), quality: quality('bad', 'missing') }]);
  }

  #live(): void {
    this.#pauseMs = 0;
    this.#failure = undefined;
    if (this.#state === 'live') return;
    this.#state = 'live';
    this.#report({ kind: 'device', device: String(this.#unit), state: 'live' });
  }

  #fail(failure: ConnectorError): void {
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2));
    const changed = this.#failure?.code !== failure.code;
    this.#failure = failure;
    if (changed) this.#report({ kind: 'device', device: String(this.#unit), state: 'failed', reason: failure.text });
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    const time = Date.now();
    this.#give(this.#tags.map(({ tag }) => ({ tagId: tag.tagId, time, quality: LINK_LOST })));
  }

  #give(samples: readonly Sample[]): void {
    // registers cannot be asked for again: the gateway spools, so there is nothing to wait for here
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
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
    });
  }

  /** The link is closed by its owner first, so that a request under way ends at once. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}

export const asFailure = (error: unknown): ConnectorError =>
  error instanceof Failure ? error : new Failure('device', 'modbus.failed', driverSaid('Modbus', messageOf(error)));

export function valuesOf(group: ReadGroup, raw: Buffer, time: number): Sample[] {
  const bits = group.area === 'coil' || group.area === 'discrete';
  return group.tags.map(({ tag, address }) => {
    const at = address.register - group.start;
    const value = bits ? (raw[at] ?? 0) : decode(address, raw.subarray(2 * at, 2 * (at + address.width)));
    if (Number.isNaN(value)) return { tagId: tag.tagId, time, quality: quality('bad', 'sensor-fault') };
    return { tagId: tag.tagId, time, value: tag.type === 'boolean' ? value !== 0 : value, quality: GOOD };
  });
}

export const failedRead = (failure: ConnectorError): ReadResult => ({
  quality: failure.part === 'address' ? quality('bad', 'missing') : LINK_LOST,
  time: Date.now(),
  error: { code: failure.code, reason: failure.text },
});
