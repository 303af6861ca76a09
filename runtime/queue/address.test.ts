import { expect, it } from 'vitest';
import { redisOptions } from './address.ts';

it('reads what people write for a Redis or Valkey', () => {
  expect(redisOptions('redis://host')).toMatchObject({ host: 'host', port: 6379 });
  expect(redisOptions('valkey://me:p%40ss@10.0.0.7:6380/3')).toMatchObject({
    host: '10.0.0.7',
    port: 6380,
    username: 'me',
    password: 'p@ss',
    db: 3,
  });
  expect(redisOptions('rediss://:word@queue.example.com')).toMatchObject({
    password: 'word',
    tls: { servername: 'queue.example.com' },
  });
  expect(redisOptions('redis://[::1]:7000')).toMatchObject({ host: '::1', port: 7000 });
  expect(() => redisOptions('http://host')).toThrow("QUEUE_URL must start with redis://, rediss:// or valkey://, not 'http:'");
});

it('tries again within a second, for ever', () => {
  const { retryStrategy } = redisOptions('redis://host');
  for (let times = 1; times < 1_000; times++) expect(retryStrategy(times)).toBeLessThanOrEqual(1_000);
});
