/** A host for sessions under test: keeps what they tell, and gives them an address of their own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificateFacts, ConnectorHost, InboundHandler, SessionEvent } from '#blocks/sdk/connector.ts';
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
