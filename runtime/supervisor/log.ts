import pino, { type DestinationStream, type Logger } from 'pino';

const SECRET_NAMES = ['password', 'secret', 'token', 'key', 'authorization', 'cookie', 'params'];

/** The log of a process: one JSON line per event. What could be a secret is cut out by name, at any depth that the product logs. */
export function openLog(name: string, to: DestinationStream = pino.destination(1)): Logger {
  const paths = SECRET_NAMES.flatMap((secret) => [secret, `*.${secret}`, `*.*.${secret}`]);
  return pino({ name, redact: { paths, censor: '[removed]' }, serializers: { err: describeError } }, to);
}

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
