import { DrizzleQueryError } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { describeError, openLog } from './log.ts';

it('logs a failed query without its values', () => {
  const error = new Error('call failed', {
    cause: new DrizzleQueryError('insert into secret values ($1)', ['hunter2'], new Error('duplicate key')),
  });
  const text = JSON.stringify(describeError(error));
  expect(text).not.toContain('hunter2');
  expect(text).toContain('insert into secret values ($1)');
  expect(text).toContain('duplicate key');
});

it('cuts out what could be a secret by its name, wherever it stands in an event', () => {
  const lines: string[] = [];
  const log = openLog('test', { write: (line: string) => void lines.push(line) });
  log.info({ password: 'hunter2', settings: { token: 'hunter2', host: 'plc' }, a: { b: { secret: 'hunter2' } } }, 'connected');
  log.warn({ err: new Error('no answer') }, 'late');
  expect(lines.join()).not.toContain('hunter2');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    name: 'test',
    password: '[removed]',
    settings: { host: 'plc' },
    msg: 'connected',
  });
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ err: { type: 'Error', message: 'no answer' } });
});
