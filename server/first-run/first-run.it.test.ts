import { afterAll, beforeAll, expect, it } from 'vitest';
import { auth } from '../auth.ts';
import { createContext } from '../context.ts';
import { AppError } from '../errors.ts';
import { createCaller } from '../root.ts';
import { type TestServer, testServer } from '../session.testing.ts';
import { isFirstRun } from './is-first-run.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

const person = { organization: 'Baoan Precision', name: 'Li Ming', email: 'Li@Example.com', password: 'a long enough word' };
const post = (path: string, body: object) =>
  auth().handler(
    new Request(`http://localhost/api/auth${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );

it('makes the first account once, however many ask at once, and nothing of what the others wanted', async () => {
  expect(await isFirstRun()).toBe(true);
  const early = await post('/sign-up/email', { name: 'Early', email: 'early@example.com', password: person.password });
  expect([early.status, (await early.json()).code]).toEqual([403, 'FIRST_RUN_NEEDED']);
  const asked = await Promise.allSettled(
    [1, 2, 3, 4].map((n) =>
      server.nobody().firstRun.setUp({ ...person, organization: `Works ${n}`, email: `p${n}@example.com` }),
    ),
  );
  expect(asked.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  for (const one of asked) if (one.status === 'rejected') expect((one.reason as AppError).facts.code).toBe('first-run.over');
  expect(await isFirstRun()).toBe(false);
  const [counts] = await server.sql`select
    (select count(*)::int from "user") as people, (select count(*)::int from organization) as organizations,
    (select count(*)::int from lane where kind = 'control') as lanes`;
  expect(counts).toEqual({ people: 1, organizations: 1, lanes: 1 });
});

it('lets its person sign in as owner and reviewer of the platform', async () => {
  const [row] = await server.sql`select email from "user"`;
  const answer = await post('/sign-in/email', { email: row?.email, password: person.password });
  expect(answer.status).toBe(200);
  const cookie = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
  const me = await createCaller(createContext(new Headers({ cookie: cookie.join('; ') }))).organization.me();
  expect(me?.org).toMatchObject({ platform: true, roles: ['owner', 'reviewer'] });
  expect(me?.may).toEqual(expect.arrayContaining(['members.write', 'app.deploy', 'review.decide']));
});

it('is refused afterwards, and says what is wrong with its input', async () => {
  await expect(server.nobody().firstRun.setUp(person)).rejects.toThrow('set up already');
  const wrong = server.nobody().firstRun.setUp({ ...person, email: 'nobody', password: 'short' });
  const error = await wrong.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).facts.fields?.map((field) => field.path)).toEqual(['email', 'password']);
});
