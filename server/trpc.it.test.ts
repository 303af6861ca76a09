import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asset } from '#drizzle/schema/index.ts';
import { createContext } from './context.ts';
import { AppError } from './errors.ts';
import { follow } from './live.ts';
import { type TestServer, testServer } from './session.testing.ts';
import { createCallerFactory, orgLongProcedure, orgProcedure, router } from './trpc.ts';

const probe = router({
  add: orgProcedure('plant.write').mutation(async ({ ctx }) => {
    await ctx.tx.insert(asset).values({ orgId: ctx.orgId, level: 'site', code: 'A', name: { en: 'A', zh: 'A' } });
  }),
  addAndFail: orgProcedure('plant.write').mutation(async ({ ctx }) => {
    await ctx.tx.insert(asset).values({ orgId: ctx.orgId, level: 'site', code: 'B', name: { en: 'B', zh: 'B' } });
    throw new Error('secret words');
  }),
  addElsewhere: orgProcedure('plant.write').mutation(async ({ ctx }) => {
    await ctx.tx.insert(asset).values({ orgId: 'another', level: 'site', code: 'C', name: { en: 'C', zh: 'C' } });
  }),
  all: orgProcedure('plant.read').query(({ ctx }) => ctx.tx.select({ code: asset.code }).from(asset)),
  long: orgLongProcedure('plant.read').query(({ ctx }) => ctx.tenant((tx) => tx.select({ code: asset.code }).from(asset))),
});
const createProbe = createCallerFactory(probe);

describe('procedures', () => {
  let server: TestServer;
  let one: ReturnType<typeof createProbe>;
  let two: ReturnType<typeof createProbe>;
  beforeAll(async () => {
    server = await testServer();
    for (const [email, name] of [
      ['one@example.com', 'One'],
      ['two@example.com', 'Two'],
    ] as const) {
      const person = await server.person(email);
      await person.call().organization.create({ name });
      const caller = createProbe(() => createContext(person.headers));
      if (name === 'One') one = caller;
      else two = caller;
    }
  });
  afterAll(() => server.stop());

  it('see their organization alone, also when the query forgets to ask for it', async () => {
    await one.add();
    expect(await one.all()).toEqual([{ code: 'A' }]);
    expect(await two.all()).toEqual([]);
    expect(await two.long()).toEqual([]);
  });

  it('undo everything when they fail, and say nothing of the inside', async () => {
    const error = await one.addAndFail().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).facts).toMatchObject({ code: 'platform.failed', family: 'developer' });
    expect(JSON.stringify((error as AppError).facts)).not.toContain('secret words');
    expect(await one.all()).toEqual([{ code: 'A' }]);
  });

  it('cannot write into another organization', async () => {
    await expect(one.addElsewhere()).rejects.toThrow();
    expect(await server.sql`select 1 from asset where org_id = 'another'`).toHaveLength(0);
  });

  it('follow wake-ups: the first at once, later ones gathered, after a lost connection everything', async () => {
    const end = new AbortController();
    const news = follow(['alarms'], { signal: end.signal, everyMs: 20 });
    expect((await news.next()).value).toMatchObject({ all: true });
    // The listening session stands: what was missed while it was made is asked for again.
    expect((await news.next()).value).toMatchObject({ all: true });
    await server.sql`select pg_notify('alarms', 'a,b'), pg_notify('alarms', 'c'), pg_notify('runs', 'd')`;
    expect((await news.next()).value).toEqual({ payloads: new Set(['a', 'b', 'c']), all: false });
    await server.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'millwright web live'`;
    expect((await news.next()).value).toMatchObject({ all: true });
    await server.sql`select pg_notify('alarms', '')`;
    expect((await news.next()).value).toMatchObject({ all: true });

    const last = news.next();
    end.abort();
    expect(await last).toEqual({ done: true, value: undefined });
  });
});
