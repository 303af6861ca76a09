/** What is told and kept while a source refuses everything, or sends what is no reading, as fast as it can. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import mqtt from 'mqtt';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use after a collection. */
export function heapUsed(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** Everything is refused for a while. */
export async function refusing(on: (refuse: boolean) => unknown, ms = 700): Promise<void> {
  await on(true);
  try {
    await new Promise((resolve) => setTimeout(resolve, ms));
  } finally {
    await on(false);
  }
}

/** Messages that hold no reading, all at once. */
export async function badMessages(port: number, topic: string, payload: string | Buffer, count = 1_000): Promise<void> {
  const client = await mqtt.connectAsync({ host: '127.0.0.1', port, username: 'plant', password: 'right', reconnectPeriod: 0 });
  try {
    await Promise.all(Array.from({ length: count }, () => client.publishAsync(topic, payload, { qos: 1 })));
  } finally {
    await client.endAsync(true);
  }
}

/** Requests that hold none. */
export async function badRequests(url: string, headers: Record<string, string>, body: string, count = 200): Promise<void> {
  for (let i = 0; i < count; i++) await (await fetch(url, { method: 'POST', headers, body })).arrayBuffer();
}
