import { expect, test } from 'vitest';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { openQueue, startWorker } from './queue.ts';

const until = async (ok: () => boolean) => {
  for (let i = 0; i < 500 && !ok(); i++) await new Promise((r) => setTimeout(r, 10));
  expect(ok()).toBe(true);
};

test('a turn is dealt once, held as long as the shard is active, and given back when the worker closes', async () => {
  await using database = await testDatabase();
  const errors: Error[] = [];
  const onError = (error: Error) => errors.push(error);
  const address = { databaseUrl: database.url };
  const queue = openQueue(address, 'turn', onError);
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
  const turn = (shardId: number) => ({ id: `shard-${shardId}`, data: { shardId } });
  await queue.add([turn(1), turn(2), turn(1)]);
  await until(() => held.length === 2);
  await queue.add([turn(1), turn(2)]); // they are held: nothing is dealt again
  await new Promise((r) => setTimeout(r, 200));
  expect([...held].sort()).toEqual([1, 2]);
  await expect(queue.add([{ id: 'x', data: { shardId: -1 } }])).rejects.toThrow();
  await worker.close();
  expect(released).toBe(2);
  await queue.close();
  expect(errors).toEqual([]);
});

test('a queue address that is no Redis is refused by name', () => {
  expect(() => openQueue({ databaseUrl: '', queueUrl: 'http://x' }, 'turn', () => {})).toThrow(/QUEUE_URL must start with redis/);
});
