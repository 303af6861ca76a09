import { createServer } from 'node:http';

export interface Receiver {
  readonly url: string;
  /** Idempotency key -> bodies that came under it: the deed is done at the first, the others are known again. */
  readonly taken: ReadonlyMap<string, readonly string[]>;
  /** Called when a message is here and its answer is not yet sent: the worst moment for whoever waits for it. */
  onTaken: () => void;
  close(): Promise<void>;
}

/** What effects are done to: a target that knows idempotency keys. */
export async function openReceiver(): Promise<Receiver> {
  const taken = new Map<string, string[]>();
  const receiver = { onTaken: () => {} };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part;
    });
    request.on('end', () => {
      const key = String(request.headers['idempotency-key']);
      taken.set(key, [...(taken.get(key) ?? []), body]);
      receiver.onTaken();
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${port}/`,
    taken,
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  });
}
