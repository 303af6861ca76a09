import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import superjson from 'superjson';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, type TestServer, testServer } from './session.testing.ts';

/** Two web processes on one database: a person's requests may go to either, as behind any load balancer. */
type Web = Awaited<ReturnType<typeof startWeb>>;

let server: TestServer;
let webs: [Web, Web];

async function startWeb(url: string) {
  const child = fork(fileURLToPath(new URL('./web-process.testing.ts', import.meta.url)), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, DATABASE_URL: url, MILLWRIGHT_MASTER_KEY: 'a master key of at least thirty-two letters' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [port] = (await once(child, 'message')) as [number];
  const origin = `http://127.0.0.1:${port}`;
  const post = (path: string, body: unknown, cookie = '') =>
    fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, cookie },
      body: JSON.stringify(body),
    });
  const told = async (response: Response) => {
    const { result, error } = (await response.json()) as {
      result?: { data: Parameters<typeof superjson.deserialize>[0] };
      error?: { json: { data?: { facts?: { code?: string } } } };
    };
    return result ? superjson.deserialize<Record<string, unknown>>(result.data) : { refused: response.status, error };
  };
  return {
    child,
    post,
    change: async (path: string, input: unknown, cookie: string) =>
      told(await post(`/api/trpc/${path}`, superjson.serialize(input), cookie)),
    ask: async (path: string, cookie: string) => told(await fetch(`${origin}/api/trpc/${path}`, { headers: { cookie } })),
    /** What a page hears: pieces of the stream until one says `word`. */
    async hears(path: string, cookie: string, signal: AbortSignal) {
      const response = await fetch(`${origin}/api/trpc/${path}`, { headers: { cookie, accept: 'text/event-stream' }, signal });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      return async (word: string): Promise<string> => {
        for (let text = ''; ; ) {
          const piece = await reader?.read();
          if (!piece || piece.done) throw new Error(`the stream ended before '${word}': ${text}`);
          text += piece.value;
          if (text.includes(word)) return text;
        }
      };
    },
  };
}

beforeAll(async () => {
  server = await testServer();
  webs = await Promise.all([startWeb(server.url), startWeb(server.url)]);
}, 180_000);
afterAll(async () => {
  for (const web of webs) web.child.kill('SIGKILL');
  await server.stop();
});

test('a session, its rights and what changes are the same through both, live; when one is killed the other goes on', async () => {
  const [one, two] = webs;
  const email = 'ada@example.com';
  await server.person(email);
  const signed = await one.post('/api/auth/sign-in/email', { email, password: PASSWORD });
  expect(signed.status).toBe(200);
  const cookie = signed.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  await two.change('organization.create', { name: 'Works' }, cookie);
  expect(await one.ask('sources.list', cookie)).toEqual([]);

  // one listens, the other changes
  const over = new AbortController();
  const heard = await one.hears('sources.live', cookie, over.signal);
  await heard('"connections"');
  const settings = { host: '127.0.0.1', port: 1883, username: 'line' };
  const saved = await two.change('sources.save', { name: 'Line 7', connector: 'mqtt', settings, secrets: {} }, cookie);
  expect(saved).toMatchObject({ id: expect.any(String) });
  await heard('Line 7');
  expect(await one.ask('sources.list', cookie)).toMatchObject([{ name: 'Line 7' }]);

  // whoever listens at the one that dies asks the other, which goes on
  one.child.kill('SIGKILL');
  await expect(heard('nothing')).rejects.toThrow();
  const again = await two.hears('sources.live', cookie, over.signal);
  await again('Line 7');
  over.abort();

  // signed out at one is signed out at all: a third that has just begun knows it too
  const third = await startWeb(server.url);
  try {
    expect(await third.ask('sources.list', cookie)).toMatchObject([{ name: 'Line 7' }]);
    expect((await two.post('/api/auth/sign-out', {}, cookie)).status).toBe(200);
    expect(await third.ask('sources.list', cookie)).toMatchObject({ refused: 401 });
  } finally {
    third.child.kill('SIGKILL');
  }
}, 180_000);
