import { plain } from '#blocks/sdk/connection-words.ts';
import {
  type BrowsePage,
  type CommandResult,
  ConnectorError,
  type ConnectorHost,
  type FollowedValue,
  messageOf,
  type Offer,
  type ReadResult,
  type Session,
  type TagRequest,
  type TestPart,
  type WriteResult,
} from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { quality } from '#runtime/batch/quality.ts';
import { pageOf } from '../page.ts';
import type { Point } from './points.ts';

/** Who may be written is looked up this often. */
const LOOK_MS = 3_000;
const MISSING = quality('bad', 'missing');

export const writesField = field(z.string().max(50_000).default(''), {
  title: { en: 'May be written', zh: '允许写入' },
  help: {
    en: 'Tags that others may write, one a line; * stands for any letters; empty: none. The tag must be writable, and limits, rate and read-back are those of every write.',
    zh: '允许外部写入的变量，每行一个；* 代表任意字符；留空则全部只读。变量本身须可写，并同样检查限值、频率和回读。',
  },
  field: 'text-area',
});
const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** What every connection that shows listed points does; the protocol says how they are shown. It has no tags of its own. */
export abstract class PublishedSession<A> implements Session {
  protected readonly host: ConnectorHost;
  protected readonly points: readonly Point<A>[];
  readonly #writes: readonly string[];
  #offers = new Map<string, Offer>();
  readonly #newest = new Map<string, FollowedValue>();
  #end: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(host: ConnectorHost, points: readonly Point<A>[], writes: string) {
    this.host = host;
    this.points = points;
    this.#writes = linesOf(writes);
  }

  /** Where it is shown, in words: the first line of a test. */
  protected abstract where(): TestPart;
  protected abstract clients(): number;
  /** These changed. */
  protected changed(_values: readonly FollowedValue[]): void {}

  protected async begin(): Promise<void> {
    await this.#look();
    this.#end = await this.host.follow([...new Set(this.points.map(({ name }) => name))], (values) => {
      for (const value of values) this.#newest.set(value.name, value);
      this.changed(values);
    });
    this.#timer = setInterval(() => {
      this.#look().catch((error) => this.host.log('debug', 'what may be written is not looked up', { error: messageOf(error) }));
    }, LOOK_MS);
    this.tell();
  }
  async #look(): Promise<void> {
    const names = new Set(this.points.map(({ name }) => name));
    const offers = this.#writes.length === 0 ? [] : await this.host.offers(this.#writes);
    this.#offers = new Map(offers.filter(({ name }) => names.has(name)).map((offer) => [offer.name, offer]));
  }
  protected tell(): void {
    this.host.event({ kind: 'published', variables: this.points.length, clients: this.clients() });
  }

  protected newest(name: string): FollowedValue | undefined {
    return this.#newest.get(name);
  }
  /** Is it listed as writable, and the tag too? */
  protected mayWrite(name: string): boolean {
    return this.#offers.get(name)?.writable ?? false;
  }
  protected command(name: string, value: number, by: string): Promise<CommandResult> {
    return this.host.command(name, value, by);
  }

  async subscribe(tags: readonly TagRequest[]): Promise<void> {
    for (const { tagId, address } of tags) {
      const error = new ConnectorError('address', 'published.no-tags', noTags(address));
      this.host.event({ kind: 'address', tagId, error });
    }
  }

  async read(addresses: readonly { readonly address: string }[]): Promise<readonly ReadResult[]> {
    return addresses.map(({ address }): ReadResult => {
      const point = this.points.find((one) => one.text === address);
      const newest = point && this.#newest.get(point.name);
      if (!point || !newest)
        return { quality: MISSING, time: Date.now(), error: { code: 'published.no-tags', reason: noTags(address) } };
      const { error, value, quality, time } = newest;
      return { value, quality, time, ...(error ? { error: { code: error.code, reason: error.text } } : {}) };
    });
  }

  async write(address: string): Promise<WriteResult> {
    const reason = `“${address}” is shown to others; it is written where it comes from.`;
    return { ok: false, code: 'address.read-only', reason };
  }

  async browse(_path: string, page?: string): Promise<BrowsePage> {
    const nodes = this.points.map(({ text, name }) => {
      const newest = this.#newest.get(name);
      const { type = 'number', unit, value } = newest ?? {};
      return {
        path: text,
        name: `${text} = ${name}`,
        folder: false,
        suggested: { type, access: this.mayWrite(name) ? ('rw' as const) : ('r' as const), ...(unit ? { unit } : {}) },
        ...(value === undefined ? {} : { value: String(value).slice(0, 80) }),
      };
    });
    return pageOf(nodes, page);
  }

  async test(sample?: { readonly address: string }): Promise<readonly TestPart[]> {
    const wrong = this.points.flatMap(({ name }) => this.#newest.get(name)?.error ?? []);
    const [first] = wrong;
    const parts: TestPart[] = [
      this.where(),
      {
        part: 'session',
        ok: true,
        ms: 0,
        detail: {
          en: `Shows ${this.points.length} variables; clients connected: ${this.clients()}.`,
          zh: `已发布 ${this.points.length} 个变量；已连接客户端 ${this.clients()} 个。`,
        },
      },
      ...(first ? [{ part: 'address', ok: false, code: first.code, detail: first.text, ms: 0 } as const] : []),
    ];
    if (!sample || first) return parts;
    const [result] = await this.read([sample]);
    return [
      ...parts,
      result?.error
        ? { part: 'address', ok: false, code: result.error.code, detail: result.error.reason, ms: 0 }
        : { part: 'address', ok: true, detail: plain(`${sample.address} = ${String(result?.value ?? '–')}`), ms: 0 },
    ];
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#end?.();
  }
}

export const noTags = (address: string) => ({
  en: `“${address}” cannot be a tag of this connection: what it shows stands in its settings.`,
  zh: `“${address}”不能作为此连接的测点；发布内容在设置中填写。`,
});
