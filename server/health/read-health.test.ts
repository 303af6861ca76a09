import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { pingQueue } from './ping-queue.ts';
import { kindHealth } from './read-health.ts';

const now = 1_000_000;
const row = (kind: string, ageMs: number) => ({ kind, name: kind, beat: new Date(now - ageMs), facts: {} });

it('says how many of a kind are alive, which fell silent, and what that means', () => {
  expect(kindHealth([row('worker', 100)], now, 'worker', 'apps stop')).toEqual({ state: 'ok', alive: 1, silent: 0 });
  expect(kindHealth([row('worker', 100), row('worker', 60_000)], now, 'worker', 'apps stop')).toMatchObject({
    state: 'degraded',
    reason: '1 of 2 silent',
  });
  expect(kindHealth([row('worker', 60_000)], now, 'worker', 'apps stop')).toMatchObject({
    state: 'down',
    reason: 'silent for 60 s: apps stop',
  });
  expect(kindHealth([], now, 'worker', 'apps stop')).toMatchObject({ state: 'down', reason: 'none is running: apps stop' });
});

it('takes PONG, or the wish for a password, as a queue that is there', async () => {
  const answering = (answer: string) =>
    new Promise<{ url: string; close(): void }>((resolve) => {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.end(answer));
      });
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        const port = typeof address === 'object' && address ? address.port : 0;
        resolve({ url: `redis://127.0.0.1:${port}`, close: () => server.close() });
      });
    });
  for (const answer of ['+PONG\r\n', '-NOAUTH Authentication required.\r\n']) {
    const server = await answering(answer);
    await expect(pingQueue(server.url)).resolves.toBeUndefined();
    server.close();
  }
  const wrong = await answering('HTTP/1.1 400 Bad Request\r\n');
  await expect(pingQueue(wrong.url)).rejects.toThrow('unexpected answer HTTP/1.1 400');
  wrong.close();
  await expect(pingQueue(wrong.url)).rejects.toThrow(/ECONNREFUSED/);
});
