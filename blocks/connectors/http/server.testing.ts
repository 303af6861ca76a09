import { createServer, type Server, type ServerResponse } from 'node:http';
import type { TestSource } from '../suite.ts';

/** A machine's web service on loopback: documents by path, a setpoint that can be put, a password. */
export class WebService implements TestSource {
  readonly port: number;
  readonly documents = new Map<string, () => unknown>();
  setpoint = 650;
  requests = 0;
  readonly asked = new Map<string, number>();
  status: number | undefined;
  #server: Server | undefined;
  #silent = false;
  readonly #held = new Set<ServerResponse>();

  constructor(port: number) {
    this.port = port;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      this.requests++;
      this.asked.set(request.url ?? '', (this.asked.get(request.url ?? '') ?? 0) + 1);
      if (this.#silent) {
        this.#held.add(response);
        return;
      }
      const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      };
      if (request.headers.authorization !== `Basic ${Buffer.from('mes:right').toString('base64')}`) return answer(401, {});
      if (this.status !== undefined) return answer(this.status, {}, { location: 'http://elsewhere.example/' });
      const path = request.url ?? '';
      if (request.method === 'PUT' && path === '/api/press/setpoint') {
        let body = '';
        request.on('data', (part) => {
          body += part;
        });
        request.on('end', () => {
          this.setpoint = JSON.parse(body).press.sp;
          answer(200, {});
        });
        return;
      }
      const document = this.documents.get(path);
      if (!document) return answer(404, { error: 'no such document' });
      answer(200, document());
    });
    await new Promise<void>((resolve, reject) => {
      this.#server?.once('error', reject);
      this.#server?.listen(this.port, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async silence(on: boolean): Promise<void> {
    this.#silent = on;
    if (on) return;
    for (const response of this.#held) response.destroy();
    this.#held.clear();
  }
  async written(): Promise<number> {
    return this.setpoint;
  }
}
