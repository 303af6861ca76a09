import { database } from './db.ts';
import { log } from './log.ts';

/** Wake-ups of the database. They say that something changed, never what it is now: a follower reads again. */
export const LIVE_CHANNELS = ['log', 'control', 'effects', 'alarms', 'runs', 'probes', 'connections'] as const;
export type LiveChannel = (typeof LIVE_CHANNELS)[number];

type Listener = (payload: string | undefined) => void;

/** One listening connection a process, opened at the first follower; postgres.js renews it after a loss and says so. */
class LiveHub {
  readonly #listeners = new Map<LiveChannel, Set<Listener>>();
  readonly #opened = new Map<LiveChannel, Promise<void>>();

  add(channel: LiveChannel, listener: Listener): () => void {
    const set = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, set);
    set.add(listener);
    if (!this.#opened.has(channel)) this.#opened.set(channel, this.#open(channel));
    return () => set.delete(listener);
  }

  /** Resolves once the channel is listened to, so that nothing between a first read and the first wake-up is missed. */
  ready(channel: LiveChannel): Promise<void> {
    return this.#opened.get(channel) ?? Promise.resolve();
  }

  async #open(channel: LiveChannel): Promise<void> {
    let first = true;
    try {
      await database().sql.listen(
        channel,
        (payload) => this.#tell(channel, payload),
        () => {
          // After a lost connection wake-ups may be missing: everyone reads again.
          if (!first) this.#tell(channel, undefined);
          first = false;
        },
      );
    } catch (error) {
      this.#opened.delete(channel);
      log.error({ err: error, channel }, 'cannot listen to the database');
      throw error;
    }
  }

  #tell(channel: LiveChannel, payload: string | undefined): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(payload);
  }
}

const held = globalThis as typeof globalThis & { millwrightLive?: LiveHub };

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
  held.millwrightLive ??= new LiveHub();
  const hub = held.millwrightLive;
  let payloads = new Set<string>();
  let all = true;
  let wake: (() => void) | undefined;
  const listener: Listener = (payload) => {
    // An empty payload means that there was more to tell than fits.
    if (!payload) all = true;
    else for (const part of payload.split(',')) payloads.add(part);
    wake?.();
  };
  const stops = channels.map((channel) => hub.add(channel, listener));
  const { signal } = options;
  const onAbort = () => wake?.();
  signal?.addEventListener('abort', onAbort);
  try {
    await Promise.all(channels.map((channel) => hub.ready(channel)));
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
