import pino from 'pino';

const SECRET_NAMES = ['password', 'secret', 'token', 'key', 'authorization', 'cookie', 'params'];

/** One JSON line per event. What could be a secret is cut out by name, at any depth that the product logs. */
export const log = pino({
  name: 'web',
  redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[removed]' },
  serializers: { err: describeError },
});

/**
 * An error with its causes. Drizzle writes a failed query's values into its message, and a value may be a secret or a person's data: of a
 * failed query only the statement and the database's own words are logged.
 */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const query = (error as { query?: unknown }).query;
  const failedQuery = typeof query === 'string' && 'params' in error;
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    ...(failedQuery
      ? { query }
      : {
          message: error.message,
          stack: error.stack
            ?.split('\n')
            .slice(1, 8)
            .map((line) => line.trim()),
        }),
    ...(error.cause === undefined || error.cause === error ? {} : { cause: describeError(error.cause) }),
  };
}
