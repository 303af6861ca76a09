import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { alarm, alarmEvent, channel, confirmation, notification } from '#drizzle/schema/index.ts';
import { sealSecret } from '#drizzle/secrets.ts';
import { decideConfirmation } from './confirmations.ts';
import { fixture, INSTANCE, until } from './fixture.testing.ts';
import { startEffectRunner } from './runner.ts';

const text = { en: 'Pressure high', zh: '压力高' };

/** A receiver that knows idempotency keys, as the convention has it: what comes again under a key is answered and not done again. */
async function receiver(answer: (request: { key: string; body: string; nth: number }) => number | undefined) {
  const done = new Map<string, string>();
  let requests = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const key = String(request.headers['idempotency-key']);
    const status = answer({ key, body, nth: requests++ });
    if (status === undefined || status < 300) done.set(key, done.get(key) ?? body);
    // undefined: done, but the one who asked never hears of it
    if (status !== undefined) {
      response.statusCode = status;
      response.end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/x`,
    done,
    requests: () => requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

test('inbox and webhook with its key; a confirmation waits for enough persons', async () => {
  await using f = await fixture();
  const target = await receiver(({ nth }) => (nth === 0 ? 503 : 204));
  await f.db.insert(channel).values({ orgId: 'org', name: 'hook', kind: 'webhook', settings: { url: target.url } });
  const sent = await f.add('notify.send', { channel: 'hook', text, value: 8 });
  const lost = await f.add('notify.send', { channel: 'nobody', text });
  const asked = await f.add(
    'confirm.request',
    { text, value: 3, persons: 2, timeout: 60 },
    { deadline: new Date(Date.now() + 60_000) },
  );
  const warned: string[] = [];
  const runner = startEffectRunner({ db: f.db, warn: (what, e) => warned.push(`${what} ${e}`) });
  try {
    await until(async () => (await f.db.select().from(confirmation)).length === 1);
    const [question] = await f.db.select().from(confirmation);
    const decide = (by: string, orgId = 'org') =>
      decideConfirmation(f.db, { orgId, id: question?.id ?? '', user: `u-${by}`, by, agree: true });
    expect(await decide('ann', 'other')).toEqual({ state: 'not-open' });
    expect(await decide('ann')).toEqual({ state: 'open', missing: 1 });
    expect(await decide('ann')).toEqual({ state: 'open', missing: 1 });
    expect(await decide('bo')).toEqual({ state: 'confirmed' });
    expect(await decide('cy')).toEqual({ state: 'not-open' });
    // the inbox has both: also the one whose channel is gone
    await until(async () => (await f.db.select().from(notification)).length === 2);
    expect([...target.done.keys()]).toEqual([`1:${sent.step}:0`]);
    expect(target.requests()).toBe(2);
    expect(JSON.parse(target.done.get(`1:${sent.step}:0`) ?? '')).toMatchObject({ text, value: 8, node: 'n' });
    await until(async () => (await f.answers()).length === 3);
    expect(await f.answers()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...asked, ok: true, value: 'ann, bo' }),
        expect.objectContaining({ ...sent, ok: true }),
        expect.objectContaining({ ...lost, ok: false, reason: 'channel-missing' }),
      ]),
    );
    expect(warned).toEqual([]);
  } finally {
    await runner.stop();
    target.close();
  }
});

test('a webhook with a sealed secret is signed, so that its receiver can tell who sent it', async () => {
  await using f = await fixture();
  const heard: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    heard.push({ headers: request.headers, body });
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/x`;
  const master = 'a master key of at least thirty-two letters';
  const secretId = await sealSecret(f.db, master, 'org', 'hook', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  await f.db.insert(channel).values({ orgId: 'org', name: 'hook', kind: 'webhook', secretId, settings: { url } });
  const id = await f.add('notify.send', { channel: 'hook', text });
  const runner = startEffectRunner({ db: f.db, masterKey: master, warn: () => {} });
  try {
    await until(async () => (await f.rows())[0]?.status === 'done');
  } finally {
    await runner.stop();
    server.close();
  }
  const key = `1:${id.step}:0`;
  const at = heard[0]?.headers['webhook-timestamp'];
  // computed here as the receiver's side of the specification has it
  const signed = createHmac('sha256', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'));
  expect(heard[0]?.headers).toMatchObject({
    'idempotency-key': key,
    'webhook-id': key,
    'webhook-signature': `v1,${signed.update(`${key}.${at}.${heard[0]?.body}`).digest('base64')}`,
  });
});

test('a runner killed with -9 between doing and recording: the next one repeats it, the target does it once', async () => {
  await using f = await fixture();
  let kill = () => {};
  const target = await receiver(({ nth }) => {
    if (nth > 0) return 204;
    kill();
    return undefined;
  });
  await f.db.insert(channel).values({ orgId: 'org', name: 'hook', kind: 'webhook', settings: { url: target.url } });
  const id = await f.add('notify.send', { channel: 'hook', text });
  const start = () =>
    spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./runner.testing.ts', import.meta.url)), f.url],
      { stdio: 'inherit' },
    );
  const first = start();
  kill = () => first.kill('SIGKILL');
  const [, signal] = await once(first, 'exit');
  expect(signal).toBe('SIGKILL');
  expect(await f.rows()).toMatchObject([{ status: 'running', attempts: 1, answer: null }]);
  const second = start();
  try {
    await until(async () => (await f.rows())[0]?.status === 'done');
  } finally {
    second.kill('SIGTERM');
    await once(second, 'exit');
    target.close();
  }
  expect(target.requests()).toBe(2);
  expect([...target.done.keys()]).toEqual([`1:${id.step}:0`]);
  expect(await f.answers()).toMatchObject([{ ...id, ok: true }]);
  expect(await f.db.select().from(notification)).toHaveLength(1);
});

test('a channel takes no more a minute than it says; the rest waits and is no failure', async () => {
  await using f = await fixture();
  const target = await receiver(() => 204);
  // ten at once, then one a second
  await f.db
    .insert(channel)
    .values({ orgId: 'org', name: 'hook', kind: 'webhook', settings: { url: target.url, perMinute: 60 } });
  for (let i = 0; i < 14; i++) await f.add('notify.send', { channel: 'hook', text, value: i });
  const started = Date.now();
  const runner = startEffectRunner({ db: f.db, warn: () => {} });
  try {
    await until(async () => (await f.rows()).filter((e) => e.status === 'done').length >= 10);
    const atOnce = target.requests();
    await until(async () => (await f.rows()).every((e) => e.status === 'done'));
    const seconds = (Date.now() - started) / 1000;
    expect(atOnce).toBeLessThanOrEqual(10 + Math.ceil(seconds));
    // the last of four more tokens is there after four seconds at the earliest, whatever the machine's load
    expect(seconds).toBeGreaterThan(3);
    expect(target.requests()).toBe(14);
    expect(target.done.size).toBe(14);
  } finally {
    await runner.stop();
    target.close();
  }
});

test('a shelf ends by itself, with nobody looking: state, journal and the entry that programs see', async () => {
  await using f = await fixture();
  const shelved = async (node: string, active: boolean, until: number) => {
    const [row] = await f.db
      .insert(alarm)
      .values({
        orgId: 'org',
        instanceId: INSTANCE,
        node,
        key: 'k',
        priority: 2,
        active,
        state: 'shelved',
        message: text,
        since: new Date(),
        shelvedUntil: new Date(until),
        step: 1,
      })
      .returning();
    return row?.id ?? '';
  };
  const over = await shelved('a', true, Date.now() - 1000);
  const quiet = await shelved('b', false, Date.now() - 1000);
  const still = await shelved('c', true, Date.now() + 60_000);
  const runners = [1, 2].map(() => startEffectRunner({ db: f.db, warn: () => {} }));
  const stateOf = async (id: string) => (await f.db.select().from(alarm).where(eq(alarm.id, id)))[0]?.state;
  try {
    await until(async () => (await stateOf(over)) === 'unack-active' && (await stateOf(quiet)) === 'normal');
  } finally {
    await Promise.all(runners.map((r) => r.stop()));
  }
  expect(await stateOf(still)).toBe('shelved');
  const journal = await f.db.select().from(alarmEvent);
  expect(journal.map((e) => [e.alarmId, e.from, e.to, e.cause, e.by]).sort()).toEqual(
    [
      [over, 'shelved', 'unack-active', 'unshelve', null],
      [quiet, 'shelved', 'normal', 'unshelve', null],
    ].sort(),
  );
  expect(await f.answers()).toHaveLength(2);
  expect(await f.answers()).toEqual(expect.arrayContaining([{ type: 'alarm', alarmId: over, action: 'unshelve', by: '' }]));
});
