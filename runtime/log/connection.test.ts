import { expect, test } from 'vitest';
import { LogUnavailableError, sessionLost } from './connection.ts';

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code });

test.each([
  ['server shut down', coded('57P01')],
  ['socket', coded('EPIPE')],
  ['refused', coded('ECONNREFUSED')],
  ['postgres.js', coded('CONNECTION_CLOSED')],
  ['pg without code', new Error('Connection terminated unexpectedly')],
  ['wrapped by the ORM', new Error('Failed query: select', { cause: coded('57P01') })],
  ['ours', new LogUnavailableError('x')],
])('%s: the session is lost', (_name, error) => {
  expect(sessionLost(error)).toBe(true);
});
test.each([
  ['unique violation', coded('23505')],
  ['wrapped syntax error', new Error('Failed query: select', { cause: coded('42601') })],
  ['a text about connections in data', Object.assign(new Error('invalid Connection name'), { code: '22P02' })],
  ['no error', 'terminated'],
])('%s: the statement is wrong', (_name, error) => {
  expect(sessionLost(error)).toBe(false);
});
