/** Where the queue lives: the database, or Redis/Valkey by `QUEUE_URL=redis://…`. */
export interface QueueAddress {
  readonly databaseUrl: string;
  readonly queueUrl?: string | undefined;
}

/** `redis://user:password@host:6379/0`; `valkey://` is the same, `rediss://` and `valkeys://` over TLS. */
export function redisOptions(queueUrl: string) {
  const scheme = /^(redis|valkey)(s?):\/\//.exec(queueUrl);
  if (!scheme) throw new Error(`QUEUE_URL must start with redis://, rediss:// or valkey://, not '${queueUrl.split(':')[0]}:'`);
  const url = new URL(queueUrl);
  const database = url.pathname.slice(1);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 6379),
    ...(url.username ? { username: decodeURIComponent(url.username) } : {}),
    ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
    ...(database ? { db: Number(database) } : {}),
    ...(scheme[2] ? { tls: { servername: url.hostname } } : {}),
    // who works off jobs waits for the server to come back for ever
    maxRetriesPerRequest: null,
    // its own pauses grow to 20 s
    retryStrategy: (times: number) => Math.min(100 * 2 ** Math.min(times, 4), 1_000),
  };
}
