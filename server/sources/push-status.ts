import type { ConnectionStatus } from '#drizzle/schema/connection.ts';

/** What is known of the tags that programs write over the programming interface. */
export interface PushedTags {
  readonly tags: number;
  /** Those with a value that is not too old. */
  readonly fresh: number;
  /** Time of the newest value, epoch ms. */
  readonly newest: number | null;
}

/** No gateway holds what is pushed, so nobody reports on it: its state comes from the age of data, as everywhere. */
export function pushStatus({ tags, fresh, newest }: PushedTags, since: Date): ConnectionStatus {
  const base = {
    since: (newest === null ? since : new Date(newest)).toISOString(),
    ...(newest === null ? {} : { lastValueAt: new Date(newest).toISOString() }),
  };
  if (tags === 0) {
    const none = { reason: 'No tag is written over the programming interface yet.', zh: '尚无通过编程接口写入的测点。' };
    return { ...base, state: 'idle', code: 'tags.none', ...none };
  }
  if (newest === null) return { ...base, state: 'connecting' };
  if (fresh === tags) return { ...base, state: 'live' };
  const some = {
    reason: `${tags - fresh} of ${tags} tags have no fresh value from the programming interface.`,
    zh: `${tags} 个测点中有 ${tags - fresh} 个未从编程接口收到新值。`,
  };
  return { ...base, state: fresh > 0 ? 'degraded' : 'stale', part: 'data', code: 'data.silent', ...some };
}
