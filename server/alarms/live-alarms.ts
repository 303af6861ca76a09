import type { InTenant } from '../history/live-values.ts';
import { follow } from '../live.ts';
import { countUnread } from './inbox.ts';
import { type AlarmRow, listAlarms } from './list-alarms.ts';

export interface AlarmNews {
  readonly alarms: readonly AlarmRow[];
  /** Notifications that this person has not read. */
  readonly unread: number;
  /** Server's clock, epoch ms. */
  readonly now: number;
}

/** The whole list at every change: it is short, and a screen that missed one message is right again with the next. */
export async function* liveAlarms(
  tenant: InTenant,
  orgId: string,
  userId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<AlarmNews> {
  for await (const news of follow(['alarms'], { signal, everyMs: 200, idleMs: 5_000 })) {
    const idle = news.payloads.size === 0 && !news.all;
    if (!idle && !news.all && !news.payloads.has(orgId)) continue;
    yield await tenant(async (tx) => ({
      alarms: await listAlarms(tx, orgId),
      unread: await countUnread(tx, orgId, userId),
      now: Date.now(),
    }));
  }
}
