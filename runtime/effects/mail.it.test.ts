import { once } from 'node:events';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, test } from 'vitest';
import { channel, notification } from '#drizzle/schema/index.ts';
import { sealSecret } from '#drizzle/secrets.ts';
import { fixture, until } from './fixture.testing.ts';
import { startEffectRunner } from './runner.ts';

const MASTER_KEY = 'a master key of at least thirty-two letters';
const text = { en: 'Pressure high', zh: '压力高' };

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly encrypted: boolean;
  readonly source: string;
}

/** A mail server that takes only the right password, as most do. */
async function mailServer(options: SMTPServerOptions = {}) {
  const mails: Mail[] = [];
  const faults: (Error & { responseCode?: number })[] = [];
  const server = new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    logger: false,
    // as inside a plant's own network
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) =>
      auth.username === 'plant' && auth.password === 'p@ss wörd'
        ? done(null, { user: auth.username })
        : done(Object.assign(new Error('who are you'), { responseCode: 535 })),
    onData(stream, session, done) {
      let source = '';
      stream.on('data', (part) => {
        source += part;
      });
      stream.on('end', () => {
        const fault = faults.shift();
        if (fault) return done(fault);
        mails.push({
          from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
          to: session.envelope.rcptTo.map((r) => r.address),
          user: session.user,
          encrypted: session.secure,
          source,
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    mails,
    faults,
    close: () => new Promise<void>((done) => server.close(() => done())),
  };
}
const fault = (responseCode: number) => Object.assign(new Error('not now'), { responseCode });

async function withChannel(f: Awaited<ReturnType<typeof fixture>>, port: number, more: object = {}, password = 'p@ss wörd') {
  const secretId = await sealSecret(f.db, MASTER_KEY, 'org', 'mail', password);
  await f.db.insert(channel).values({
    orgId: 'org',
    name: `mail${Math.random()}`,
    kind: 'email',
    secretId,
    settings: {
      host: '127.0.0.1',
      port,
      security: 'none',
      user: 'plant',
      from: 'alarms@plant.example',
      to: ['a@plant.example', 'b@plant.example'],
      ...more,
    },
  });
  const rows = await f.db.select().from(channel);
  return rows.find((r) => r.secretId === secretId)?.name ?? '';
}
const header = (mail: Mail | undefined, name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(mail?.source ?? '')?.[1];

test('a mail is sent with the sealed password, in both languages, and tried again when the server asks for it', async () => {
  await using f = await fixture();
  const server = await mailServer();
  server.faults.push(fault(451));
  const name = await withChannel(f, server.port);
  const id = await f.add('notify.send', { channel: name, text, value: 7.5 });
  const runner = startEffectRunner({ db: f.db, masterKey: MASTER_KEY, warn: () => {} });
  try {
    await until(async () => (await f.rows())[0]?.status === 'done');
  } finally {
    await runner.stop();
    await server.close();
  }
  const [mail] = server.mails;
  expect(server.mails).toHaveLength(1);
  expect(mail).toMatchObject({ from: 'alarms@plant.example', to: ['a@plant.example', 'b@plant.example'], user: 'plant' });
  // RFC 2047 encoded word of 压力高 / Pressure high, RFC 3834 and a Message-ID that a second sending would repeat
  expect(header(mail, 'Subject')).toContain('=E5=8E=8B=E5=8A=9B=E9=AB=98');
  expect(header(mail, 'Auto-Submitted')).toBe('auto-generated');
  expect(header(mail, 'Message-ID')).toMatch(new RegExp(`^<1\\.${id.step}\\.0\\.[0-9a-f-]+@millwright>$`));
  expect(await f.rows()).toMatchObject([{ attempts: 2, answer: { ok: true } }]);
  expect(JSON.stringify(await f.rows())).not.toContain('p@ss');
  expect(await f.db.select().from(notification)).toHaveLength(1);
});

test('what will never work is not tried again, and says why: wrong password, no encryption, refused mail, sealed under another key', async () => {
  await using f = await fixture();
  const server = await mailServer({ disabledCommands: ['STARTTLS'] });
  const send = async (name: string) => f.add('notify.send', { channel: name, text });
  await send(await withChannel(f, server.port, {}, 'wrong'));
  await send(await withChannel(f, server.port, { security: 'starttls' }));
  const runner = startEffectRunner({ db: f.db, masterKey: MASTER_KEY, warn: () => {} });
  try {
    await until(async () => (await f.rows()).every((e) => e.status === 'failed'));
    server.faults.push(fault(554));
    await send(await withChannel(f, server.port));
    await until(async () => (await f.rows()).every((e) => e.status === 'failed'));
  } finally {
    await runner.stop();
  }
  const otherKey = startEffectRunner({ db: f.db, masterKey: `${MASTER_KEY} no`, warn: () => {} });
  try {
    await send(await withChannel(f, server.port));
    await until(async () => (await f.rows()).every((e) => e.status === 'failed'));
  } finally {
    await otherKey.stop();
    await server.close();
  }
  expect((await f.rows()).map((e) => [e.answer?.code, e.answer?.params, e.attempts])).toEqual([
    ['sign-in-refused', { status: 535 }, 1],
    ['mail-unencrypted', {}, 1],
    ['receiver-refused', { status: 554 }, 1],
    ['secret-closed', {}, 1],
  ]);
  expect(server.mails).toEqual([]);
  // the inbox has what no channel took
  expect(await f.db.select().from(notification)).toHaveLength(4);
});
