import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { until } from '#blocks/connectors/suite.ts';
import { connection } from '#drizzle/schema/index.ts';
import { plantFixture } from './fixture.testing.ts';
import { Doubts, doubtfulLeases, endFrozenHolder, holdLiveness, LEASE_MS, releaseLease, renewAndClaim } from './leases.ts';

/** The liveness lock of the one gateway; other tests hold locks of their own in their databases of this server. */
const lockStands = (sql: Awaited<ReturnType<typeof plantFixture>>['sql']) =>
  until('the lock stands', async () => {
    const held = await sql`select 1 from pg_locks where locktype = 'advisory' and classid = 7 and granted
      and database = (select oid from pg_database where datname = current_database())`;
    return held.length === 1;
  });

test('one holder at a time; taken over when the lease is over; given up when released or switched off', async () => {
  await using plant = await plantFixture();
  const id = await plant.connect('mqtt', {});
  const both = await Promise.all([renewAndClaim(plant.sql, 'a'), renewAndClaim(plant.sql, 'b')]);
  expect(both.map((ids) => ids.size).toSorted()).toEqual([0, 1]);
  const [holder, other] = both[0]?.has(id) ? ['a', 'b'] : ['b', 'a'];
  expect(await renewAndClaim(plant.sql, other)).toEqual(new Set());
  await plant.sql`update connection set lease_until = now() - interval '1 second'`;
  expect(await renewAndClaim(plant.sql, other)).toEqual(new Set([id]));
  expect(await renewAndClaim(plant.sql, holder)).toEqual(new Set());
  await releaseLease(plant.sql, holder, id); // not its to release
  expect(await renewAndClaim(plant.sql, holder)).toEqual(new Set());
  await releaseLease(plant.sql, other, id);
  expect(await renewAndClaim(plant.sql, holder)).toEqual(new Set([id]));
  await plant.db.update(connection).set({ enabled: false }).where(eq(connection.id, id));
  expect(await renewAndClaim(plant.sql, holder)).toEqual(new Set());
});

test('what programs push is held by no gateway', async () => {
  await using plant = await plantFixture();
  await plant.connect('push', {});
  expect(await renewAndClaim(plant.sql, 'a')).toEqual(new Set());
});

test('a holder whose process is gone is replaced before its lease is over, a living one is not', async () => {
  await using plant = await plantFixture();
  const id = await plant.connect('mqtt', {});
  const alive = holdLiveness(plant.url, 'a');
  await lockStands(plant.sql);
  await renewAndClaim(plant.sql, 'a');
  await plant.sql`update connection set lease_until = now() + interval '3 seconds'`; // two seconds without a renewal
  expect(await renewAndClaim(plant.sql, 'b')).toEqual(new Set());
  await alive.close();
  await until('taken over', async () => (await renewAndClaim(plant.sql, 'b')).has(id), 2000);
});

test('a clock that is set forward an hour takes no connection from a gateway that lives; from one that is frozen it is taken a lease later', async () => {
  await using plant = await plantFixture();
  const id = await plant.connect('mqtt', {});
  const alive = holdLiveness(plant.url, 'a');
  await lockStands(plant.sql);
  await renewAndClaim(plant.sql, 'a');
  await plant.sql`update connection set lease_until = now() - interval '1 hour'`;
  const doubts = new Doubts();
  expect(doubts.note(await doubtfulLeases(plant.sql), 0)).toEqual([]);
  expect(await renewAndClaim(plant.sql, 'b')).toEqual(new Set());
  // renewed, it is nobody's business
  await renewAndClaim(plant.sql, 'a');
  expect(doubts.note(await doubtfulLeases(plant.sql), LEASE_MS)).toEqual([]);
  await plant.sql`update connection set lease_until = now() - interval '1 hour'`;
  expect(doubts.note(await doubtfulLeases(plant.sql), LEASE_MS + 1)).toEqual([]);
  const doubted = doubts.note(await doubtfulLeases(plant.sql), 2 * LEASE_MS + 1);
  expect(doubted).toEqual([id]);
  expect(await renewAndClaim(plant.sql, 'b', doubted)).toEqual(new Set([id]));
  await alive.close();
});

test('a clock that was set back an hour leaves no lease of an hour: a holder that is gone is replaced at once', async () => {
  await using plant = await plantFixture();
  const id = await plant.connect('mqtt', {});
  const alive = holdLiveness(plant.url, 'a');
  await lockStands(plant.sql);
  await renewAndClaim(plant.sql, 'a');
  await plant.sql`update connection set lease_until = now() + interval '1 hour'`;
  expect(await renewAndClaim(plant.sql, 'b')).toEqual(new Set());
  await alive.close();
  await until('taken over', async () => (await renewAndClaim(plant.sql, 'b')).has(id), 2000);
});

test('a renewal waits for a row that is being written, rather than losing it', async () => {
  await using plant = await plantFixture();
  const id = await plant.connect('mqtt', {});
  await renewAndClaim(plant.sql, 'a');
  let renewal: Promise<Set<string>> | undefined;
  await plant.sql.begin(async (tx) => {
    await tx`update connection set name = 'written' where id = ${id}`;
    renewal = renewAndClaim(plant.sql, 'a');
    await new Promise((resolve) => setTimeout(resolve, 200));
  });
  expect(await renewal).toEqual(new Set([id]));
});

test('the session of a frozen holder is ended only by whoever has the lease', async () => {
  await using plant = await plantFixture();
  const id = await plant.connect('mqtt', {});
  const frozen = await plant.sql.reserve();
  await frozen`select pg_advisory_lock(1, 4711)`;
  const held = async () =>
    (await plant.sql`select 1 from pg_locks where locktype = 'advisory' and classid = 1 and objid = 4711 and granted`).length;
  await endFrozenHolder(plant.sql, 'b', id, 4711);
  expect(await held()).toBe(1);
  await renewAndClaim(plant.sql, 'b');
  await endFrozenHolder(plant.sql, 'b', id, 4711);
  for (let i = 0; i < 50 && (await held()) > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await held()).toBe(0);
  frozen.release();
});
