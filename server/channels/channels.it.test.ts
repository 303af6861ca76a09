import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { audit, channel, secret } from '#drizzle/schema/index.ts';
import { openSecret } from '#drizzle/secrets.ts';
import { as, code, OWN, openWorld, STRANGER } from '../operate/fixture.testing.ts';
import { createChannel, createChannelInput, listChannels, removeChannel } from './manage-channels.ts';

let open: Awaited<ReturnType<typeof openWorld>>;
beforeAll(async () => {
  open = await openWorld();
});
afterAll(() => open.close());

const mail = createChannelInput.parse({
  kind: 'email',
  name: 'Shift leader',
  host: 'smtp.plant.example',
  port: 587,
  user: 'plant',
  password: 'p@ss wörd',
  from: 'alarms@plant.example',
  to: ['a@plant.example'],
});
const create = (input: typeof mail, actor = OWN) => as(actor, (tx, a) => createChannel({ ...a, tx }, input));
const list = (actor = OWN) => as(actor, (tx, a) => listChannels(tx, a.orgId));
const remove = (id: string, actor = OWN) => as(actor, (tx, a) => removeChannel({ ...a, tx }, { id }));

it('a mail channel seals its password: it opens for the runner alone and is told to nobody', async () => {
  const { id } = await create(mail);
  const [row] = await open.test.db.select().from(channel).where(eq(channel.id, id));
  const key = process.env.MILLWRIGHT_MASTER_KEY ?? '';
  expect(await openSecret(open.test.db, key, OWN.orgId, row?.secretId ?? '')).toBe('p@ss wörd');
  expect(await openSecret(open.test.db, key, STRANGER.orgId, row?.secretId ?? '')).toBeUndefined();
  expect(row?.settings).toMatchObject({ host: 'smtp.plant.example', security: 'starttls', language: 'both', perMinute: 60 });
  const told = JSON.stringify([
    await list(),
    await open.test.db.select().from(audit),
    await open.test.db.select().from(secret),
    row,
  ]);
  expect(told).not.toContain('p@ss');
  expect((await list()).map((c) => c.kind).sort()).toEqual(['email', 'inbox']);
  expect((await list(STRANGER)).map((c) => c.kind)).toEqual(['inbox']);
  expect(await code(create(mail))).toBe('channels.name-taken');
  expect(await code(remove(id, STRANGER))).toBe('access.not-found');
  await remove(id);
  expect(await open.test.db.select().from(secret)).toEqual([]);
  expect(await open.audited()).toEqual(expect.arrayContaining(['channel.create', 'channel.remove']));
});

it('a robot: its address holds its key, so nothing of it is told to anybody', async () => {
  const robot = createChannelInput.parse({
    kind: 'dingtalk',
    name: 'Night shift',
    url: 'https://oapi.dingtalk.com/robot/send?access_token=TOPSECRET',
    sign: 'SECRETSIGN',
  });
  const { id } = await as(OWN, (tx, a) => createChannel({ ...a, tx }, robot));
  const [row] = await open.test.db.select().from(channel).where(eq(channel.id, id));
  const key = process.env.MILLWRIGHT_MASTER_KEY ?? '';
  expect(JSON.parse((await openSecret(open.test.db, key, OWN.orgId, row?.secretId ?? '')) ?? '')).toEqual({
    url: 'https://oapi.dingtalk.com/robot/send?access_token=TOPSECRET',
    sign: 'SECRETSIGN',
  });
  expect(row?.settings).toEqual({ perMinute: 20 });
  const told = JSON.stringify([await list(), await open.test.db.select().from(audit), row]);
  expect(told).not.toMatch(/TOPSECRET|SECRETSIGN/);
  await remove(id);
});

it.each([
  [{ kind: 'wecom', name: 'x', url: 'qyapi' }, 'url'],
  [{ kind: 'dingtalk', name: 'x', url: 'https://x', perMinute: 21 }, 'perMinute'],
  [{ kind: 'webhook', name: 'x', url: 'https://x', password: 'short' }, 'password'],
  [{ ...mail, to: [] }, 'to'],
  [{ ...mail, to: ['nobody'] }, 'to.0'],
  [{ ...mail, port: 70_000 }, 'port'],
  [{ ...mail, from: 'plant' }, 'from'],
  [{ ...mail, kind: 'pigeon' }, 'kind'],
  [{ kind: 'webhook', name: 'x', url: 'ftp://x' }, 'url'],
])('what cannot work is refused at its field', (input, path) => {
  expect(createChannelInput.safeParse(input).error?.issues.map((i) => i.path.join('.'))).toContain(path);
});
