import { plain } from '#blocks/sdk/connection-words.ts';
import {
  type BrowseNode,
  type BrowsePage,
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
import { quality } from '#runtime/batch/quality.ts';
import type { ServerSettings } from './connector.ts';
import { clientOf, type OpenServer, openServer } from './server.ts';
import { PublishedSpace } from './space.ts';

/** What is shown is brought in line with what there is this often. */
const LOOK_MS = 3_000;
const PAGE = 100;
const MISSING = quality('bad', 'missing');
const unknown = (name: string) =>
  new ConnectorError('address', 'published.unknown', {
    en: `“${name}” is not shown. Name it in the settings under “Shows”.`,
    zh: `未发布“${name}”，请在设置的“发布内容”中填写。`,
  });
const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** A server that runs, and the values that it shows. */
export class OpcuaServerSession implements Session {
  readonly #settings: ServerSettings;
  readonly #host: ConnectorHost;
  readonly #open: OpenServer;
  readonly #space: PublishedSpace;
  readonly #clients = new Set<unknown>();
  #offers: readonly Offer[] = [];
  #follow: { readonly names: string; readonly end: () => void } | undefined;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(settings: ServerSettings, host: ConnectorHost, open: OpenServer) {
    this.#settings = settings;
    this.#host = host;
    this.#open = open;
    const space = open.server.engine.addressSpace;
    if (!space) throw new Error('a server that runs has an address space');
    this.#space = new PublishedSpace(space, (name, value, context) => host.command(name, value, clientOf(context)));
    open.server.on('session_activated', (session) => {
      this.#clients.add(session);
      this.#tell();
    });
    open.server.on('session_closed', (session) => {
      this.#clients.delete(session);
      this.#tell();
    });
  }

  static async open(settings: ServerSettings, password: string, host: ConnectorHost): Promise<OpcuaServerSession> {
    if (settings.signIn !== 'certificate' && (settings.username === '' || password === ''))
      throw new ConnectorError('permission', 'opcua-server.no-user', {
        en: 'Clients sign in with a user name and a password: set both, or let trusted certificates be enough.',
        zh: '客户端须用用户名和密码登录：请设置二者，或改为仅使用受信任的证书。',
      });
    const session = new OpcuaServerSession(settings, host, await openServer(settings, password, host));
    try {
      await session.#look();
    } catch (error) {
      await session.close();
      throw error;
    }
    session.#timer = setInterval(() => {
      session.#looking ??= session
        .#look()
        .then(
          () => session.#space.away(false),
          (error) => {
            session.#space.away(true);
            host.log('debug', 'what is shown is not looked up', { error: messageOf(error) });
          },
        )
        .finally(() => {
          session.#looking = undefined;
        });
    }, LOOK_MS);
    return session;
  }

  get #where(): string {
    return `opc.tcp://${this.#settings.host}:${this.#settings.port}`;
  }

  async #look(): Promise<void> {
    const writable = new Set(
      (await this.#host.offers(lines(this.#settings.writes))).flatMap(({ name, writable }) => (writable ? [name] : [])),
    );
    const shown = await this.#host.offers(lines(this.#settings.shows));
    if (this.#closed) return;
    this.#offers = shown.map((offer) => ({ ...offer, writable: writable.has(offer.name) }));
    this.#space.set(this.#offers);
    const names = this.#offers.map(({ name }) => name);
    const mark = JSON.stringify(this.#offers);
    if (this.#follow?.names !== mark) {
      this.#follow?.end();
      this.#follow = undefined;
      const end = await this.#host.follow(names, (values) => this.#give(values));
      if (this.#closed) end();
      else this.#follow = { names: mark, end };
    }
    this.#tell();
  }

  #give(values: readonly FollowedValue[]): void {
    if (!this.#closed) this.#space.give(values.filter(({ error }) => !error));
  }
  #tell(): void {
    if (!this.#closed) this.#host.event({ kind: 'published', variables: this.#space.size, clients: this.#clients.size });
  }

  async subscribe(tags: readonly TagRequest[]): Promise<void> {
    for (const { tagId, address } of tags) this.#host.event({ kind: 'address', tagId, error: unknown(address) });
  }

  async read(addresses: readonly { readonly address: string }[]): Promise<readonly ReadResult[]> {
    return addresses.map(({ address }): ReadResult => {
      const newest = this.#space.newest(address);
      if (newest) return { value: newest.value, quality: newest.quality, time: newest.time };
      const { code, text } = unknown(address);
      return { quality: MISSING, time: Date.now(), error: { code, reason: text } };
    });
  }

  async write(address: string): Promise<WriteResult> {
    return {
      ok: false,
      code: 'address.read-only',
      reason: `“${address}” is shown to others; it is written where it comes from.`,
    };
  }

  /** What is shown, as clients see it. */
  async browse(path: string, page?: string): Promise<BrowsePage> {
    const here = path === '' ? [] : path.split('/');
    const under = this.#offers.filter((offer) => here.every((name, i) => offer.path[i] === name));
    const folders = [...new Set(under.flatMap((offer) => offer.path.slice(here.length, here.length + 1)))].sort();
    const nodes = [
      ...folders.map((name): BrowseNode => ({ path: [...here, name].join('/'), name, folder: true })),
      ...under.filter((offer) => offer.path.length === here.length).map((offer) => this.#node(offer)),
    ];
    const from = Number(page ?? 0);
    return { nodes: nodes.slice(from, from + PAGE), ...(nodes.length > from + PAGE ? { next: String(from + PAGE) } : {}) };
  }

  #node({ name, type, unit, low, high, writable }: Offer): BrowseNode {
    const value = this.#space.newest(name)?.value;
    return {
      path: name,
      name,
      folder: false,
      address: name,
      suggested: {
        type,
        access: writable ? 'rw' : 'r',
        ...(unit ? { unit } : {}),
        ...(low === undefined ? {} : { low }),
        ...(high === undefined ? {} : { high }),
      },
      ...(value === undefined ? {} : { value: String(value).slice(0, 80) }),
    };
  }

  async test(sample?: { readonly address: string }): Promise<readonly TestPart[]> {
    const parts: TestPart[] = [
      { part: 'network', ok: true, ms: 0, detail: { en: `Listens at ${this.#where}.`, zh: `正在监听 ${this.#where}。` } },
      {
        part: 'session',
        ok: true,
        ms: 0,
        detail: {
          en: `Shows ${this.#space.size} variables; clients connected: ${this.#clients.size}.`,
          zh: `已发布 ${this.#space.size} 个变量；已连接客户端 ${this.#clients.size} 个。`,
        },
      },
    ];
    if (!sample) return parts;
    const newest = this.#space.newest(sample.address);
    const wrong = unknown(sample.address);
    return [
      ...parts,
      newest
        ? { part: 'address', ok: true, detail: plain(`${sample.address} = ${String(newest.value ?? '–')}`), ms: 0 }
        : { part: 'address', ok: false, code: wrong.code, detail: wrong.text, ms: 0 },
    ];
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#follow?.end();
    await this.#looking;
    await this.#open.close();
  }
}
