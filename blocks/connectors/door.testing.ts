import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';

/** A TCP port in front of a real server, which can be shut, cut and made silent while the server goes on. */
export class Door {
  readonly port: number;
  readonly #to: NetConnectOpts;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  /** Connections that came through it. */
  accepted = 0;
  #server: Server | undefined;
  #silent = false;

  constructor(port: number, to: NetConnectOpts) {
    this.port = port;
    this.#to = to;
  }

  async open(): Promise<void> {
    const server = createServer((outside) => {
      this.accepted++;
      const inside = connect(this.#to);
      const pair = [outside, inside] as const;
      this.#pairs.add(pair);
      for (const [from, to] of [pair, [inside, outside] as const]) {
        from.on('error', () => {}); // cut on purpose
        from.on('data', (part) => void to.write(part));
        from.on('close', () => {
          to.destroy();
          this.#pairs.delete(pair);
        });
        if (this.#silent) from.pause();
      }
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
  }

  silence(on: boolean): void {
    this.#silent = on;
    for (const pair of this.#pairs) for (const socket of pair) on ? socket.pause() : socket.resume();
  }

  async shut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
