import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, test } from 'vitest';
import { testAuthority } from '#blocks/connectors/mqtt/authority.testing.ts';
import { channel, notification, record } from '#drizzle/schema/index.ts';
import { sealSecret } from '#drizzle/secrets.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { fixture, until } from './fixture.testing.ts';
import { performReport } from './perform-report.ts';
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

test('over TLS from the first byte and after STARTTLS, with the plant’s own authority; a certificate that nobody vouches for, or of another name, is refused for good', async () => {
  await using f = await fixture();
  const authority = await testAuthority('Plant CA');
  const { certificate: cert, key } = await authority.issue(['127.0.0.1']);
  const other = await authority.issue(['mail.elsewhere.example']);
  const tls = await mailServer({ secure: true, cert, key });
  const starttls = await mailServer({ cert, key });
  const wrongName = await mailServer({ secure: true, cert: other.certificate, key: other.key });
  const settings = { authority: authority.pem };
  const send = async (name: string) => f.add('notify.send', { channel: name, text });
  await send(await withChannel(f, tls.port, { ...settings, security: 'tls' }));
  await send(await withChannel(f, starttls.port, { ...settings, security: 'starttls' }));
  await send(await withChannel(f, tls.port, { security: 'tls' }));
  await send(await withChannel(f, starttls.port, { security: 'starttls' }));
  await send(await withChannel(f, wrongName.port, { ...settings, security: 'tls' }));
  const runner = startEffectRunner({ db: f.db, masterKey: MASTER_KEY, warn: () => {} });
  try {
    await until(async () => (await f.rows()).every((e) => e.status === 'done' || e.status === 'failed'));
  } finally {
    await runner.stop();
    await Promise.all([tls.close(), starttls.close(), wrongName.close()]);
  }
  expect((await f.rows()).map((e) => [e.status, e.answer?.code, e.attempts])).toEqual([
    ['done', undefined, 1],
    ['done', undefined, 1],
    ['failed', 'mail-certificate', 1],
    ['failed', 'mail-certificate', 1],
    ['failed', 'mail-certificate', 1],
  ]);
  expect(tls.mails).toMatchObject([{ encrypted: true, user: 'plant' }]);
  expect(starttls.mails).toMatchObject([{ encrypted: true, user: 'plant' }]);
  expect(wrongName.mails).toEqual([]);
});

test('a report goes out as files of one mail, and stands as documents', { timeout: 60_000 }, async () => {
  await using f = await fixture();
  const folder = await mkdtemp(join(tmpdir(), 'mw-report-'));
  const blobs = openBlobStore(folder);
  const server = await mailServer();
  const name = await withChannel(f, server.port);
  const report = {
    title: { en: 'Shift report', zh: '班次报表' },
    code: 'SHIFT-k-20261123T0030',
    from: 0,
    to: 28_800_000,
    formats: ['pdf', 'xlsx'],
    columns: [{ name: 'energy', title: { en: 'Energy', zh: '电量' }, unit: 'kW.h' }],
    data: { energy: [12.5, 8] },
    channel: name,
  };
  await f.add('report.make', report);
  await f.add('report.make', { ...report, channel: 'inbox-of-nobody', code: 'OTHER' });
  const runner = startEffectRunner({
    db: f.db,
    masterKey: MASTER_KEY,
    performers: { 'report.make': performReport(blobs) },
    warn: (what, error) => process.stderr.write(`${what} ${error}\n`),
  });
  try {
    const all = async () => (await f.rows()).every((e) => ['done', 'failed', 'refused'].includes(e.status));
    await until(all);
    await f.add('report.make', { ...report, channel: '' });
    await until(all);
  } finally {
    await runner.stop();
    await server.close();
  }
  const [sent, unsent, again] = await f.rows();
  expect(sent).toMatchObject({
    status: 'done',
    answer: { ok: true, value: { documents: [{ code: 'SHIFT-k-20261123T0030.pdf' }, { code: 'SHIFT-k-20261123T0030.xlsx' }] } },
  });
  // stored all the same
  expect(unsent).toMatchObject({ status: 'failed', answer: { code: 'channel-missing', value: { documents: [{}, {}] } } });
  // the same number again
  expect(again).toMatchObject({ status: 'refused', answer: { code: 'record-exists' } });
  const [mail] = server.mails;
  expect(server.mails).toHaveLength(1);
  expect(mail?.source).toContain('filename=SHIFT-k-20261123T0030.pdf');
  expect(mail?.source).toContain('filename=SHIFT-k-20261123T0030.xlsx');
  const records = await f.db.select().from(record);
  expect(records.map((r) => [r.kind, r.code]).sort()).toEqual(
    ['OTHER.pdf', 'OTHER.xlsx', 'SHIFT-k-20261123T0030.pdf', 'SHIFT-k-20261123T0030.xlsx'].map((code) => ['document', code]),
  );
  const pdf = records.find((r) => r.code === 'SHIFT-k-20261123T0030.pdf');
  const { bytes, media } = await blobs.get(f.db, 'org', String(pdf?.data.hash));
  expect(media).toBe('application/pdf');
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  // what was attached is what is stored
  expect(mail?.source.replaceAll(/\s/g, '')).toContain(bytes.toString('base64'));
  await expect(blobs.get(f.db, 'another', String(pdf?.data.hash))).rejects.toThrow();
  await rm(folder, { recursive: true, force: true });
});
