import type { ConnectorError } from '#blocks/sdk/connector.ts';
import type { ConnectionStatus } from '#drizzle/schema/connection.ts';

/** What a supervised connection knows of itself at one moment. */
export interface Facts {
  readonly enabled: boolean;
  /** The session stands; says nothing about data. */
  readonly open: boolean;
  /** Why the last attempt or session ended. */
  readonly failure: Pick<ConnectorError, 'part' | 'code' | 'message'> | undefined;
  readonly tags: number;
  /** Tags whose newest value is good and not too old; and those that never had one yet but still may. */
  readonly fresh: number;
  readonly waiting: number;
  readonly newest: number | undefined;
  readonly addressErrors: readonly { readonly code: string; readonly reason: string }[];
  readonly devices: Readonly<Record<string, { readonly state: string; readonly reason?: string }>>;
  readonly samplesPerSecond: number;
  /** The log does not take samples now; they are kept on disk. */
  readonly logAway: boolean;
}

type Verdict = Pick<ConnectionStatus, 'state' | 'part' | 'code' | 'reason'>;

/** The state with its reason, from the age of data and not from the socket: green means that every tag has a fresh value. */
export function judge(facts: Facts): Verdict {
  if (!facts.enabled) return { state: 'off' };
  const { failure } = facts;
  if (!facts.open) {
    if (!failure) return { state: 'connecting' };
    return { state: 'failed', part: failure.part, code: failure.code, reason: failure.message };
  }
  if (facts.logAway) {
    return {
      state: 'degraded',
      part: 'log',
      code: 'log.away',
      reason: 'The database does not answer; samples are kept on disk and follow in order.',
    };
  }
  if (facts.tags === 0) return { state: 'live', code: 'tags.none', reason: 'Connected; no tag uses this connection yet.' };
  if (facts.fresh === facts.tags) return { state: 'live' };
  const away = Object.entries(facts.devices).filter(([, device]) => device.state === 'failed');
  const [address] = facts.addressErrors;
  const why: Verdict | undefined =
    away[0] !== undefined
      ? {
          state: 'degraded',
          part: 'device',
          code: 'device.away',
          reason: `${away.map(([name]) => name).join(', ')}: ${away[0][1].reason ?? 'no answer'}`,
        }
      : address
        ? { state: 'degraded', part: 'address', code: address.code, reason: address.reason }
        : undefined;
  if (facts.fresh > 0) {
    return (
      why ?? {
        state: 'degraded',
        part: 'data',
        code: 'data.partly',
        reason: `${facts.tags - facts.fresh} of ${facts.tags} tags have no fresh good value.`,
      }
    );
  }
  if (facts.waiting > 0 && !why) return { state: 'connecting' };
  if (why) return { ...why, state: facts.newest === undefined ? 'failed' : 'stale' };
  return { state: 'stale', part: 'data', code: 'data.silent', reason: 'The connection stands, but no fresh good value comes.' };
}

export const sameVerdict = (a: Verdict | undefined, b: Verdict): boolean =>
  a !== undefined && a.state === b.state && a.part === b.part && a.code === b.code && a.reason === b.reason;
