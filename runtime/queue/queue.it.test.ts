import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import type { QueueAddress } from './address.ts';
import { openQueue, startWorker } from './queue.ts';
import { type TestRedis, testRedis } from './redis.testing.ts';

/** Set by `npm test`, which installs one where it can. */
const redisProgram = process.env.MILLWRIGHT_REDIS ?? '';
const turn = (shardId: number) => ({ id: `shard-${shardId}`, data: { shardId } });
const soon = { timeout: 10_000, interval: 10 };

/** A worker that notes the turns it gets and holds each until it is asked to close. */
function holder(address: QueueAddress, onError: (error: Error) => void) {
  const held: number[] = [];
  let released = 0;
  const worker = startWorker(
    address,
    'turn',
    async ({ shardId }, signal) => {
      held.push(shardId);
      await new Promise<void>((done) => signal.addEventListener('abort', () => done()));
      released++;
    },
    { onError },
  );
  return { held, released: () => released, close: () => worker.close() };
}

describe.each([
  { backend: 'PostgreSQL', there: true },
  { backend: 'Redis', there: redisProgram !== '' },
])('on $backend', ({ backend, there }) => {
  let database: TestDatabase;
  let redis: TestRedis | undefined;
  let address: QueueAddress;
  beforeAll(async () => {
    if (!there) return;
    database = await testDatabase();
    if (backend === 'Redis') {
      redis = await testRedis(redisProgram);
      await redis.start();
    }
    address = { databaseUrl: database.url, queueUrl: redis?.url };
  });
  afterAll(async () => {
    await redis?.close();
    await database?.close();
  });

  test.runIf(there)(
    'a turn is dealt once, held as long as the shard is active, and given back when the worker closes',
    async () => {
      const errors: Error[] = [];
      const onError = (error: Error) => errors.push(error);
      const queue = openQueue(address, 'turn', onError);
      const worker = holder(address, onError);
      await queue.add([turn(1), turn(2), turn(1)]);
      await expect.poll(() => worker.held.length, soon).toBe(2);
      await queue.add([turn(1), turn(2)]); // they are held: nothing is dealt again
      await new Promise((r) => setTimeout(r, 200));
      expect([...worker.held].sort()).toEqual([1, 2]);
      await expect(queue.add([{ id: 'x', data: { shardId: -1 } }])).rejects.toThrow();
      await worker.close();
      expect(worker.released()).toBe(2);
      await queue.close();
      expect(errors).toEqual([]);
    },
  );

  test.runIf(there)('turns are shared by several workers, each turn by one', async () => {
    const onError = () => {};
    const queue = openQueue(address, 'turn', onError);
    const workers = [holder(address, onError), holder(address, onError)];
    const wanted = Array.from({ length: 40 }, (_, i) => 100 + i);
    await queue.add(wanted.map(turn));
    const all = () => workers.flatMap((worker) => worker.held).sort((a, b) => a - b);
    await expect.poll(() => all().length, soon).toBe(40);
    expect(all()).toEqual(wanted);
    await Promise.all(workers.map((worker) => worker.close()));
    await queue.close();
  });
});

describe('a Redis that is away', () => {
  test.runIf(redisProgram)('at the start is told within seconds, and works from the moment it comes', async () => {
    const redis = await testRedis(redisProgram);
    const errors: Error[] = [];
    const address = { databaseUrl: '', queueUrl: redis.url };
    const queue = openQueue(address, 'turn', (error) => errors.push(error));
    const worker = holder(address, (error) => errors.push(error));
    await expect(queue.add([turn(1)])).rejects.toThrow('the queue does not answer in 2 s');
    expect(errors.map(String).join()).toContain('ECONNREFUSED');
    await redis.start();
    await expect.poll(() => queue.add([turn(2)]).then(() => true, () => false), soon).toBe(true); // biome-ignore format: one line
    await expect.poll(() => worker.held, soon).toContain(2);
    await worker.close();
    await queue.close();
    await redis.close();
  });

  test.runIf(redisProgram)(
    'while turns are held takes none of them away, and deals new ones when it is back, empty',
    async () => {
      const redis = await testRedis(redisProgram);
      await redis.start();
      const address = { databaseUrl: '', queueUrl: redis.url };
      const queue = openQueue(address, 'turn', () => {});
      const worker = holder(address, () => {});
      await queue.add([turn(1)]);
      await expect.poll(() => worker.held, soon).toEqual([1]);
      await redis.kill();
      await expect(queue.add([turn(2)])).rejects.toThrow('the queue does not answer');
      expect(worker.released()).toBe(0);
      await redis.start();
      await expect.poll(() => queue.add([turn(3)]).then(() => true, () => false), soon).toBe(true); // biome-ignore format: one line
      await expect.poll(() => worker.held, soon).toContain(3);
      expect(worker.released()).toBe(0);
      await worker.close();
      await queue.close();
      await redis.close();
    },
  );
});

test('a queue address that is no Redis is refused by name', () => {
  expect(() => openQueue({ databaseUrl: '', queueUrl: 'http://x' }, 'turn', () => {})).toThrow(/QUEUE_URL must start with redis/);
});
