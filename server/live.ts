import { type Listener, openListener } from '#runtime/log/notify.ts';
import { env } from './env.ts';

/** Wake-ups of the database. They say that something changed, never what it is now: a follower reads again. */
export const LIVE_CHANNELS = [
  'log',
  'control',
  'effects',
  'alarms',
  'runs',
  'probes',
  'connections',
  'apps',
  'pinned',
  'apps',
] as const;
export type LiveChannel = (typeof LIVE_CHANNELS)[number];

type Hearer = (payload: string) => void;

/** One listening connection a process, opened at the first follower; it is made anew after a loss, and everyone is then told to read again. */
class LiveHub {
  readonly #hearers = new Map<string, Set<Hearer>>();
  readonly #listener: Listener;

  constructor(url: string) {
    const tell = (channel: string, payload: string) => {
      for (const hear of this.#hearers.get(channel) ?? []) hear(payload);
    };
    this.#listener = openListener(url, LIVE_CHANNELS, tell, { name: 'web live' });
  }

  add(channel: LiveChannel, hear: Hearer): () => void {
    const set = this.#hearers.get(channel) ?? new Set();
    this.#hearers.set(channel, set);
    set.add(hear);
    return () => set.delete(hear);
  }

  close(): Promise<void> {
    return this.#listener.close();
  }
}

const held = globalThis as typeof globalThis & { millwrightLive?: LiveHub };

/** For tests and a clean stop. */
export async function closeLive(): Promise<void> {
  const hub = held.millwrightLive;
  delete held.millwrightLive;
  await hub?.close();
}

export interface LiveNews {
  /** Payloads since the last news, without repeats: lane ids of `log` one by one, else row or organization ids. */
  readonly payloads: ReadonlySet<string>;
  /** Wake-ups may be missing (first news, or the connection was lost): read everything again. */
  readonly all: boolean;
}

/**
 * Follows channels until `signal` ends. The first news comes at once, so that a follower reads its start state in the same loop:
 *
 *     for await (const news of follow(['alarms'], { signal, everyMs: 250 }))
 *       if (news.all || news.payloads.has(ctx.orgId)) yield tracked(…)
 *
 * `everyMs`: at most one news in that time; wake-ups meanwhile are gathered. `idleMs`: news without payloads after so long a silence, for
 * followers that show ages.
 */
export async function* follow(
  channels: readonly LiveChannel[],
  options: { signal?: AbortSignal | undefined; everyMs?: number; idleMs?: number } = {},
): AsyncGenerator<LiveNews> {
  held.millwrightLive ??= new LiveHub(env().DATABASE_URL);
  const hub = held.millwrightLive;
  let payloads = new Set<string>();
  let all = true;
  let wake: (() => void) | undefined;
  const hear: Hearer = (payload) => {
    // Empty: more to tell than fits, or the connection is new and wake-ups may be missing.
    if (payload === '') all = true;
    else for (const part of payload.split(',')) payloads.add(part);
    wake?.();
  };
  const stops = channels.map((channel) => hub.add(channel, hear));
  const { signal } = options;
  const onAbort = () => wake?.();
  signal?.addEventListener('abort', onAbort);
  try {
    while (!signal?.aborted) {
      const news: LiveNews = { payloads, all };
      payloads = new Set();
      all = false;
      const told = Date.now();
      yield news;
      const rest = told + (options.everyMs ?? 0) - Date.now();
      if (rest > 0)
        await pause(
          rest,
          (stop) => (wake = stop),
          () => signal?.aborted === true,
        );
      const nothing = () => payloads.size === 0 && !all && !signal?.aborted;
      if (nothing())
        await pause(
          options.idleMs,
          (stop) => (wake = stop),
          () => !nothing(),
        );
      wake = undefined;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    for (const stop of stops) stop();
  }
}

/** Waits `ms` (for ever without), or until a wake-up after which `enough` holds. */
function pause(ms: number | undefined, arm: (wake: () => void) => void, enough: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
    arm(() => {
      if (!enough()) return;
      clearTimeout(timer);
      resolve();
    });
  });
}
