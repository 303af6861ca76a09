import type { ConnectorError } from '#blocks/sdk/connector.ts';
import type { ConnectionStatus } from '#drizzle/schema/connection.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import { CLOCK_OFF_MS } from '#runtime/samples/scale.ts';

/** What a supervised connection knows of itself at one moment. */
export interface Facts {
  readonly enabled: boolean;
  /** The session stands; says nothing about data. */
  readonly open: boolean;
  /** Why the last attempt or session ended. */
  readonly failure: Pick<ConnectorError, 'part' | 'code' | 'text'> | undefined;
  readonly tags: number;
  /** Tags whose newest value is good and not too old; and those that never had one yet but still may. */
  readonly fresh: number;
  readonly waiting: number;
  readonly newest: number | undefined;
  readonly addressErrors: readonly Pick<ConnectorError, 'code' | 'text'>[];
  readonly devices: Readonly<Record<string, { readonly state: string; readonly reason?: Bilingual }>>;
  readonly samplesPerSecond: number;
  /** What it shows to others, for a connection that does. */
  readonly published?: { readonly variables: number; readonly clients: number } | undefined;
  /** The source's clock against ours, ms; negative = behind. */
  readonly clockAheadMs?: number | undefined;
  /** The log does not take samples now; they are kept on disk. */
  readonly logAway: boolean;
}

type Verdict = Pick<ConnectionStatus, 'state' | 'part' | 'code' | 'reason' | 'zh'>;
const said = ({ en, zh }: Bilingual) => ({ reason: en, zh });

/** The state with its reason, from the age of data and not from the socket: green means that every tag has a fresh value. */
export function judge(facts: Facts): Verdict {
  if (!facts.enabled) return { state: 'off' };
  const { failure } = facts;
  if (!facts.open) {
    if (!failure) return { state: 'connecting' };
    return { state: 'failed', part: failure.part, code: failure.code, ...said(failure.text) };
  }
  if (facts.logAway) {
    return {
      state: 'degraded',
      part: 'log',
      code: 'log.away',
      ...said({
        en: 'The database takes no samples at the moment; they are kept on disk and follow in order.',
        zh: '数据库暂时无法写入；采样已暂存到磁盘，之后按顺序写入。',
      }),
    };
  }
  if (facts.tags === 0 && facts.published) {
    const { variables, clients } = facts.published;
    const shown = {
      en: `Shows ${variables} variables; clients connected: ${clients}.`,
      zh: `已发布 ${variables} 个变量；已连接客户端 ${clients} 个。`,
    };
    return { state: variables > 0 ? 'live' : 'idle', code: 'published', ...said(shown) };
  }
  if (facts.tags === 0) {
    const none = { en: 'Connected; no tag uses this connection yet.', zh: '已连接；尚无测点使用此连接。' };
    return { state: 'idle', code: 'tags.none', ...said(none) };
  }
  if (facts.fresh === facts.tags) return wrongClock(facts.clockAheadMs) ?? { state: 'live' };
  const away = Object.entries(facts.devices).filter(([, device]) => device.state === 'failed');
  const [address] = facts.addressErrors;
  const why: Verdict | undefined =
    away[0] !== undefined
      ? {
          state: 'degraded',
          part: 'device',
          code: 'device.away',
          ...said({
            en: `${away.map(([name]) => name).join(', ')}: ${away[0][1].reason?.en ?? 'no answer'}`,
            zh: `${away.map(([name]) => name).join('、')}：${away[0][1].reason?.zh ?? '没有响应'}`,
          }),
        }
      : address
        ? { state: 'degraded', part: 'address', code: address.code, ...said(address.text) }
        : undefined;
  if (facts.fresh > 0) {
    return (
      why ?? {
        state: 'degraded',
        part: 'data',
        code: 'data.partly',
        ...said({
          en: `${facts.tags - facts.fresh} of ${facts.tags} tags have no fresh good value.`,
          zh: `${facts.tags} 个测点中有 ${facts.tags - facts.fresh} 个没有新的有效值。`,
        }),
      }
    );
  }
  if (facts.waiting > 0 && !why) return { state: 'connecting' };
  if (why) return { ...why, state: facts.newest === undefined ? 'failed' : 'stale' };
  const silent = { en: 'The connection stands, but no fresh good value comes.', zh: '连接正常，但没有收到新的有效值。' };
  return { state: 'stale', part: 'data', code: 'data.silent', ...said(silent) };
}

/** Values come, but at the wrong time. */
function wrongClock(aheadMs: number | undefined): Verdict | undefined {
  if (aheadMs === undefined || Math.abs(aheadMs) <= CLOCK_OFF_MS) return undefined;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const off = {
    en: `The clock of the source is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} ours; its values are marked. Set it right.`,
    zh: `数据源时钟比本机${aheadMs > 0 ? '快' : '慢'} ${seconds} 秒，其数值已标记。请校准时钟。`,
  };
  return { state: 'degraded', part: 'data', code: 'clock.off', ...said(off) };
}

export const sameVerdict = (a: Verdict | undefined, b: Verdict): boolean =>
  a !== undefined && a.state === b.state && a.part === b.part && a.code === b.code && a.reason === b.reason;
