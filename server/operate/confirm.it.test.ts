/** Who may confirm a command to a machine: through sessions as browsers have them, the effect runner, and the log that the app hears. */
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appVersion, confirmation, effect, installation, instance, member, user } from '#drizzle/schema/index.ts';
import { type EffectRunner, startEffectRunner } from '#runtime/effects/runner.ts';
import { type TestServer, testServer } from '../session.testing.ts';
import { both, code, one } from './fixture.testing.ts';

let server: TestServer;
let runner: EffectRunner;
let orgId = '';
let instanceId = '';
let step = 0;
type Person = Awaited<ReturnType<TestServer['person']>>;
let owner: Person;
let first: Person;
let second: Person;
let viewer: Person;

beforeAll(async () => {
  server = await testServer();
  owner = await server.person('owner@plant.example', 'Wang Fang');
  ({ orgId } = await owner.call().organization.create({ name: 'Plant' }));
  const joins = async (email: string, name: string, role: string) => {
    const person = await server.person(email, name);
    await server.db
      .insert(member)
      .values({ id: `m ${email}`, organizationId: orgId, userId: person.id, role, createdAt: new Date() });
    return person;
  };
  // two people of one name, as there are in every plant
  first = await joins('one@plant.example', 'Li Na', 'operator');
  second = await joins('two@plant.example', 'Li Na', 'operator');
  viewer = await joins('viewer@plant.example', 'Zhao Lei', 'viewer');
  const version = one(
    await server.db
      .insert(appVersion)
      .values({ orgId, name: both('App'), version: '1.0.0', graph: '{}', graphHash: 'x', screens: [] })
      .returning(),
  );
  const installed = one(
    await server.db
      .insert(installation)
      .values({ orgId, name: both('App'), versionId: version.id })
      .returning(),
  );
  const values = { orgId, installationId: installed.id, versionId: version.id, key: 'C-101', bindings: {} };
  instanceId = one(await server.db.insert(instance).values(values).returning()).id;
  runner = startEffectRunner({ db: server.db, warn: () => {} });
}, 60_000);
afterAll(async () => {
  await runner.stop();
  await server.stop();
});

/** An app asks; what comes back is the question, and a look at what the app was told. */
async function question(persons: number) {
  const seconds = 60;
  const id = { shardId: 1, step: ++step, ordinal: 0 };
  await server.db.insert(effect).values({
    ...id,
    orgId,
    instanceId,
    node: 'person',
    key: 'C-101',
    kind: 'confirm.request',
    request: { text: both('Start?'), value: 7.2, persons, timeout: seconds },
    deadline: new Date(Date.now() + seconds * 1000),
  });
  runner.wake();
  const find = async () => (await server.db.select().from(confirmation).where(eq(confirmation.step, id.step)))[0];
  await expect.poll(find, { timeout: 20_000 }).toBeDefined();
  return {
    id: (await find())?.id ?? '',
    state: async () => (await find())?.state,
    told: async () => one(await server.db.select().from(effect).where(eq(effect.step, id.step))),
  };
}
const says = (person: Person, id: string, agree: boolean) => person.call().operate.confirm({ id, agree });

it('a person without the permission confirms nothing', async () => {
  const asked = await question(1);
  expect(await code(says(viewer, asked.id, true))).toBe('access.forbidden');
  expect(await code(server.nobody().operate.confirm({ id: asked.id, agree: true }))).toBe('access.sign-in-needed');
  expect(await asked.state()).toBe('open');
  expect(await says(first, asked.id, true)).toEqual({ state: 'confirmed' });
  expect(await asked.told()).toMatchObject({ status: 'done', answer: { ok: true, value: 'Li Na' } });
});

it('two must be two: not one twice, not one under another name; two of one name are two', async () => {
  const asked = await question(2);
  expect(await says(first, asked.id, true)).toEqual({ state: 'open' });
  expect(await code(says(first, asked.id, true))).toBe('operate.confirmed-already');
  await server.db.update(user).set({ name: 'Somebody else' }).where(eq(user.id, first.id));
  expect(await code(says(first, asked.id, true))).toBe('operate.confirmed-already');
  await server.db.update(user).set({ name: 'Li Na' }).where(eq(user.id, first.id));
  expect(await asked.told()).toMatchObject({ status: 'waiting', answer: null });
  expect(await says(second, asked.id, true)).toEqual({ state: 'confirmed' });
  expect(await asked.told()).toMatchObject({ status: 'done', answer: { ok: true, value: 'Li Na, Li Na' } });
});

it('one refusal ends it, whoever agreed before', async () => {
  const asked = await question(2);
  expect(await says(owner, asked.id, true)).toEqual({ state: 'open' });
  expect(await says(second, asked.id, false)).toEqual({ state: 'refused' });
  expect(await code(says(first, asked.id, true))).toBe('operate.confirmation-over');
  expect(await asked.told()).toMatchObject({
    status: 'refused',
    answer: { ok: false, code: 'refused-by', params: { by: 'Li Na' } },
  });
});

it('a confirmation after its time confirms nothing, also when another had agreed in time', async () => {
  const asked = await question(2);
  expect(await says(first, asked.id, true)).toEqual({ state: 'open' });
  const over = { deadline: new Date(Date.now() - 1) };
  await server.db.update(confirmation).set(over).where(eq(confirmation.id, asked.id));
  expect(await code(says(second, asked.id, true))).toBe('operate.confirmation-over');
  await server.db.update(effect).set(over).where(eq(effect.step, step));
  await expect.poll(asked.state, { timeout: 20_000 }).toBe('expired');
  expect(await code(says(second, asked.id, true))).toBe('operate.confirmation-over');
  expect(await asked.told()).toMatchObject({ status: 'expired', answer: { ok: false, code: 'expired' } });
});
