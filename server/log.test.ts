import { DrizzleQueryError } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { describeError } from './log.ts';

it('logs a failed query without its values', () => {
  const error = new Error('call failed', {
    cause: new DrizzleQueryError('insert into secret values ($1)', ['hunter2'], new Error('duplicate key')),
  });
  const text = JSON.stringify(describeError(error));
  expect(text).not.toContain('hunter2');
  expect(text).toContain('insert into secret values ($1)');
  expect(text).toContain('duplicate key');
});
