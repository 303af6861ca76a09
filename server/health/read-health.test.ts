import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { pingQueue } from './ping-queue.ts';
import { kindHealth } from './read-health.ts';

const now = 1_000_000;
const row = (kind: string, ageMs: number) => ({ kind, name: kind, beat: new Date(now - ageMs), facts: {} });

it('says how many of a kind are alive, which fell silent, and what that means', () => {
  expect(kindHealth([row('worker', 100)], now, 'worker')).toEqual({ state: 'ok', alive: 1, silent: 0 });
  expect(kindHealth([row('worker', 100), row('worker', 60_000)], now, 'worker')).toMatchObject({
    state: 'degraded',
    reasons: [{ code: 'some-silent', en: '1 of 2 are silent.', zh: '2 个中有 1 个无响应。' }],
  });
  expect(kindHealth([row('worker', 60_000)], now, 'worker')).toMatchObject({
    state: 'down',
    reasons: [{ code: 'silent', en: 'Silent for 60 s.' }],
  });
  const troubled = {
    ...row('worker', 100),
    facts: { problems: [{ code: 'database-full' }, { code: 'apps-wait' }, { code: 'of another version' }] },
  };
  expect(kindHealth([row('worker', 100), troubled], now, 'worker')).toMatchObject({
    state: 'degraded',
    alive: 2,
    reasons: [
      { code: 'database-full', en: 'The disk of the database is full.', zh: '数据库所在磁盘已满。' },
      { code: 'apps-wait' },
    ],
  });
  expect(kindHealth([], now, 'worker')).toMatchObject({ state: 'down', reasons: [{ code: 'none-running' }] });
});

it('takes only a queue that answers and lets us in, and says why otherwise', async () => {
  const answering = (...answers: string[]) =>
    new Promise<{ address: string; heard: () => string; close(): void }>((resolve) => {
      let heard = '';
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.on('data', (data) => {
          heard += data;
        });
        socket.once('data', () => socket.end(answers.join('\r\n')));
      });
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        const port = typeof address === 'object' && address ? address.port : 0;
        resolve({ address: `127.0.0.1:${port}`, heard: () => heard, close: () => server.close() });
      });
    });
  const open = await answering('+PONG', '');
  await expect(pingQueue(`redis://${open.address}`)).resolves.toBeUndefined();
  open.close();
  const guarded = await answering('+OK', '+PONG', '');
  await expect(pingQueue(`redis://:a%20word@${guarded.address}`)).resolves.toBeUndefined();
  expect(guarded.heard()).toBe('*2\r\n$4\r\nAUTH\r\n$6\r\na word\r\n*1\r\n$4\r\nPING\r\n');
  guarded.close();
  for (const [answer, reason] of [
    ['-NOAUTH Authentication required.', 'it wants a password'],
    ['-WRONGPASS invalid username-password pair', 'it refuses the user or password'],
    ['HTTP/1.1 400 Bad Request', 'unexpected answer HTTP/1.1 400'],
  ] as const) {
    const server = await answering(answer, '');
    await expect(pingQueue(`redis://${server.address}`)).rejects.toThrow(reason);
    server.close();
  }
  await expect(pingQueue(`redis://${open.address}`)).rejects.toThrow(/ECONNREFUSED/);
});
