import { randomBytes } from 'node:crypto';
import { type APIRequestContext, expect, test } from '@playwright/test';
import { signedIn } from '../screens/accounts.ts';
import { logsWith, masterKey, tablesWith } from '../screens/kept-data.ts';

/** Secrets are planted wherever a person or a machine may enter one, things go wrong with each, and then everything is looked through for them. */
const plant = (name: string) => `${name}-${randomBytes(12).toString('hex')}`;

test('no secret stands in a log, an answer, a metric, or anything that a program is given', async ({ browser, baseURL }) => {
  const page = await signedIn(browser, 'engineer');
  const { request } = page.context();
  const answers: string[] = [];
  const procedure = async (path: string, input?: unknown) => {
    const url = `${baseURL}/api/trpc/${path}`;
    const body = { json: input };
    const answer =
      input === undefined ? await request.get(url) : await request.post(url, { data: body, headers: { origin: baseURL ?? '' } });
    const text = await answer.text();
    answers.push(text);
    return { ok: answer.ok(), text, data: JSON.parse(text).result?.data?.json };
  };
  const planted = { broker: plant('Broker') };
  const secrets = {
    connection: plant('Connection'),
    mail: plant('Mail'),
    guess: plant('Guess'),
    master: await masterKey(),
    cookie: decodeURIComponent((await page.context().cookies()).find(({ name }) => name.includes('session_token'))?.value ?? ''),
  };
  expect(secrets.cookie.length, 'a session').toBeGreaterThan(20);

  const made = await test.step('connections and channels with passwords, to servers that are not there', async () => {
    const broker = { host: '127.0.0.1', port: 1, username: 'plant' };
    const broken = await procedure('sources.save', {
      name: planted.broker,
      connector: 'mqtt',
      settings: broker,
      secrets: { password: secrets.connection },
    });
    expect(broken.ok, broken.text).toBe(true);
    // Settings that are refused, with the secret where it does not belong.
    await procedure('sources.save', { name: 'Wrong', connector: 'mqtt', settings: { ...broker, port: secrets.connection } });
    const mail = await procedure('channels.create', {
      kind: 'email',
      name: plant('mail'),
      host: '127.0.0.1',
      port: 1,
      security: 'starttls',
      user: 'plant',
      password: secrets.mail,
      from: 'plant@example.com',
      to: ['shift@example.com'],
    });
    expect(mail.ok, mail.text).toBe(true);
    await expect
      .poll(async () => (await procedure('sources.list')).text, { timeout: 30_000 })
      .toMatch(/ECONNREFUSED|refused|拒绝/i);
    return { connection: broken.data.id as string, channel: mail.data.id as string };
  });

  const key = await test.step('a key of the programming interface, used well and badly', async () => {
    const made = await request.post(`${baseURL}/api/trpc/keys.create`, {
      data: { json: { name: 'secret key', scopes: ['samples.write'] } },
      headers: { origin: baseURL ?? '' },
    });
    // The one answer in which it may stand.
    const text = (await made.json()).result.data.json.key as string;
    for (const data of ['{', '{"samples":[{"tag":"none","value":1,"time":1}]}', `{"samples":"${text}"}`])
      answers.push(await machine(request, `${baseURL}/api/v1/samples`, text, data));
    answers.push(await machine(request, `${baseURL}/api/v1/samples?key=${text}`, plant('mw'), '{}'));
    return text;
  });

  await test.step('a password that is wrong, an address that carries a secret', async () => {
    const tried = await request.post(`${baseURL}/api/auth/sign-in/email`, {
      data: { email: 'engineer@demo.millwright.local', password: secrets.guess },
      headers: { origin: baseURL ?? '' },
    });
    expect(tried.ok()).toBe(false);
    answers.push(await tried.text());
    await procedure('sources.save', { password: secrets.guess, name: { deep: secrets.guess } });
  });

  const all = [...Object.values(secrets), key];
  for (const path of ['channels.list', 'keys.list', 'sources.list', 'audit.list', 'apps.installations']) await procedure(path);
  for (const path of ['/metrics', '/api/health', '/admin', '/sources']) {
    const answer = await request.get(`${baseURL}${path}`);
    answers.push(await answer.text());
  }
  expect(answers.filter((text) => all.some((secret) => text.includes(secret))).map((text) => text.slice(0, 200))).toEqual([]);
  expect(await logsWith(all), 'log files').toEqual([]);
  expect(await tablesWith(all), 'tables').toEqual([]);
  expect(await tablesWith([planted.broker]), 'what is no secret is found').toContain('connection');
  // Other journeys look at a plant in which all is well.
  await procedure('sources.delete', { id: made.connection });
  await procedure('channels.remove', { id: made.channel });
  await page.context().close();
});

async function machine(request: APIRequestContext, url: string, key: string, data: string): Promise<string> {
  const answer = await request.post(url, {
    data,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  });
  expect(answer.status()).toBeGreaterThanOrEqual(400);
  return answer.text();
}
