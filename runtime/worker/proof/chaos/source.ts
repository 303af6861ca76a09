/** A plant behind a broker: numbered messages, each kept and sent again until it is acknowledged. */
import { createServer } from 'node:net';
import { TestBroker } from '#blocks/connectors/mqtt/broker.testing.ts';

const STEP_MS = 10;
export const TOPIC = 'plant/line';

/** Value of a field in message `n`: waves of different lengths with a pattern that no sample shares with its neighbour. */
export const sampleOf = (field: number, n: number): number =>
  5 + 4 * Math.sin(n / (60 + field)) + ((n * 7919 + field * 104_729) % 1_000) / 1_000;

export interface Source {
  readonly port: number;
  /** Messages given to the broker so far; they are numbered from 1. */
  readonly sent: number;
  readonly timeOf: (n: number) => number;
  begin(): void;
  /** Stops at the end of the message under way. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** One message every 10 ms with `fields` samples in it. Time that this process lost is made up for, so the rate holds under load. */
export async function openSource(fields: number): Promise<Source> {
  const broker = new TestBroker(await freePort());
  await broker.start();
  const { aedes } = broker;
  if (!aedes) throw new Error('the broker did not start');
  let sent = 0;
  let t0 = 0;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();
  const timeOf = (n: number) => t0 + n * STEP_MS;
  const publish = (n: number) => {
    const payload: Record<string, number> = { t: timeOf(n), n };
    for (let k = 0; k < fields; k++) payload[`f${k}`] = sampleOf(k, n);
    return new Promise<void>((done, fail) =>
      aedes.publish(
        { cmd: 'publish', topic: TOPIC, payload: Buffer.from(JSON.stringify(payload)), qos: 1, dup: false, retain: false },
        (error) => (error ? fail(error) : done()),
      ),
    );
  };
  return {
    port: broker.port,
    get sent() {
      return sent;
    },
    timeOf,
    begin() {
      t0 = Date.now();
      timer = setInterval(() => {
        last = last.then(async () => {
          while (timeOf(sent + 1) <= Date.now()) await publish(++sent);
        });
      }, STEP_MS);
    },
    async end() {
      clearInterval(timer);
      await last;
    },
    close: () => broker.stop(),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
