import { expect, it } from 'vitest';
import { pushStatus } from './push-status.ts';

const since = new Date('2026-03-01T00:00:00Z');
const newest = Date.parse('2026-03-01T01:00:00Z');

it('says of pushed tags what the age of their data says', () => {
  expect(pushStatus({ tags: 0, fresh: 0, newest: null }, since)).toMatchObject({
    state: 'idle',
    code: 'tags.none',
    since: since.toISOString(),
    zh: expect.stringContaining('编程接口'),
  });
  expect(pushStatus({ tags: 2, fresh: 0, newest: null }, since).state).toBe('connecting');
  expect(pushStatus({ tags: 2, fresh: 2, newest }, since)).toMatchObject({
    state: 'live',
    lastValueAt: '2026-03-01T01:00:00.000Z',
  });
  expect(pushStatus({ tags: 3, fresh: 1, newest }, since)).toMatchObject({
    state: 'degraded',
    part: 'data',
    reason: expect.stringContaining('2 of 3'),
  });
  expect(pushStatus({ tags: 3, fresh: 0, newest }, since)).toMatchObject({ state: 'stale', zh: expect.stringContaining('3 个') });
});
