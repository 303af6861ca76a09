/** A host for sessions under test: keeps what they tell, and gives them an address of their own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CertificateFacts,
  type CommandResult,
  ConnectorError,
  type ConnectorHost,
  type FollowedValue,
  type InboundHandler,
  type Offer,
  type SessionEvent,
} from '#blocks/sdk/connector.ts';
import { receive, refusal } from './inbound/receive.ts';

export class TestHost implements ConnectorHost {
  readonly connectionId = '00000000-0000-7000-8000-000000000001';
  readonly events: SessionEvent[] = [];
  readonly certificates: CertificateFacts[] = [];
  decision: 'trusted' | 'pending' | 'rejected' = 'trusted';
  #folder: Promise<string> | undefined;

  folder(): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'mw-conn-'));
    return this.#folder;
  }
  log(): void {}
  event(event: SessionEvent): void {
    this.events.push(event);
  }
  async certificate(facts: CertificateFacts) {
    this.certificates.push(facts);
    return this.decision;
  }
  #handler: InboundHandler | undefined;
  #server: Server | undefined;
  /** Where others can send to this connection; listens once asked for. */
  async address(): Promise<string> {
    if (!this.#server) {
      this.#server = createServer((request, response) => {
        const handler = this.#handler ?? (async () => refusal(503, 'away', 'Nobody listens.'));
        void receive(request, response, request.url ?? '/', handler);
      });
      const server = this.#server;
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    const at = this.#server.address();
    if (typeof at !== 'object' || at === null) throw new Error('no port');
    return `http://127.0.0.1:${at.port}`;
  }
  #kept: unknown;
  async kept(): Promise<unknown> {
    return this.#kept;
  }
  async keep(value: unknown): Promise<void> {
    this.#kept = value;
  }
  inbound(handler: InboundHandler): () => void {
    this.#handler = handler;
    return () => {
      this.#handler = undefined;
    };
  }
  readonly #published = new Map<string, FollowedValue>();
  readonly #followers = new Set<(values: readonly FollowedValue[]) => void>();
  /** What the platform holds under a name, for connections that show it to others. */
  publish(name: string, value: number | boolean | string | undefined, more: Partial<FollowedValue> = {}): void {
    const type = typeof value === 'boolean' ? 'boolean' : typeof value === 'string' ? 'text' : 'number';
    const one = { name, type, quality: 0, time: Date.now(), ...(value === undefined ? {} : { value }), ...more } as const;
    this.#published.set(name, one);
    for (const give of this.#followers) give([one]);
  }
  async follow(names: readonly string[], give: (values: readonly FollowedValue[]) => void): Promise<() => void> {
    const error = new ConnectorError('address', 'published.unknown', { en: 'Nothing has this name.', zh: '没有此名称的变量。' });
    give(
      names.map(
        (name) => this.#published.get(name) ?? ({ name, type: 'number', quality: 0x80, time: Date.now(), error } as const),
      ),
    );
    const mine = (values: readonly FollowedValue[]) => {
      const wanted = values.filter(({ name }) => names.includes(name));
      if (wanted.length > 0) give(wanted);
    };
    this.#followers.add(mine);
    return () => {
      this.#followers.delete(mine);
    };
  }
  readonly offered: Offer[] = [];
  /** What was asked of machines, and how they answer. */
  readonly commands: { readonly name: string; readonly value: number; readonly by: string }[] = [];
  answer: CommandResult = { ok: true };
  async offers(): Promise<readonly Offer[]> {
    return this.offered;
  }
  async command(name: string, value: number, by: string): Promise<CommandResult> {
    this.commands.push({ name, value, by });
    return this.answer;
  }
  get lost(): boolean {
    return this.events.some((event) => event.kind === 'lost');
  }
  async dispose(): Promise<void> {
    const server = this.#server;
    server?.closeAllConnections();
    if (server) await new Promise((resolve) => server.close(resolve));
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true });
  }
}
