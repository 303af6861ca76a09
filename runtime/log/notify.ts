import type pg from 'pg';
import { connectLog } from './connection.ts';

/**
 * Wake-ups. NOTIFY inside an appending transaction serializes all commits of the server, so it is sent beside the append, on a connection of
 * its own that does not wait for the disk, and is coalesced: whatever is told while one is under way goes with the next. A lost wake-up costs
 * a poll interval, never data.
 */
export interface Notifier {
  /** Tells channel `log` that these lanes have new entries. */
  lanes(ids: readonly number[]): void;
  /** Tells another channel; payloads are joined by commas. */
  tell(channel: string, payload: string): void;
  close(): Promise<void>;
}

/** PostgreSQL refuses payloads of 8,000 bytes and more; an empty one means "look at everything". */
const PAYLOAD_BYTES = 7_000;

export function openNotifier(url: string, options: { name?: string } = {}): Notifier {
  const waiting = new Map<string, Set<string>>();
  let client: pg.Client | undefined;
  let busy: Promise<void> | undefined;
  let closed = false;

  async function flush(): Promise<void> {
    while (waiting.size > 0 && !closed) {
      if (!client) {
        const fresh = await connectLog(url, options.name ?? 'notify');
        fresh.on('end', () => {
          if (client === fresh) client = undefined;
        });
        await fresh.query('set synchronous_commit = off');
        client = fresh;
      }
      const channels: string[] = [];
      const payloads: string[] = [];
      for (const [channel, parts] of waiting) {
        const payload = [...parts].join();
        channels.push(channel);
        payloads.push(payload.length > PAYLOAD_BYTES ? '' : payload);
      }
      waiting.clear();
      await client.query({
        name: 'notify',
        text: 'select pg_notify(c, p) from unnest($1::text[], $2::text[]) u(c, p)',
        values: [channels, payloads],
      });
    }
  }
  function start(): void {
    busy ??= flush()
      .catch(() => {
        // the database is away: readers poll, and what they missed by notification they find there
        client?.end().catch(() => {});
        client = undefined;
      })
      .finally(() => {
        busy = undefined;
        if (waiting.size > 0 && client && !closed) start();
      });
  }
  const tell = (channel: string, parts: Iterable<string>) => {
    const set = waiting.get(channel) ?? new Set<string>();
    waiting.set(channel, set);
    for (const part of parts) set.add(part);
    start();
  };
  return {
    lanes: (ids) => tell('log', ids.map(String)),
    tell: (channel, payload) => tell(channel, [payload]),
    async close() {
      await busy;
      closed = true;
      await client?.end().catch(() => {});
    },
  };
}

export interface Listener {
  /** True while the session stands; otherwise rely on polling. */
  readonly connected: boolean;
  close(): Promise<void>;
}

/**
 * Listens on the channels for as long as the process lives: a broken session is made anew after a moment, and `onMessage` is then called
 * once per channel with an empty payload ("look at everything"), because notifications in between are lost.
 */
export function openListener(
  url: string,
  channels: readonly string[],
  onMessage: (channel: string, payload: string) => void,
  options: { name?: string; retryMs?: number } = {},
): Listener {
  const retryMs = options.retryMs ?? 250;
  let client: pg.Client | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    if (closed) return;
    let fresh: pg.Client | undefined;
    try {
      fresh = await connectLog(url, options.name ?? 'listen');
      fresh.on('notification', (m) => onMessage(m.channel, m.payload ?? ''));
      fresh.on('end', again);
      for (const channel of channels) await fresh.query(`listen ${fresh.escapeIdentifier(channel)}`);
      client = fresh;
      if (closed) await fresh.end();
      else for (const channel of channels) onMessage(channel, '');
    } catch {
      fresh?.removeListener('end', again);
      fresh?.end().catch(() => {});
      again();
    }
  }
  function again(): void {
    client = undefined;
    if (!closed) timer = setTimeout(connect, retryMs);
  }
  void connect();
  return {
    get connected() {
      return client !== undefined;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      client?.removeListener('end', again);
      await client?.end().catch(() => {});
    },
  };
}

/** Lane ids of a payload of channel `log`; undefined = any lane. */
export const lanesOf = (payload: string): number[] | undefined => (payload === '' ? undefined : payload.split(',').map(Number));
