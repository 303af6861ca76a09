import { createServer, type Server } from 'node:http';
import { receive, refusal } from '#blocks/connectors/inbound/receive.ts';
import type { InboundHandler } from '#blocks/sdk/connector.ts';

const ADDRESS = /^\/in\/([0-9a-f-]{36})(\/[^?]*)?(\?.*)?$/;

/**
 * Where others send to connections: `/in/<connection id>/…`. The web process is the door that they know; it hands each request on to the
 * gateway that holds the connection (`forward.ts`). Whoever sends is checked by the connection itself.
 */
export class Inbound {
  readonly #handlers = new Map<string, InboundHandler>();
  readonly #server: Server;
  readonly #listening: Promise<string>;

  constructor(host = '127.0.0.1') {
    this.#server = createServer((request, response) => {
      const [, id = '', path = '/', query = ''] = ADDRESS.exec(request.url ?? '') ?? [];
      const handler = this.#handlers.get(id) ?? (async () => refusal(503, 'moving', 'Send it again.', { 'retry-after': '1' }));
      receive(request, response, path + query, handler).catch(() => response.destroy());
    });
    this.#listening = new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, host, () => {
        const at = this.#server.address();
        if (typeof at === 'object' && at) resolve(`http://${host.includes(':') ? `[${host}]` : host}:${at.port}`);
      });
    });
    this.#listening.catch(() => {}); // told by whoever asks for the address
  }

  /** Scheme, host and port. */
  get address(): Promise<string> {
    return this.#listening;
  }

  add(connectionId: string, handler: InboundHandler): () => void {
    this.#handlers.set(connectionId, handler);
    return () => {
      if (this.#handlers.get(connectionId) === handler) this.#handlers.delete(connectionId);
    };
  }

  async close(): Promise<void> {
    await this.#listening.catch(() => {});
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
