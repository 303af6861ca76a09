import { createHash } from 'node:crypto';
import { connectedTo, plain } from '#blocks/sdk/connection-words.ts';
import {
  type BrowseNode,
  type BrowsePage,
  ConnectorError,
  type ConnectorHost,
  type ReadResult,
  type Sample,
  type SampleSink,
  type Session,
  type SourceValue,
  type TagRequest,
  type TagValueType,
  type TestPart,
  type WriteResult,
} from '#blocks/sdk/connector.ts';
import { GOOD, quality } from '#runtime/batch/quality.ts';
import { type HttpClient, statusError } from '../http/request.ts';
import { pageOf } from '../page.ts';
import { asFailure, Polling } from '../polling.ts';
import { AgentError, type DataItem, type Observation, readDevices, readStreams, type Streams, UNITS } from './document.ts';

const SHORTEST_PERIOD_MS = 200;
/** An answer that took longer says too little of the agent's clock. */
const SLOW_ANSWER_MS = 500;
/** Observations of one answer. */
const MOST = 5000;
const MISSING = quality('bad', 'missing');

/** Follows an agent's buffer by sequence number: what happened between two questions, or two sessions, is in it. */
export class AgentSession implements Session {
  readonly #client: HttpClient;
  readonly #host: ConnectorHost;
  #items: ReadonlyMap<string, DataItem> = new Map();
  #polling: Polling | undefined;
  readonly #broken = new Set<number>();

  constructor(client: HttpClient, host: ConnectorHost) {
    this.#client = client;
    this.#host = host;
  }

  async start(): Promise<void> {
    try {
      this.#items = new Map(readDevices(await documentAt(this.#client, '/probe')).map((item) => [item.id, item]));
    } catch (error) {
      throw asAgentFailure(error, this.#client.where);
    }
  }

  async subscribe(tags: readonly TagRequest[], sink: SampleSink): Promise<void> {
    await this.#polling?.close();
    this.#polling = undefined;
    const known = tags.filter((tag) => {
      if (this.#items.has(tag.address)) return true;
      this.#host.event({ kind: 'address', tagId: tag.tagId, error: absent(tag.address) });
      return false;
    });
    if (known.length === 0) return;
    const follower = new Follower(this.#client, known, this.#host, sink, (tag, text) => this.#tell(tag, text));
    const periodMs = Math.max(SHORTEST_PERIOD_MS, Math.min(...known.map((tag) => tag.samplePeriodMs)));
    const read = (signal: AbortSignal) => follower.read(signal);
    this.#polling = new Polling([{ name: this.#client.where, periodMs, tags: known, read }], sink, (event) =>
      this.#host.event(event),
    );
  }

  #tell(tag: TagRequest, text?: string): void {
    if (text === undefined) {
      if (this.#broken.delete(tag.tagId)) this.#host.event({ kind: 'address', tagId: tag.tagId });
      return;
    }
    if (this.#broken.has(tag.tagId)) return;
    this.#broken.add(tag.tagId);
    const error = new ConnectorError('address', 'payload.type', {
      en: `${tag.address}: “${text.slice(0, 60)}” came, but the tag needs a ${tag.type}.`,
      zh: `${tag.address}：收到“${text.slice(0, 60)}”，而测点需要 ${tag.type}。`,
    });
    this.#host.event({ kind: 'address', tagId: tag.tagId, error });
  }

  async read(addresses: readonly { readonly address: string; readonly type: TagValueType }[]): Promise<readonly ReadResult[]> {
    let streams: Streams;
    try {
      streams = readStreams(await documentAt(this.#client, '/current'));
    } catch (error) {
      const { code, text } = asAgentFailure(error, this.#client.where);
      return addresses.map(() => failed(code, text));
    }
    const newest = new Map(streams.observations.map((one) => [one.id, one]));
    return addresses.map(({ address, type }): ReadResult => {
      const found = newest.get(address);
      if (!found) {
        const { code, text } = absent(address);
        return failed(code, text);
      }
      const value = typed(found, type);
      return { ...(value === undefined ? {} : { value }), quality: value === undefined ? MISSING : GOOD, time: streams.created };
    });
  }

  async write(): Promise<WriteResult> {
    return { ok: false, code: 'address.read-only', reason: 'MTConnect reads machines; it writes nothing to them.' };
  }

  /** Devices and components, then data items. */
  async browse(path: string, page?: string): Promise<BrowsePage> {
    const at = path === '' ? [] : path.split('/');
    const nodes = new Map<string, BrowseNode>();
    for (const item of this.#items.values()) {
      if (at.some((name, i) => item.place[i] !== name)) continue;
      const below = item.place[at.length];
      if (below !== undefined) {
        const folder = [...at, below].join('/');
        nodes.set(folder, { path: folder, name: below, folder: true });
      } else nodes.set(item.id, itemNode(item));
    }
    return pageOf([...nodes.values()], page);
  }

  async test(sample?: { readonly address: string; readonly type: TagValueType }): Promise<readonly TestPart[]> {
    const began = performance.now();
    const ms = () => performance.now() - began;
    try {
      await this.start();
    } catch (error) {
      const { part, code, text } = asAgentFailure(error, this.#client.where);
      return [{ part, ok: false, code, detail: text, ms: ms() }];
    }
    const parts: TestPart[] = [{ part: 'network', ok: true, detail: connectedTo(this.#client.where), ms: ms() }];
    if (!sample) return parts;
    const [result] = await this.read([sample]);
    if (result?.error) parts.push({ part: 'address', ok: false, code: result.error.code, detail: result.error.reason, ms: ms() });
    else
      parts.push({
        part: 'address',
        ok: true,
        detail: plain(`${sample.address} = ${String(result?.value ?? 'UNAVAILABLE')}`),
        ms: ms(),
      });
    return parts;
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#polling?.close();
  }
}

/** A document of the agent; its own errors come with any status. */
async function documentAt(client: HttpClient, path: string, signal?: AbortSignal): Promise<string> {
  const answer = await client.exchange('GET', path, signal ? { signal } : {});
  const text = answer.body.toString('utf8');
  const failure = text.includes('MTConnectError') ? undefined : statusError(answer, `${client.where}${path}`);
  if (failure) throw failure;
  return text;
}

/** How far an agent's buffer is in the log; numbers begin anew with the instance. */
interface Place {
  readonly instance: string;
  readonly next: number;
}
const isPlace = (kept: unknown): kept is Place =>
  typeof kept === 'object' && kept !== null && 'instance' in kept && typeof (kept as Place).next === 'number';

class Follower {
  readonly #client: HttpClient;
  readonly #tags: ReadonlyMap<string, readonly TagRequest[]>;
  readonly #host: ConnectorHost;
  readonly #sink: SampleSink;
  readonly #broken: (tag: TagRequest, text?: string) => void;
  #place: Place | undefined;
  #begun = false;
  /** Until the first time that nothing is left in the buffer, an earlier process may have taken some of it. */
  #caughtUp = false;
  /** When each tag was last told, by the agent's clock. */
  readonly #told = new Map<number, number>();

  constructor(
    client: HttpClient,
    tags: readonly TagRequest[],
    host: ConnectorHost,
    sink: SampleSink,
    broken: (tag: TagRequest, text?: string) => void,
  ) {
    this.#client = client;
    this.#tags = Map.groupBy(tags, (tag) => tag.address);
    this.#host = host;
    this.#sink = sink;
    this.#broken = broken;
  }

  async read(signal: AbortSignal): Promise<readonly Sample[]> {
    if (!this.#begun) {
      const kept = await this.#host.kept();
      this.#place = isPlace(kept) ? kept : undefined;
      this.#begun = true;
    }
    try {
      while (!signal.aborted) if (!(await this.#more(signal))) break;
    } catch (error) {
      throw asAgentFailure(error, this.#client.where);
    }
    return [];
  }

  /** One answer of the agent; true when there is more. */
  async #more(signal: AbortSignal): Promise<boolean> {
    const place = this.#place;
    if (!place || this.#unconfirmed()) {
      const current = await this.#ask('/current', signal);
      if (!place || place.instance !== current.instance) {
        if (place) this.#lost('the agent was started anew');
        await this.#give(current, (one) => one.time);
        await this.#keep({ instance: current.instance, next: current.next });
        return false;
      }
      // what did not change is as old as the agent's clock says now; what did change follows from the buffer
      await this.#give(current, (one) => (one.sequence < place.next ? current.created : undefined));
    }
    const from = this.#place ?? place;
    if (!from) return false;
    let sample: Streams;
    try {
      sample = await this.#ask(`/sample?from=${from.next}&count=${MOST}`, signal);
    } catch (error) {
      if (!(error instanceof AgentError) || error.code !== 'OUT_OF_RANGE') throw error;
      // the buffer has moved past what was not read yet, or belongs to a new instance
      this.#lost('the agent’s buffer does not reach back to what was read last');
      this.#place = undefined;
      return true;
    }
    if (sample.instance !== from.instance) {
      this.#lost('the agent was started anew');
      this.#place = undefined;
      return true;
    }
    await this.#give(sample, (one) => one.time);
    const more = sample.next > from.next && sample.observations.length >= MOST;
    if (sample.next !== from.next) await this.#keep({ instance: sample.instance, next: sample.next });
    this.#caughtUp ||= !more;
    return more;
  }

  async #ask(path: string, signal: AbortSignal): Promise<Streams> {
    const asked = performance.now();
    const streams = readStreams(await documentAt(this.#client, path, signal));
    // the agent says when it answered
    if (Number.isFinite(streams.created) && performance.now() - asked < SLOW_ANSWER_MS)
      this.#host.event({ kind: 'clock', aheadMs: streams.created - Date.now() });
    return streams;
  }

  #unconfirmed(): boolean {
    const now = Date.now();
    return [...this.#tags.values()].flat().some((tag) => now - (this.#told.get(tag.tagId) ?? 0) > tag.confirmMs);
  }

  #lost(reason: string): void {
    this.#host.event({ kind: 'gap', tagIds: [...this.#tags.values()].flat().map((tag) => tag.tagId), reason });
  }

  /** Every observation is a message with a print of its own: after a kill the log tells which it has. */
  async #give(streams: Streams, timeOf: (one: Observation) => number | undefined): Promise<void> {
    const stored: Promise<void>[] = [];
    for (const one of streams.observations) {
      const tags = this.#tags.get(one.id);
      const time = timeOf(one);
      if (!tags || time === undefined || Number.isNaN(time)) continue;
      const samples = tags.map((tag): Sample => {
        const value = typed(one, tag.type);
        this.#told.set(tag.tagId, Date.now());
        this.#broken(tag, value === undefined ? one.text : undefined);
        return value === undefined
          ? { tagId: tag.tagId, time, quality: MISSING }
          : { tagId: tag.tagId, time, value, quality: GOOD };
      });
      const print = createHash('sha1').update(`${streams.instance} ${one.sequence} ${one.id} ${time}`).digest().readBigUInt64LE();
      stored.push(this.#sink(samples, { message: { print, again: !this.#caughtUp } }));
    }
    await Promise.all(stored);
  }

  async #keep(place: Place): Promise<void> {
    this.#place = place;
    await this.#host.keep(place);
  }
}

function typed(one: Observation, type: TagValueType): SourceValue | undefined {
  const { text } = one;
  if (text === undefined) return undefined;
  if (type === 'text') return text;
  if (type === 'wave') {
    const values = Float32Array.from(text.trim().split(/\s+/), Number);
    return one.rate !== undefined && one.rate > 0 && values.every((v) => Number.isFinite(v))
      ? { t0: one.time, rate: one.rate, values }
      : undefined;
  }
  if (type === 'boolean') {
    if (/^(ON|TRUE|YES|ACTIVE|AVAILABLE)$/.test(text)) return true;
    return /^(OFF|FALSE|NO|INACTIVE)$/.test(text) ? false : undefined;
  }
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function itemNode(item: DataItem): BrowseNode {
  const type: TagValueType = item.category === 'SAMPLE' ? (item.type.endsWith('TIME_SERIES') ? 'wave' : 'number') : 'text';
  const unit = item.units === undefined ? undefined : UNITS[item.units];
  const kind = [item.type, item.subType].filter(Boolean).join(' ');
  return {
    path: item.id,
    name: item.name === item.id ? `${item.id} (${kind})` : `${item.name} (${kind})`,
    folder: false,
    address: item.id,
    suggested: { name: item.name, type, access: 'r', ...(unit ? { unit } : {}) },
  };
}

const absent = (id: string) =>
  new ConnectorError('address', 'mtconnect.item', {
    en: `The agent has no data item “${id}”. Browse it, or see its /probe document.`,
    zh: `代理中没有数据项“${id}”。请浏览代理或查看其 /probe 文档。`,
  });
function asAgentFailure(error: unknown, where: string): ConnectorError {
  if (!(error instanceof AgentError)) return asFailure(error, where);
  return new ConnectorError('session', 'mtconnect.answer', {
    en: `${where} does not answer as an MTConnect agent (${error.code}: ${error.message})`,
    zh: `${where} 的应答不符合 MTConnect（${error.code}：${error.message}）`,
  });
}
const failed = (code: string, reason: { readonly en: string; readonly zh: string }): ReadResult => ({
  quality: MISSING,
  time: Date.now(),
  error: { code, reason },
});
