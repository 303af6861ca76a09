import pino from 'pino';

/** One JSON line per event. What could be a secret is cut out by name, at any depth that the product logs. */
export const log = pino({
  name: 'web',
  redact: {
    paths: ['password', 'secret', 'token', 'key', 'authorization', 'cookie'].flatMap((name) => [
      name,
      `*.${name}`,
      `*.*.${name}`,
    ]),
    censor: '[removed]',
  },
});
