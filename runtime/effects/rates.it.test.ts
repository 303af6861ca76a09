import { expect, test } from 'vitest';
import { rateBucket } from '#drizzle/schema/index.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { Pace, takeTokens } from './rates.ts';

test('a shared bucket gives its burst to whoever is first, never more, and fills again by the clock', async () => {
  await using database = await closing();
  const { db } = database;
  const rate = { perMinute: 60, burst: 10 };
  const take = (wanted: number, org = 'org') => takeTokens(db, org, 'b', wanted, rate);
  // ten processes want three each: ten tokens are there, and what a slow machine fills in meanwhile
  const began = Date.now();
  const taken = (await Promise.all(Array.from({ length: 10 }, () => take(3)))).reduce((a, b) => a + b, 0);
  const filled = Math.ceil((Date.now() - began) / 1000);
  expect(taken).toBeGreaterThanOrEqual(10);
  expect(taken).toBeLessThanOrEqual(10 + filled);
  expect(await take(3, 'another'), 'each tenant has its own').toBe(3);
  // five seconds later five tokens are there; an hour later no more than the burst; a clock an hour back takes nothing away
  const shift = (ms: number) => db.update(rateBucket).set({ tokens: 0, at: Date.now() - ms });
  await shift(5_500);
  expect(await take(9)).toBeGreaterThanOrEqual(5);
  await shift(3_600_000);
  expect(await take(50)).toBe(10);
  await shift(-3_600_000);
  expect(await take(1)).toBe(0);
});

test('a pace within a process: first come, first served, and nobody waits past their deadline', async () => {
  const pace = new Pace({ perMinute: 600, burst: 2 });
  const order: number[] = [];
  const began = performance.now();
  const turn = async (n: number, deadline: number) => {
    const ok = await pace.turn(deadline);
    order.push(ok ? n : -n);
  };
  const far = Date.now() + 60_000;
  await Promise.all([turn(1, far), turn(2, far), turn(3, far), turn(4, Date.now() - 1), turn(5, far)]);
  // two at once, then one every 100 ms; the late one costs no token
  expect(order).toEqual([1, 2, 3, -4, 5]);
  expect(performance.now() - began).toBeGreaterThan(150);
});

async function closing() {
  const database = await testDatabase();
  return { ...database, [Symbol.asyncDispose]: () => database.close() };
}
